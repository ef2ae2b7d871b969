"""The error of a rebuilt picture as a frozen network sees it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class PerceptualLoss(nn.Module):
    """Distance of unit-normalised feature maps of a frozen ImageNet network (LPIPS without its learned weights,
    Zhang et al., arXiv 1801.03924, eq. 1), the mean over places and maps."""

    def forward(self, maps: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
        """Maps (n, c, h, w), one a stage of the network, of pictures and of what they should show."""
        return torch.stack([_distance(a.float(), b.float()) for a, b in zip(maps, wanted, strict=True)]).mean()  # ()


def _distance(a: Tensor, b: Tensor) -> Tensor:
    return (F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(1).mean()
