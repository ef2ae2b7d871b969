"""A small U-Net that a vector steers (Ronneberger et al., arXiv 1505.04597; residual blocks as in Dhariwal & Nichol,
arXiv 2105.05233, without attention): what edits pictures here is made of it.

It works on patches of pixels (sub-pixel convolution, Shi et al., arXiv 1609.05158), which a CPU is grateful for.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GROUPS = 8  # of channels that are normalised together


class SteeredBlock(nn.Module):
    """Residual block whose second normalisation is scaled and shifted by a vector (n, steer_dim) (FiLM, Perez et al.,
    arXiv 1709.07871); it adds nothing at first."""

    def __init__(self, channels_in: int, channels_out: int, steer_dim: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(GROUPS, channels_in), nn.Conv2d(channels_in, channels_out, 3, padding=1)
        self.steer = nn.Linear(steer_dim, 2 * channels_out)
        self.norm2, self.conv2 = nn.GroupNorm(GROUPS, channels_out), nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.skip = nn.Conv2d(channels_in, channels_out, 1) if channels_in != channels_out else nn.Identity()
        nn.init.zeros_(self.conv2.weight)

    def forward(self, x: Tensor, steer: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))  # (n, c', h, w)
        scale, shift = self.steer(steer)[:, :, None, None].chunk(2, dim=1)  # (n, c', 1, 1) each
        h = torch.addcmul(shift, self.norm2(h), 1 + scale)
        return self.skip(x) + self.conv2(F.silu(h))  # (n, c', h, w)


class UNet(nn.Module):
    """Images (n, channels_in, size, size) and a vector (n, steer_dim) to maps (n, channels_out, size, size), all 0 at
    first. `widths` are the channels where a place is `patch` px, twice as many, ...; two blocks each, down and up."""

    def __init__(self, channels_in: int, channels_out: int, patch: int, widths: list[int], steer_dim: int) -> None:
        super().__init__()
        self.patch = patch
        self.stem = nn.Conv2d(channels_in * patch**2, widths[0], 3, padding=1)
        self.down, self.shrink, self.up = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        before = widths[0]
        for width in widths:
            self.down.append(
                nn.ModuleList([SteeredBlock(before, width, steer_dim), SteeredBlock(width, width, steer_dim)])
            )
            self.shrink.append(nn.Conv2d(width, width, 3, stride=2, padding=1))
            before = width
        self.middle = SteeredBlock(before, before, steer_dim)
        for width in reversed(widths):
            joined = SteeredBlock(before + width, width, steer_dim)
            self.up.append(nn.ModuleList([joined, SteeredBlock(width, width, steer_dim)]))
            before = width
        self.norm, self.head = nn.GroupNorm(GROUPS, before), nn.Conv2d(before, channels_out * patch**2, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        assert self.head.bias is not None
        nn.init.zeros_(self.head.bias)

    def forward(self, image: Tensor, steer: Tensor) -> Tensor:
        h = self.stem(F.pixel_unshuffle(image, self.patch))  # (n, widths[0], size / patch, size / patch)
        passed = []
        for blocks, shrink in zip(self.down, self.shrink, strict=True):
            for block in blocks:  # type: ignore[union-attr]
                h = block(h, steer)
            passed.append(h)
            h = shrink(h)  # (n, c, h / 2, w / 2)
        h = self.middle(h, steer)
        for blocks in self.up:
            h = torch.cat([F.interpolate(h, scale_factor=2.0, mode="nearest"), passed.pop()], dim=1)
            for block in blocks:  # type: ignore[union-attr]
                h = block(h, steer)
        return F.pixel_shuffle(self.head(F.silu(self.norm(h))), self.patch)  # (n, channels_out, size, size)
