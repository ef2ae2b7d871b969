"""How well the ingredients that a reader sees in pictures agree with their recipes.

`probability` and `truth` are (n, n_ingredients): what the reader says, and whether the ingredient is in the recipe.
"""

from collections.abc import Callable

import numpy as np
from sklearn.metrics import average_precision_score

from cocktailman.evaluation.metrics import Estimate, resampled

OFTEN = 10  # pictures with an ingredient that its average precision needs to count
THRESHOLDS = np.linspace(0.02, 0.9, 89)
RESAMPLES = 200  # a mean average precision takes long


def recipe_agreement(probability: np.ndarray, truth: np.ndarray, threshold: float) -> dict[str, Estimate]:
    """Mean AP over the ingredients of at least `OFTEN` pictures (left out where there are none), and micro-F1."""
    often = np.flatnonzero(truth.sum(0) >= OFTEN)

    def f1(rows: np.ndarray) -> float:
        return micro_f1(probability[rows] >= threshold, truth[rows])

    def mean_ap(rows: np.ndarray) -> float:
        return mean_average_precision(probability[np.ix_(rows, often)], truth[np.ix_(rows, often)], 1)[0]

    found = {"consistency_f1": resampled(f1, len(truth), RESAMPLES)}
    return ({"consistency_map": resampled(mean_ap, len(truth), RESAMPLES)} if len(often) else {}) | found


def mean_average_precision(probability: np.ndarray, truth: np.ndarray, least: int = OFTEN) -> tuple[float, int]:
    """Mean average precision over the ingredients of at least `least` pictures, and their number."""
    often = np.flatnonzero(truth.sum(0) >= least)
    return float(np.mean([average_precision_score(truth[:, i], probability[:, i]) for i in often])), len(often)


def micro_f1(seen: np.ndarray, truth: np.ndarray) -> float:
    """F1 of all ingredients of all pictures together."""
    return float(2 * (seen & truth).sum() / max(1, seen.sum() + truth.sum()))


def best_threshold(score: Callable[[float], float]) -> float:
    """The threshold at which a score is greatest."""
    return float(max(THRESHOLDS, key=score))
