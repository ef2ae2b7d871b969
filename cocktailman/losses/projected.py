"""A discriminator on the features of a frozen network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm


class ProjectedDiscriminator(nn.Module):
    """Projected discriminator: logits (n, 9 scales) from the feature maps of a frozen ImageNet network, one for each
    ninth of the picture at each scale (Projected GANs, Sauer et al., arXiv 2111.01007), conditioned on the recipe by a
    projection (Miyato & Koyama, arXiv 1802.05637, eq. 3).

    widths: of the maps, of which the last is held against the recipe.
    """

    def __init__(self, widths: Sequence[int], recipe_dim: int, hidden: int = 64) -> None:
        super().__init__()
        self.patches = nn.ModuleList(
            nn.Sequential(
                spectral_norm(nn.Conv2d(width, hidden, 1)),
                nn.LeakyReLU(0.2),
                spectral_norm(nn.Conv2d(hidden, hidden, 3, padding=1)),
                nn.LeakyReLU(0.2),
                nn.Conv2d(hidden, 1, 1),
            )
            for width in widths
        )
        self.recipes = nn.Linear(recipe_dim, widths[-1], bias=False)

    def forward(self, maps: Sequence[Tensor], recipe: Tensor) -> Tensor:
        scaled = [_normalized(part) for part in maps]  # (n, c, h, w)
        ninths = [F.adaptive_avg_pool2d(head(part), 3) for head, part in zip(self.patches, scaled, strict=True)]
        return torch.cat(ninths, dim=1).flatten(1) + self.projection(maps, recipe)[:, None]  # (n, 9 scales)

    def projection(self, maps: Sequence[Tensor], recipe: Tensor) -> Tensor:
        """What the projection adds to each logit, (n,): how well a recipe fits what the last map shows."""
        last = _normalized(maps[-1]).mean((2, 3))  # (n, c)
        return (self.recipes(recipe) * last).sum(1) / last.shape[1] ** 0.5


class RecipeContrast(nn.Module):
    """Contrastive loss of pictures and recipes (InfoNCE, as in XMC-GAN, Zhang et al., arXiv 2101.04702, eq. 4): of the
    recipes of a batch, which is that of each picture? Told from the mean feature maps of a frozen network, against
    which a linear map lays the recipes.

    Trained on photos, it asks of painted drinks what it reads in photos (as the auxiliary classifier of Odena et al.,
    arXiv 1610.09585, but of whole recipes).

    widths: of the feature maps.
    """

    def __init__(self, widths: Sequence[int], recipe_dim: int) -> None:
        super().__init__()
        self.recipes = nn.Linear(recipe_dim, sum(widths), bias=False)

    def forward(self, maps: Sequence[Tensor], recipe: Tensor) -> Tensor:
        """Maps [(n, c, h, w), ...] of pictures and their recipes (n, recipe_dim): the mean cross-entropy, ()."""
        seen = torch.cat([_normalized(part).mean((2, 3)) for part in maps], dim=1)  # (n, sum of widths)
        logits = seen @ self.recipes(recipe).T / seen.shape[1] ** 0.5  # (n pictures, n recipes)
        # Drinks of one recipe share it: none of them is wrong.
        same = (recipe[:, None] == recipe).all(2).float()
        return F.cross_entropy(logits, same / same.sum(1, keepdim=True))


def _normalized(part: Tensor) -> Tensor:
    """A map (n, c, h, w) whose mean square over channels is 1 at each place."""
    return F.normalize(part.float(), dim=1) * part.shape[1] ** 0.5
