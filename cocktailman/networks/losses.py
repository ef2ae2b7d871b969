"""What a generator is trained to make small: one small class a term, each a mean over the batch."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.networks.backbones import LiteBackbone


class Reconstruction(nn.Module):
    """Pixel error of images in [0, 1], mean over pixels: squared (a Gaussian likelihood) or absolute (a Laplacian)."""

    def __init__(self, error: str = "mse") -> None:
        super().__init__()
        self.error = {"mse": F.mse_loss, "mae": F.l1_loss}[error]

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        return self.error(image, target)  # ()


class KLDivergence(nn.Module):
    """KL of N(mean, exp(log_variance)) from N(0, I) in nats, summed over dimensions (arXiv 1312.6114, appendix B)."""

    def forward(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        return self.per_dimension(mean, log_variance).sum()  # ()

    @staticmethod
    def per_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
        """Nats a dimension, (style_dim,): near zero where the posterior has collapsed onto the prior."""
        return (mean.square() + log_variance.exp() - log_variance - 1).mean(0) / 2


class EdgeLoss(nn.Module):
    """Absolute error of the differences between neighbouring pixels (Mathieu et al., arXiv 1511.05440, eq. 6)."""

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        difference = image - target  # (n, 3, h, w)
        across = difference.diff(dim=3).abs().mean()
        down = difference.diff(dim=2).abs().mean()
        return across + down  # ()


class PerceptualLoss(nn.Module):
    """Distance of unit-normalised feature maps of a frozen ImageNet network (LPIPS without its learned weights,
    Zhang et al., arXiv 1801.03924, eq. 1)."""

    def __init__(self, backbone: LiteBackbone) -> None:
        super().__init__()
        self.backbone = backbone

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        with torch.no_grad():
            wanted = self.backbone.maps(target)
        pairs = zip(self.backbone.maps(image), wanted, strict=True)
        return torch.stack([self._distance(a.float(), b.float()) for a, b in pairs]).mean()  # ()

    @staticmethod
    def _distance(a: Tensor, b: Tensor) -> Tensor:
        return (F.normalize(a, dim=1) - F.normalize(b, dim=1)).square().sum(1).mean()


def linear_warmup(step: int, steps: int) -> float:
    """A weight's factor while it warms up: 0 at step 0, 1 from `steps` on (Bowman et al., arXiv 1511.06349)."""
    return min(1.0, step / steps) if steps else 1.0
