"""Differentiable augmentation (Zhao et al., arXiv 2006.10738): pictures changed at random before a discriminator looks
at them, in ways that a gradient passes through.

All take and give (n, 3, h, w), each picture changed in its own way.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def augment(images: Tensor, share: float) -> Tensor:
    """Colour jitter, an affine map and cutout, each done to about `share` of the pictures, 0 to 1."""
    if share:
        for operation in (color_jitter, random_affine, cutout):
            chosen = torch.rand(len(images), 1, 1, 1, device=images.device) < share
            images = torch.where(chosen, operation(images), images)
    return images


def random_affine(images: Tensor) -> Tensor:
    """Random affine map: mirrored or not, moved and enlarged or shrunk by up to a tenth, the rim reflected."""
    n = len(images)
    side, scale = torch.randint(0, 2, (n,)) * 2 - 1, 1 + 0.2 * (torch.rand(n) - 0.5)
    shift = 0.2 * (torch.rand(n, 2) - 0.5)
    zero = torch.zeros(n)
    across, down = torch.stack([side * scale, zero, shift[:, 0]], 1), torch.stack([zero, scale, shift[:, 1]], 1)
    grid = F.affine_grid(torch.stack([across, down], 1).to(images.device), list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def color_jitter(images: Tensor) -> Tensor:
    """Colour jitter: brightness, saturation and contrast drawn anew, as in DiffAugment."""
    brighter, saturated, contrasted = torch.rand(3, len(images), 1, 1, 1, device=images.device)
    images = images + brighter - 0.5
    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * 2 * saturated
    middle = images.mean((1, 2, 3), keepdim=True)
    return middle + (images - middle) * (contrasted + 0.5)


def cutout(images: Tensor) -> Tensor:
    """Cutout: without a square of half the side, anywhere, which may reach over the rim (DiffAugment)."""
    n, _, height, width = images.shape
    down, across = torch.rand(2, n, 1, device=images.device)
    rows = (torch.arange(height, device=images.device) / height - down).abs() < 0.25  # (n, h)
    columns = (torch.arange(width, device=images.device) / width - across).abs() < 0.25  # (n, w)
    return images * ~(rows[:, None, :, None] & columns[:, None, None, :])
