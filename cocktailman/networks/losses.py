"""What a generator is trained to make small: one small class a term, each a mean over the batch."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.networks.backbones import LITE_FEATURES, LiteBackbone


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
    """Whether a painted drink shows the recipe it was painted from: the cross-entropy of the ingredients that a fixed
    linear reader finds in it (the auxiliary classifier of AC-GAN, Odena, Olah & Shlens, arXiv 1610.09585), summed over
    ingredients.

    The reader is fitted on photos once (`fit`) and never sees a painted drink, so that it cannot come to an agreement
    with the decoder. Drinks are mirrored and moved a little before they are read: what counts must survive that.
    """

    def __init__(self, backbone: LiteBackbone, n_ingredients: int) -> None:
        super().__init__()
        self.backbone = backbone
        self.reader = nn.Linear(LITE_FEATURES, n_ingredients).requires_grad_(False)

    def fit(self, batches: Iterable[tuple[Tensor, Tensor]], steps: int = 300, weight_decay: float = 1e-2) -> float:
        """Fits the reader on photos (n, 3, h, w) and their recipes (n, n_ingredients); returns its error on them."""
        pairs = [(self.features(photos), recipe) for photos, recipe in batches]
        features, recipes = (torch.cat(parts) for parts in zip(*pairs, strict=True))
        with torch.enable_grad():
            reader = nn.Linear(LITE_FEATURES, recipes.shape[1]).to(features.device)
            optimizer = torch.optim.AdamW(reader.parameters(), 1e-2, weight_decay=weight_decay)
            for _ in range(steps):
                optimizer.zero_grad()
                error = self._error(reader(features), recipes)
                error.backward()
                optimizer.step()
        self.reader.load_state_dict(reader.state_dict())
        return float(error.detach())

    def forward(self, painted: Tensor, recipe: Tensor) -> Tensor:
        """painted (n, 3, h, w) in [0, 1], recipe (n, n_ingredients)."""
        return self._error(self.reader(self.features(self._moved(painted))), recipe)

    def features(self, images: Tensor) -> Tensor:
        """Pooled features (n, 1280) of images as they come."""
        return self.backbone.pooled(images).float()

    @staticmethod
    def _moved(images: Tensor) -> Tensor:
        if torch.rand(()) < 0.5:
            images = images.flip(3)
        pad = images.shape[-1] // 16
        down, across = torch.randint(0, 2 * pad + 1, (2,)).tolist()
        side = images.shape[-1]
        return F.pad(images, (pad,) * 4, mode="replicate")[:, :, down : down + side, across : across + side]

    @staticmethod
    def _error(logits: Tensor, recipe: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits, recipe, reduction="none").sum(1).mean()  # ()


def linear_warmup(step: int, steps: int) -> float:
    """A weight's factor while it warms up: 0 at step 0, 1 from `steps` on (Bowman et al., arXiv 1511.06349)."""
    return min(1.0, step / steps) if steps else 1.0
