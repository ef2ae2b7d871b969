"""A piece of garnish, or a glass, put on a drink as a picture of its own: a network says where, how large, how hidden.

A piece comes in few pictures of those there are to learn from, and its shape, unlike its place, is the same in all: it
is rendered once and for all (see `cocktailman.sheets`), and moved by a spatial transformer (Jaderberg et al.,
arXiv 1506.02025).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.factors import Number, factors, known_at
from cocktailman.models.pairnet.drinks import SAID, SHOWN, drink_at
from cocktailman.models.steering import Known, in_units, told_of
from cocktailman.models.unet import UNet
from cocktailman.sheets import sheet_of, tiles

LOCATED = 4  # px, the side of what becomes one place of the maps that say where a piece goes
FINEST = 256  # px: smaller pictures get what is put on them shrunk from this side, so that nothing is jagged
SMALLEST, LARGEST = 0.02, 1.2  # half sides of a piece's picture, where the drink's picture has 1
FIRST_HALF = 0.3  # half a side, where the network says nothing
SEEN = 1.0  # the logit of the share of a piece that is seen, where the network says nothing
SLACK = 0.1  # of a half side: by less a place is hardly off
HOLDS = "glass"  # the factor whose pieces hold a drink
COVERED = 0.12  # the coverage from which a pixel of a piece's picture counts: glass is clear


class Place(NamedTuple):
    """Where pieces go: middles and half sides, (n, 2) each, x and y from -1 to 1 over the picture."""

    middle: Tensor
    half: Tensor


class Pieces(nn.Module):
    """The pictures of a factor's words, and the light they are put in."""

    def __init__(self, factor: str, steer_dim: int, told: int) -> None:
        super().__init__()
        self.sheet, self.holds = sheet_of(factor), factor == HOLDS
        self.locator = UNet(4, 3, LOCATED, [24, 48], steer_dim)
        self.light = nn.Linear(told, 3)  # of what there is to say about a picture, and what steers
        nn.init.zeros_(self.light.weight)
        nn.init.zeros_(self.light.bias)

    def coming(self, before: Known, after: Known) -> Tensor:
        """Pictures (n, 4, t, t), premultiplied, of the word that there is after and was not before; where several are,
        of the first, and nothing where none is. Where a factor changes with which it is put `anew`, of the one that
        stays. Of a glass the coverage of its drink follows, (n, 4 + SHOWN, t, t): see `drink_at`."""
        asked, had = (told_of(side, self.sheet.factor) for side in (after, before))
        new = (asked - had).clamp(min=0)  # (n, words)
        again = after[1][:, [known_at(name) for name in self.sheet.anew]].sum(1).clamp(max=1)
        stays = again * (1 - new.amax(1))  # (n,), 0 or 1
        comes, word = (new + had * stays[:, None]).max(1)
        view = self._view(before, after)
        sheet = torch.from_numpy(tiles(self.sheet.factor))  # no buffer: averages of weights would round whole numbers
        pictures = sheet[word.cpu(), view.cpu()].to(comes) / 255
        if self.holds:
            pictures = torch.cat([pictures, drink_at(word, view, before, after, stays)], 1)
        return pictures * comes[:, None, None, None]

    def place(self, seen: Tensor, steer: Tensor) -> Place:
        """Where what comes goes on pictures (n, 4, size, size), from -1 to 1."""
        return place_of(*self.locator(seen, steer).split(1, dim=1))

    @property
    def channels_laid(self) -> int:
        """Of what comes, see `coming`."""
        return 4 + SHOWN * self.holds

    @property
    def channels_said(self) -> int:
        """Numbers of each pixel that say how it is put on: how far it is hidden, and how a drink in it looks."""
        return 1 + SAID * self.holds

    def put_on(self, image: Tensor, laid: Tensor, hidden: Tensor, told: Tensor) -> Tensor:
        """Premultiplied pictures (n, 4, h, w) with pieces, `laid` where they go, over them, as far as they are not
        `hidden` (n, 1, h, w)."""
        light = self.light(told).float().exp()[:, :, None, None]
        coverage, share = laid[:, 3:4], torch.sigmoid(SEEN - hidden)
        lit = torch.cat([torch.minimum(laid[:, :3] * light, coverage), coverage], 1)
        return image * (1 - share * coverage) + share * lit

    def _view(self, before: Known, after: Known) -> Tensor:
        """Which column shows the pieces as they are to be seen, (n,)."""
        by, views = self.sheet.by, torch.tensor(self.sheet.views, device=before[0].device)
        column = known_at(by)
        numbers = torch.where(after[1][:, [column]] > 0, told_of(after, by), told_of(before, by))
        degrees = torch.where(
            torch.maximum(after[1], before[1])[:, column] > 0, _degrees(by, numbers), float(self.sheet.usual)
        )
        away = (degrees[:, None] - views + 180) % 360 - 180  # (n, views)
        return away.abs().argmin(1)


