"""The error of a rebuilt picture as a frozen network sees it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.models.backbones import LiteBackbone


class PerceptualLoss(nn.Module):
    """Distance of unit-normalised feature maps of a frozen ImageNet network (LPIPS without its learned weights,
    Zhang et al., arXiv 1801.03924, eq. 1), on pictures reduced to `size` px: what they show counts, not their grain."""

    def __init__(self, backbone: LiteBackbone, size: int = 64) -> None:
        super().__init__()
        self.backbone, self.size = backbone, size

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        image, target = (F.adaptive_avg_pool2d(picture, self.size) for picture in (image, target))
        with torch.no_grad():
            wanted = self.backbone.maps(target)
        pairs = zip(self.backbone.maps(image), wanted, strict=True)
        return torch.stack([self._distance(a.float(), b.float()) for a, b in pairs]).mean()  # ()

    @staticmethod
    def _distance(a: Tensor, b: Tensor) -> Tensor:
        return (F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(1).mean()
