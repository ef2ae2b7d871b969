"""What is chosen on photos is measured on others: two-fold cross-fitting, over and over."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

HALVINGS = 20
DESCRIBED = f"each photo at what was chosen on the random half without it, means of {HALVINGS} halvings"


def halves(strata: Sequence[object], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of two random halves, in each of which every stratum has half of its rows, as nearly as that goes."""
    shuffled = np.random.default_rng(seed).permutation(len(strata))
    _, numbers = np.unique([str(stratum) for stratum in strata], return_inverse=True)
    ordered = shuffled[np.argsort(numbers[shuffled], kind="stable")]
    return np.sort(ordered[::2]), np.sort(ordered[1::2])


def cross_fitted(strata: Sequence[object], measured: Callable[[list[tuple[np.ndarray, np.ndarray]]], dict]) -> dict:
    """The means of what `measured` finds over halvings; it gets pairs of rows, to choose on and to measure on."""
    found = []
    for seed in range(HALVINGS):
        one, other = halves(strata, seed)
        found.append(measured([(one, other), (other, one)]))
    return {"data": DESCRIBED} | {name: float(np.mean([figures[name] for figures in found])) for name in found[0]}
