"""Whether a painted drink shows its recipe: an auxiliary classifier's loss."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.losses.augment import moved
from cocktailman.models.backbones import LITE_FEATURES, LiteBackbone


class RecipeConsistency(nn.Module):
    """Whether a painted drink shows the recipe it was painted from, to fixed linear readers on frozen ImageNet features
    (the auxiliary classifier of AC-GAN, Odena, Olah & Shlens, arXiv 1610.09585).

    Two errors in nats: the cross-entropy of the ingredients, summed over them, and, where the recipe is one of the
    drinks that many photos show, that of naming the drink.

    A decoder will please a reader by a pattern where that is easier than by a drink. Against this, readers are fitted
    on photos once (`fit`) and never see a painted drink; each call asks one of them, at random; and drinks are shrunk
    to `size` px, mirrored, moved and grained before they are enlarged to `read_at` px and read: what counts must
    survive that.
    """

    def __init__(
        self, backbones: Sequence[LiteBackbone], n_ingredients: int, size: int = 64, read_at: int = 144
    ) -> None:
        super().__init__()
        self.backbones = nn.ModuleList(backbones)
        self.ingredients = nn.ModuleList(_reader(n_ingredients) for _ in backbones)
        self.names = nn.ModuleList(_reader(0) for _ in backbones)
        self.drinks: Tensor
        self.register_buffer("drinks", torch.zeros(0, n_ingredients))  # recipes that have a name
        self.size, self.read_at = size, read_at

    def fit(self, batches: Iterable[tuple[Tensor, Tensor]], often: int = 50) -> list[tuple[float, float]]:
        """Fits the readers on photos (n, 3, h, w) and their recipes (n, n_ingredients).

        A recipe of at least `often` photos is a drink with a name. Returns both errors on the photos, by backbone.
        """
        pairs = [(self._features(photos), recipe) for photos, recipe in batches]
        recipes = torch.cat([recipe for _, recipe in pairs])
        found, counts = recipes.unique(dim=0, return_counts=True)
        self.drinks = found[counts >= often]
        named, name = self._named(recipes)
        errors = []
        for place, parts in enumerate(zip(*(features for features, _ in pairs), strict=True)):
            features = torch.cat(parts)
            self.ingredients[place], error = _fitted(features, recipes, self._error)
            self.names[place], misnamed = _fitted(
                features[named], F.one_hot(name, len(self.drinks)).float(), F.cross_entropy
            )
            errors.append((error, misnamed))
        return errors

    def forward(self, painted: Tensor, recipe: Tensor) -> Tensor:
        """painted (n, 3, h, w) in [0, 1], recipe (n, n_ingredients)."""
        chosen = int(torch.randint(len(self.ingredients), ()))
        shown = moved(self._shrunk(painted))
        seen = self._seen(self.backbones[chosen], shown + 0.03 * torch.randn_like(shown))
        error = self._error(self.ingredients[chosen](seen), recipe)
        named, name = self._named(recipe)
        if not len(name):
            return error
        misnamed = F.cross_entropy(self.names[chosen](seen[named]), name, reduction="sum") / len(recipe)
        return error + misnamed  # ()

    def _features(self, images: Tensor) -> list[Tensor]:
        return [self._seen(backbone, self._shrunk(images)) for backbone in self.backbones]

    def _seen(self, backbone: Any, images: Tensor) -> Tensor:
        enlarged = F.interpolate(images, self.read_at, mode="bilinear", align_corners=False)
        return backbone.pooled(enlarged).float()  # (n, 1280)

    def _shrunk(self, images: Tensor) -> Tensor:
        return F.adaptive_avg_pool2d(images, self.size)

    def _named(self, recipe: Tensor) -> tuple[Tensor, Tensor]:
        """The rows whose recipe is that of a named drink, and which one."""
        same = (recipe[:, None] == self.drinks).all(2)  # (n, n_drinks)
        row, name = same.nonzero(as_tuple=True)
        return row, name

    @staticmethod
    def _error(logits: Tensor, recipe: Tensor) -> Tensor:
        return F.binary_cross_entropy_with_logits(logits, recipe, reduction="none").sum(1).mean()  # ()


def _reader(outputs: int) -> nn.Linear:
    return nn.Linear(LITE_FEATURES, outputs).requires_grad_(False)


def _fitted(
    features: Tensor, target: Tensor, error_of: Callable[[Tensor, Tensor], Tensor], decay: float = 0.25
) -> tuple[nn.Linear, float]:
    """A reader fitted on features (n, 1280), with `decay` / 2 of its squared weights beside its error, and that error.

    It is fitted on standardised features and folded back into a reader of plain ones.
    """
    mean, spread = features.mean(0), features.std(0) + 1e-3
    standard = (features - mean) / spread
    learner = nn.Linear(LITE_FEATURES, target.shape[1]).to(features.device)
    optimizer = torch.optim.LBFGS(learner.parameters(), max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        with torch.enable_grad():
            error = error_of(learner(standard), target)
            penalised = error + decay / 2 * learner.weight.square().sum()
            penalised.backward()
        return penalised

    with torch.autocast(features.device.type, enabled=False):
        optimizer.step(closure)
        error = float(error_of(learner(standard), target))
    optimizer.zero_grad()
    reader = learner.requires_grad_(False)
    reader.weight.div_(spread)
    reader.bias.sub_(reader.weight @ mean)
    return reader, error
