"""What a generator is trained to make small: one small class a term, each a mean over the batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

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
    """Whether a painted drink shows the recipe it was painted from, to fixed linear readers of ingredients on frozen
    ImageNet features (the auxiliary classifier of AC-GAN, Odena, Olah & Shlens, arXiv 1610.09585).

    Two errors in nats: the cross-entropy of the ingredients, summed over them, and that of telling the recipe from the
    batch's others (as in InfoNCE, van den Oord et al., arXiv 1807.03748).

    A decoder will please a reader by a pattern where that is easier than by a drink. Against this, readers are fitted
    on photos once (`fit`) and never see a painted drink; each call asks one of them, at random; and drinks are shrunk
    to `size` px, mirrored, moved and grained before they are read: what counts must survive that.
    """

    def __init__(self, backbones: Sequence[LiteBackbone], n_ingredients: int, size: int = 64) -> None:
        super().__init__()
        self.backbones = nn.ModuleList(backbones)
        readers = [nn.Linear(LITE_FEATURES, n_ingredients).requires_grad_(False) for _ in backbones]
        self.readers = nn.ModuleList(readers)
        self.size = size

    def fit(
        self, batches: Iterable[tuple[Tensor, Tensor]], steps: int = 300, weight_decay: float = 1e-2
    ) -> list[float]:
        """Fits the readers on photos (n, 3, h, w) and their recipes (n, n_ingredients); returns the errors on them."""
        pairs = [(self._features(photos), recipe) for photos, recipe in batches]
        recipes = torch.cat([recipe for _, recipe in pairs])
        features = [torch.cat(parts) for parts in zip(*(found for found, _ in pairs), strict=True)]
        return [
            self._fit(reader, seen, recipes, steps, weight_decay)
            for reader, seen in zip(self.readers, features, strict=True)
        ]

    def forward(self, painted: Tensor, recipe: Tensor) -> Tensor:
        """painted (n, 3, h, w) in [0, 1], recipe (n, n_ingredients)."""
        chosen = int(torch.randint(len(self.readers), ()))
        seen = self._pooled(self.backbones[chosen], self._moved(self._shrunk(painted)))
        logits = self.readers[chosen](seen)
        recipes, row = recipe.unique(dim=0, return_inverse=True)
        apart = F.cross_entropy(logits @ recipes.T, row)  # a recipe's log-likelihood, but for what all recipes share
        return self._error(logits, recipe) + apart  # ()

    def _features(self, images: Tensor) -> list[Tensor]:
        return [self._pooled(backbone, self._shrunk(images)) for backbone in self.backbones]

    @staticmethod
    def _pooled(backbone: Any, images: Tensor) -> Tensor:
        return backbone.pooled(images).float()  # (n, 1280)

    def _shrunk(self, images: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(images, self.size)

    def _fit(self, reader: nn.Module, features: Tensor, recipes: Tensor, steps: int, weight_decay: float) -> float:
        with torch.enable_grad():
            learner = nn.Linear(LITE_FEATURES, recipes.shape[1]).to(features.device)
            optimizer = torch.optim.AdamW(learner.parameters(), 1e-2, weight_decay=weight_decay)
            for _ in range(steps):
                optimizer.zero_grad()
                error = self._error(learner(features), recipes)
                error.backward()
                optimizer.step()
        reader.load_state_dict(learner.state_dict())
        return float(error.detach())

    @staticmethod
    def _moved(images: Tensor) -> Tensor:
        n = len(images)
        side, scale = torch.randint(0, 2, (n,)) * 2 - 1, 1 + 0.2 * (torch.rand(n) - 0.5)
        shift = 0.2 * (torch.rand(n, 2) - 0.5)
        zero = torch.zeros(n)
        across, down = torch.stack([side * scale, zero, shift[:, 0]], 1), torch.stack([zero, scale, shift[:, 1]], 1)
        grid = F.affine_grid(torch.stack([across, down], 1).to(images.device), list(images.shape), align_corners=False)
        moved = F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)
        return moved + 0.03 * torch.randn_like(moved)

    @staticmethod
    def _error(logits: Tensor, recipe: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits, recipe, reduction="none").sum(1).mean()  # ()


def linear_warmup(step: int, steps: int) -> float:
    """A weight's factor while it warms up: 0 at step 0, 1 from `steps` on (Bowman et al., arXiv 1511.06349)."""
    return min(1.0, step / steps) if steps else 1.0
