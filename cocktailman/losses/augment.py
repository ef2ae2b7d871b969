"""Differentiable augmentation (Zhao et al., arXiv 2006.10738): pictures changed at random before a discriminator looks
at them, in ways that a gradient passes through.

All take and give (n, 3, h, w), each picture changed in its own way.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def augment(images: Tensor, share: float, seed: int | None = None, size: int | None = None) -> Tensor:
    """An affine map of all pictures, and colour jitter and cutout each of about `share` of them, 0 to 1.

    All are moved, for a network that looks through strides sees some pixels better than others: what it teaches would
    show its grid, as stripes.

    seed: of what is drawn; batches of one length and one seed are changed alike, so that they can be compared.
    size: px, the side of what comes out, resized by the affine map; by default that of `images`.
    """
    generator = None if seed is None else torch.Generator().manual_seed(seed)
    images = random_affine(images, generator, size)
    for operation in (color_jitter, cutout):
        chosen = _random(images, len(images), 1, 1, 1, generator=generator) < share
        images = torch.where(chosen, operation(images, generator), images)
    return images


def _random(images: Tensor, *shape: int, generator: torch.Generator | None) -> Tensor:
    """Uniform numbers beside `images`, the same on every device."""
    return torch.rand(shape, generator=generator).to(images.device)


def random_affine(images: Tensor, generator: torch.Generator | None = None, size: int | None = None) -> Tensor:
    """Random affine map: mirrored or not, moved and enlarged or shrunk by up to a tenth, the rim reflected; `size` px a
    side come out."""
    mirrored, scaled, moved_across, moved_down = _random(images, 4, len(images), generator=generator)
    side, scale, zero = (mirrored < 0.5) * 2.0 - 1, 1 + 0.2 * (scaled - 0.5), torch.zeros_like(scaled)
    across = torch.stack([side * scale, zero, 0.2 * (moved_across - 0.5)], 1)
    down = torch.stack([zero, scale, 0.2 * (moved_down - 0.5)], 1)
    height, width = (size, size) if size else images.shape[2:]
    shape = [*images.shape[:2], height, width]
    grid = F.affine_grid(torch.stack([across, down], 1), shape, align_corners=False)
    return F.grid_sample(images, grid, padding_mode="reflection", align_corners=False)


def color_jitter(images: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Colour jitter: brightness, saturation and contrast drawn anew, as in DiffAugment."""
    brighter, saturated, contrasted = _random(images, 3, len(images), 1, 1, 1, generator=generator)
    images = images + brighter - 0.5
    grey = images.mean(1, keepdim=True)
    images = grey + (images - grey) * 2 * saturated
    middle = images.mean((1, 2, 3), keepdim=True)
    return middle + (images - middle) * (contrasted + 0.5)


def cutout(images: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Cutout: without a square of half the side, anywhere, which may reach over the rim (DiffAugment)."""
    n, _, height, width = images.shape
    down, across = _random(images, 2, n, 1, generator=generator)
    rows = (torch.arange(height, device=images.device) / height - down).abs() < 0.25  # (n, h)
    columns = (torch.arange(width, device=images.device) / width - across).abs() < 0.25  # (n, w)
    return images * ~(rows[:, None, :, None] & columns[:, None, None, :])
