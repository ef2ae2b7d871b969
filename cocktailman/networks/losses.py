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


class RecipeConsistency(nn.Module):
    """Whether a painted drink shows the recipe it was painted from: what an auxiliary classifier reads from it (AC-GAN,
    Odena, Olah & Shlens, arXiv 1610.09585), summed over ingredients.

    `reader` is a linear layer from the backbone's 1280 features to ingredients. It learns from photos alone (`of_photos`);
    painted drinks never teach it, so that it cannot come to an agreement with the decoder.
    """

    def __init__(self, backbone: LiteBackbone, size: int = 64) -> None:
        super().__init__()
        self.backbone, self.size = backbone, size

    def forward(self, painted: Tensor, recipe: Tensor, reader: nn.Linear) -> Tensor:
        """The loss of the decoder; painted (n, 3, h, w) in [0, 1], recipe (n, n_ingredients)."""
        bias = None if reader.bias is None else reader.bias.detach()
        logits = F.linear(self._features(painted), reader.weight.detach(), bias)  # (n, n_ingredients)
        return self._error(logits, recipe)

    def of_photos(self, photos: Tensor, recipe: Tensor, reader: nn.Linear) -> Tensor:
        """The loss of the reader, on photos."""
        with torch.no_grad():
            features = self._features(photos)
        return self._error(reader(features), recipe)

    def _features(self, images: Tensor) -> Tensor:
        return self.backbone.pooled(F.adaptive_avg_pool2d(images, self.size)).float()  # (n, 1280)

    @staticmethod
    def _error(logits: Tensor, recipe: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits.float(), recipe, reduction="none").sum(1).mean()  # ()


def linear_warmup(step: int, steps: int) -> float:
    """A weight's factor while it warms up: 0 at step 0, 1 from `steps` on (Bowman et al., arXiv 1511.06349)."""
    return min(1.0, step / steps) if steps else 1.0
