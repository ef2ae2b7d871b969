"""What a discriminator and a perceptual loss see of pictures: feature maps of a frozen network, augmented before."""

from __future__ import annotations

import torch
from torch import Tensor

from cocktailman.losses.augment import augment
from cocktailman.models.backbones import LiteBackbone


def augmented_maps(backbone: LiteBackbone, shown: Tensor, share: float, seed: int, size: int) -> list[Tensor]:
    """Feature maps at strides 4 to 32 of pictures (n, 3, h, w) in [0, 1], a `share` of them changed and all resized to
    `size` px (see `augment`); a gradient passes through."""
    seen = augment(shown, share, seed, size)
    # On a CPU the way back through depthwise convolutions is slower in half precision.
    with torch.autocast("cpu", enabled=False):
        return backbone.maps(seen)[1:]
