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
        self.agreement = nn.Linear(recipe_dim, widths[-1], bias=False)

    def forward(self, maps: Sequence[Tensor], recipe: Tensor) -> Tensor:
        maps = [F.normalize(part.float(), dim=1) * part.shape[1] ** 0.5 for part in maps]  # (n, c, h, w), of square 1
        ninths = [F.adaptive_avg_pool2d(head(part), 3) for head, part in zip(self.patches, maps, strict=True)]
        agrees = (self.agreement(recipe) * maps[-1].mean((2, 3))).sum(1) / maps[-1].shape[1] ** 0.5  # (n,)
        return torch.cat(ninths, dim=1).flatten(1) + agrees[:, None]  # (n, 9 scales)
