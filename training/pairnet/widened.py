"""Weights of an older pair network in a newer one that is told more, or says more: at first it does as the old one did
(Net2Net, Chen, Goodfellow & Shlens, arXiv 1511.05641)."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from cocktailman.factors import factors

EMBEDDINGS = ("before.layers.0.weight", "after.layers.0.weight")  # of factors: their numbers, then which are known


def widened(weights: Mapping[str, Tensor], own: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights, each in the shape that it has among a network's `own`: what came later is in the last places, and
    has no weight yet. Layers of which a part became smaller are left as they are."""
    return {name: _widened(name, value, own[name]) if name in own else value for name, value in weights.items()}


def _widened(name: str, old: Tensor, own: Tensor) -> Tensor:
    if old.shape == own.shape or old.dim() != own.dim():
        return old
    if name.endswith(EMBEDDINGS):
        old = _with_later_factors(old, own.shape[1])
    if any(was > now for was, now in zip(old.shape, own.shape, strict=True)):
        return old
    wide = torch.zeros_like(own)
    wide[tuple(slice(side) for side in old.shape)] = old
    return wide


def _with_later_factors(old: Tensor, width: int) -> Tensor:
    """Weights (m, numbers + factors) with columns of 0 for the last factors, which are new: (m, width)."""
    later, added = 0, 0  # how many factors, how many numbers they are
    for factor in reversed(factors().values()):
        if old.shape[1] + later + added >= width:
            break
        later, added = later + 1, added + factor.width
    known = len(factors()) - later
    empty = old.new_zeros(len(old), added), old.new_zeros(len(old), later)
    return torch.cat([old[:, :-known], empty[0], old[:, -known:], empty[1]], 1)
