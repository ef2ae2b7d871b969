"""Pixel by pixel: each colour of each pixel is drawn from the values seen in its place, regardless of all others.

`uniform`: each value that was ever seen there once. `multinomial`: as often as it was seen, the maximum likelihood of
independent pixels. The lowest rungs of the ladder: what the models above them buy is that pixels know each other.
"""

from dataclasses import dataclass

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn


@dataclass
class HistogramConfig:
    """What it is built from; the defaults are those of the shipped ones."""

    style_dim: int = 1  # a number that only decides what is drawn
    recipe_dim: int = 63  # which it does not look at
    size: int = 64  # px
    levels: int = 16  # that a colour's values are counted in


class HistogramDecoder(nn.Module):
    """Draws a picture from `cumulative` (3, size, size, levels): how likely a value is at or below each level."""

    cumulative: Tensor

    def __init__(self, config: HistogramConfig) -> None:
        super().__init__()
        self.levels = config.levels
        self.register_buffer("cumulative", torch.ones(3, config.size, config.size, config.levels))

    def forward(self, style: Tensor, recipe: Tensor) -> Tensor:
        return torch.stack([self._drawn(numbers) for numbers in style])  # (n, 3, size, size)

    def _drawn(self, numbers: Tensor) -> Tensor:
        """The picture of a style: the same for the same numbers, everywhere."""
        digits = (numbers.double() * 1e6).round().long()
        seed = int(sum(int(digit) * 1_000_003**place for place, digit in enumerate(digits.tolist()))) % 2**62
        generator = torch.Generator().manual_seed(seed)
        chance = torch.rand((*self.cumulative.shape[:3], 1), generator=generator)
        level = (chance > self.cumulative).sum(3).clamp(max=self.levels - 1)  # (3, size, size)
        return (level + torch.rand(level.shape, generator=generator)) / self.levels

    def fit(self, counts: Tensor) -> None:
        """Takes counts (3, size, size, levels) of the values seen in each place."""
        self.cumulative.copy_((counts / counts.sum(3, keepdim=True)).cumsum(3))


class PixelHistogram(nn.Module, PyTorchModelHubMixin):
    """A painter without an encoder."""

    def __init__(self, config: HistogramConfig) -> None:
        super().__init__()
        self.config = config
        self.decoder = HistogramDecoder(config)
