"""Cut-outs changed at random as batches, all pictures of one drink alike: mirrored, moved, shrunk, tinted."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.factors import DIRECTION, places

# The sines of where the lamp stands and the garnish sits: what a mirror turns round.
SIDEWAYS = [places()[name].stop - 1 for name in ("light_azimuth", DIRECTION)]


def affine_alike(pictures: list[Tensor], mirrored: Tensor, smallest: float) -> list[Tensor]:
    """Premultiplied cut-outs (n, 4, h, w), each list the same drinks: mirrored where `mirrored` (n,) is -1, a little
    turned, and moved and shrunk down to `smallest` of their size."""
    count, device = len(pictures[0]), pictures[0].device
    scale = torch.empty(count, device=device).uniform_(smallest, 1.03)
    turn = torch.empty(count, device=device).uniform_(-3, 3) * math.pi / 180
    room = (1 - scale).clamp(min=0.02)[:, None]
    shift = (2 * torch.rand(count, 2, device=device) - 1) * room
    across = torch.stack([turn.cos() * mirrored, -turn.sin(), shift[:, 0]], 1) / scale[:, None]
    down = torch.stack([turn.sin() * mirrored, turn.cos(), shift[:, 1]], 1) / scale[:, None]
    grid = F.affine_grid(torch.stack([across, down], 1), list(pictures[0].shape), align_corners=False)
    return [F.grid_sample(picture, grid, align_corners=False) for picture in pictures]


def mirrors(like: Tensor) -> Tensor:
    """1 or -1 for each picture of a batch, (n,)."""
    return 1.0 - 2.0 * torch.randint(0, 2, (len(like),), device=like.device)


def mirrored_factors(numbers: Tensor, mirrored: Tensor) -> Tensor:
    """Factors (n, encoded_width) as they are in a mirror where `mirrored` (n,) is -1."""
    turned = numbers.clone()
    turned[:, SIDEWAYS] *= mirrored[:, None]
    return turned


def color_jitter_alike(pictures: list[Tensor], most: float) -> list[Tensor]:
    """Premultiplied cut-outs with their colours brighter, darker, warmer or colder, up to a share `most`."""
    gain = 1 + most * (2 * torch.rand(len(pictures[0]), 3, 1, 1, device=pictures[0].device) - 1)
    return [
        torch.cat([torch.minimum(picture[:, :3] * gain, picture[:, 3:]), picture[:, 3:]], 1) for picture in pictures
    ]
