"""What networks that edit are told: factors as numbers, each known or not, and how noisy a picture is."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from cocktailman.factors import Number, encoded_width, factors, known_at, places

Known = tuple[Tensor, Tensor]  # factors as numbers (n, encoded_width), and which of them are known (n, n_factors)


def told_of(told: Known, name: str) -> Tensor:
    """The numbers of one factor, all 0 where it is not known, (n, width)."""
    numbers, known = told
    return numbers[:, places()[name]] * known[:, [known_at(name)]]


def in_units(numbers: Tensor, factor: Number) -> Tensor:
    """Numbers that say a factor on a plain scale, in its own units: the inverse of its `encode`."""
    return factor.low + (numbers + 1) / 2 * (factor.high - factor.low)


def of_each_number(known: Tensor) -> Tensor:
    """What is said of each factor (n, n_factors), said of each of its numbers (n, encoded_width)."""
    widths = torch.tensor([item.width for item in factors().values()], device=known.device)
    return known.repeat_interleave(widths, dim=1)


class FactorEmbedding(nn.Module):
    """Factors (n, encoded_width) and which of them are known (n, n_factors) to a vector (n, dim)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(encoded_width() + len(factors()), 2 * dim), nn.SiLU(), nn.Linear(2 * dim, dim)
        )

    def forward(self, numbers: Tensor, known: Tensor) -> Tensor:
        shown = numbers * of_each_number(known)  # what is not known is 0
        return self.layers(torch.cat([shown, known], dim=1))  # (n, dim)


class TimeEmbedding(nn.Module):
    """Times (n,) in [0, 1] to a vector (n, dim), by waves of rising frequency (Vaswani et al., arXiv 1706.03762)."""

    WAVES = 32

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2 * self.WAVES, dim), nn.SiLU(), nn.Linear(dim, dim))

    def forward(self, time: Tensor) -> Tensor:
        exponents = torch.linspace(0, math.log(1000), self.WAVES, device=time.device)
        angle = time[:, None] * exponents.exp()  # (n, waves)
        return self.layers(torch.cat([angle.sin(), angle.cos()], dim=1))  # (n, dim)
