"""Samples as varied as photos: a proper score."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class EnergyScore(nn.Module):
    """How far the drinks painted of a recipe are from its photos, less half of how far they are from each other (the
    energy score, Gneiting & Raftery, JASA 102, 2007, section 4.3; as a generator's loss: Shen & Meinshausen, arXiv
    2307.00835). It is least where drinks differ from photos, and from each other, as photos do: both
    variety and likeness, in the measure that the photos have.

    Pictures are compared by the feature maps of a frozen network, each place of length 1 (as in LPIPS, Zhang et al.,
    arXiv 1801.03924, eq. 1): place by place, and in the mean over places.
    """

    def forward(self, painted: Sequence[Tensor], photos: Sequence[Tensor]) -> Tensor:
        """Maps (n, c, h, w) of drinks, the second half with the recipes of the first, and of photos of these, (n / 2,
        c, h, w)."""
        half = len(photos[0])
        scores = []
        for seen, wanted in zip(map(_in_parts, painted), map(_in_parts, photos), strict=True):
            for drinks, photo in zip(seen, wanted, strict=True):  # (n, d), (half, d)
                one, other = drinks[:half], drinks[half : 2 * half]
                to_photos = _apart(one, photo) + _apart(other, photo)  # (half,)
                scores.append((to_photos - _apart(one, other)) / 2)
        return torch.stack(scores).mean()  # ()


def _in_parts(part: Tensor) -> tuple[Tensor, Tensor]:
    """A map place by place, (n, c h w), of length 1 in all, and its mean over places, (n, c)."""
    part = F.normalize(part.float(), dim=1)
    return part.flatten(1) / (part.shape[2] * part.shape[3]) ** 0.5, part.mean((2, 3))


def _apart(a: Tensor, b: Tensor) -> Tensor:
    """Euclidean distances of rows, (n,)."""
    return ((a - b).square().sum(1) + 1e-6).sqrt()
