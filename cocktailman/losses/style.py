"""What makes two pictures alike in content, and what in style, by the feature maps of a fixed network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.models.adain.network import moments

Maps = Sequence[Tensor]  # feature maps (n, c, h, w), of several layers


def gram_matrix(features: Tensor) -> Tensor:
    """How often channels of (n, c, h, w) are active at the same place: (n, c, c), averaged over places.

    Gatys, Ecker & Bethge, arXiv 1508.06576, eq. 3; they sum over places, which makes it depend on the picture's size.
    """
    flat = features.flatten(2)  # (n, c, h w)
    return flat @ flat.mT / flat.shape[2]


class ContentLoss:
    """Mean squared error of feature maps (eq. 1, but for its constant)."""

    def __call__(self, found: Tensor, wanted: Tensor) -> Tensor:
        return F.mse_loss(found, wanted)


class GramLoss:
    """Error of Gram matrices, each layer as much as any other (eq. 4 and 5): squared and relative to the style's own.

    Relative, so that strengths mean the same in all pictures: the Gram matrix of a plain one is many times smaller.
    """

    def __call__(self, found: Maps, wanted: Maps) -> Tensor:
        """Feature maps of the picture, and the Gram matrices of the style."""
        errors = [(gram_matrix(a) - b).square().sum() / b.square().sum() for a, b in zip(found, wanted, strict=True)]
        return torch.stack(errors).mean()  # ()


class MomentLoss:
    """Error of the means and standard deviations of channels, summed over layers (Huang & Belongie, eq. 13)."""

    def __call__(self, found: Maps, wanted: Maps) -> Tensor:
        """Feature maps of the picture, and of the style."""
        errors = [
            F.mse_loss(mine, theirs)
            for a, b in zip(found, wanted, strict=True)
            for mine, theirs in zip(moments(a), moments(b), strict=True)
        ]
        return torch.stack(errors).sum()  # ()
