"""What a glass holds, poured into it or out of it: where, its shape and its fill say; how it looks, a network.

Of a liquid in a glass little need be learnt: its outline hangs on the glass, the camera's height and the fill alone
(see `training.renders.levels`), its colour on the mixture (`cocktailman.mixtures`).
"""

from __future__ import annotations

import torch
from torch import Tensor

from cocktailman.factors import Number, factors, known_at
from cocktailman.models.compositing import LEAST_COVERED, mean_colour
from cocktailman.models.steering import Known, in_units, told_of
from cocktailman.sheets import LEVELS, levels

SHOWN, SAID = 3, 6  # maps of where a drink is (see `drink_at`), and numbers of each pixel of how it looks
EDGE = 0.03  # of a glass's height, over which the outline of a drink rises from nothing to all
USUAL = 0.75  # the fill of a drink of which nobody says how full its glass is, or is to be
CLOUDY = 3.0  # the logit of the cloud's share in the colour of a mixture that is all cloud, if no more is said
_FILL = known_at("fill")  # its column among those that say what is known


def drink_at(word: Tensor, view: Tensor, before: Known, after: Known, stays: Tensor) -> Tensor:
    """In pictures of glasses, rows `word` and columns `view` (n,) of their sheet, the coverage of the drink that there
    is to be, of its surface alone, and of the drink that there was: (n, SHOWN, t, t) in [0, 1].

    Of what was nothing is known but where the glass `stays`, 0 or 1 (n,), and its fill is told.
    """
    found = torch.from_numpy(levels()[word.cpu().numpy(), view.cpu().numpy()]).to(before[0]) / LEVELS  # (n, 2, t, t)
    drink, wall = found.split(1, dim=1)  # (n, 1, t, t) each
    old, known = _fill(before), before[1][:, [_FILL]]  # (n, 1) each
    usual = torch.where(known > 0, old, torch.full_like(old, USUAL))
    new = torch.where(after[1][:, [_FILL]] > 0, _fill(after), usual)
    now = _reached(drink, new)
    was = _reached(drink, old) * (known[:, 0] * stays)[:, None, None, None]
    return torch.cat([now, now - now * _reached(wall, new), was], 1)


def pour(made: Tensor, image: Tensor, laid: Tensor, says: Tensor, look: Tensor) -> Tensor:
    """What has been `made` of pictures, premultiplied (n, 4, h, w) both, with the drinks `laid` on them, (n, SHOWN, h,
    w), and without what stood higher before.

    says: (n, SAID, h, w): logits of how much of the old drink goes, how much of the new one is seen, the share of the
    mixture's colour that is its cloud's, and that of the colour which the old drink is seen to have; the logarithm of
    the light on it, and of that on its surface beside it.
    look: (n, LOOK + 1), how the mixture looks, and whether that is known; where it is not, the whole picture's mean
    colour stands for its colour.
    """
    drink, surface, was = laid.split(1, dim=1)
    goes, seen, clouded, observed, light, shine = says.split(1, dim=1)
    made = made * (1 - was * (1 - drink) * torch.sigmoid(goes))
    told, known = look[:, :, None, None], look[:, -1:, None, None]
    share = torch.sigmoid(clouded + CLOUDY * told[:, 3:4] * known)
    mixed = torch.lerp((told[:, :3] + 1) / 2, (told[:, 4:7] + 1) / 2, share)  # (n, 3, h, w)
    mixed = torch.where(known > 0, mixed, mean_colour(image)[:, :, None, None])
    there = (was.mean((2, 3), keepdim=True) > LEAST_COVERED).to(was)
    colour = torch.lerp(mixed, mean_colour(image * was)[:, :, None, None], torch.sigmoid(observed) * there)
    lit = (colour * (light + surface * shine).clamp(-2, 2).exp()).clamp(max=1)
    coverage = drink * torch.sigmoid(seen)
    return made * (1 - coverage) + torch.cat([lit * coverage, coverage], 1)


def _fill(told: Known) -> Tensor:
    """Shares of the inner height, (n, 1)."""
    fill = factors()["fill"]
    assert isinstance(fill, Number)
    return in_units(told_of(told, "fill"), fill)


def _reached(level: Tensor, fill: Tensor) -> Tensor:
    """Where a fill (n, 1) is above a level (n, 1, t, t), with a soft edge."""
    return ((fill[:, :, None, None] - level) / EDGE + 0.5).clamp(0, 1)