def _degrees(factor: str, numbers: Tensor) -> Tensor:
    """An angle, or a number of degrees, as networks are told it, in degrees, (n,)."""
    known = factors()[factor]
    if isinstance(known, Number):
        return in_units(numbers[:, 0], known)
    return torch.atan2(numbers[:, 1], numbers[:, 0]).rad2deg()


def laid_on(piece: Tensor, place: Place, like: Tensor) -> Tensor:
    """Pieces (n, c, t, t) where they go, in pictures as large as those they are to be `like`, (n, 4, h, w).

    Where they go is learnt of the truth alone: by their colours they would learn to hide.
    """
    side, place = max(FINEST, like.shape[2]), Place(*(part.detach() for part in place))
    nothing = torch.zeros_like(place.half[:, 0])
    (x, y), (across, down) = place.middle.unbind(1), place.half.unbind(1)
    rows = [torch.stack([1 / across, nothing, -x / across], 1), torch.stack([nothing, 1 / down, -y / down], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), [*piece.shape[:2], side, side], align_corners=False)
    laid = F.grid_sample(piece, grid, align_corners=False)
    return laid if side == like.shape[2] else F.interpolate(laid, like.shape[2:], mode="bilinear", antialias=True)


def place_of(where: Tensor, across: Tensor, down: Tensor) -> Place:
    """Places read from maps (n, 1, h, w): the middle is the expected one under `where` as logits, the half sides are
    the expected ones of their logarithms (differentiable spatial to numerical transform, Nibali et al.,
    arXiv 1801.07372)."""
    likely = where.float().flatten(1).softmax(1).unflatten(1, where.shape[2:])  # (n, h, w)
    x, y = _coordinates(where)
    middle = torch.stack([(likely * x).sum((1, 2)), (likely * y[:, None]).sum((1, 2))], 1)
    logs = torch.stack([(likely * each[:, 0]).sum((1, 2)) for each in (across, down)], 1)
    return Place(middle, (logs + math.log(FIRST_HALF)).exp().clamp(SMALLEST, LARGEST))


def place_seen(piece: Tensor, mask: Tensor) -> tuple[Place, Tensor]:
    """Where pictures of pieces (n, 4, t, t) would have to go to fill the boxes of masks (n, 1, h, w), and whether there
    are both, bool (n,)."""
    own, there = _boxes(piece[:, 3] > COVERED)
    seen, visible = _boxes(mask[:, 0] > 0.5)
    half = (seen.half / own.half.clamp(min=0.05)).clamp(SMALLEST, LARGEST)
    return Place(seen.middle - half * own.middle, half), there & visible


def misplaced(place: Place, true: Place, there: Tensor) -> Tensor:
    """How far places are off, mean over those that there are, (): middles as shares of the true half sides, and
    logarithms of half sides (Huber's loss)."""
    if not there.any():
        return place.middle.sum() * 0 + place.half.sum() * 0
    off = (place.middle - true.middle) / true.half.clamp(min=0.1), (place.half / true.half).log()
    errors = torch.cat(off, 1)[there]
    return F.smooth_l1_loss(errors, torch.zeros_like(errors), beta=SLACK)


def _boxes(covered: Tensor) -> tuple[Place, Tensor]:
    """The boxes around what is covered, bool (n, h, w), and whether anything is, (n,)."""
    ends = []
    for axis, line in zip((1, 2), _coordinates(covered[:, None]), strict=True):
        filled, half_pixel = covered.any(axis), 1 / len(line)  # (n, side)
        low = torch.where(filled, line, torch.inf).amin(1) - half_pixel
        ends.append((low, torch.where(filled, line, -torch.inf).amax(1) + half_pixel))
    low, high = (torch.stack([end[side] for end in ends], 1) for side in (0, 1))
    there = covered.any(2).any(1)
    low, high = (torch.where(there[:, None], end, torch.zeros_like(end)) for end in (low, high))
    return Place((low + high) / 2, (high - low) / 2), there


def _coordinates(like: Tensor) -> tuple[Tensor, Tensor]:
    """x (w,) and y (h,) of the middles of pixels, from -1 to 1."""
    height, width = like.shape[2:]
    x, y = ((torch.arange(side, device=like.device) * 2 + 1) / side - 1 for side in (width, height))
    return x, y
