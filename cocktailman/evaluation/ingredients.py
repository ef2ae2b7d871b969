"""Multi-label classification scores: how well the ingredients that a classifier sees in pictures are their recipes'.

`probability` and `truth` are (n, n_ingredients): what the classifier says, and whether the ingredient is in the recipe.
"""

from collections.abc import Callable

import numpy as np
import torch
from sklearn.metrics import average_precision_score
from torchmetrics.functional.classification import binary_f1_score, binary_jaccard_index

from cocktailman.evaluation.metrics import Estimate, resampled

MIN_PICTURES = 10  # with an ingredient, for its average precision to count
THRESHOLDS = np.linspace(0.02, 0.9, 89)
RESAMPLES = 200  # a mean average precision takes long


def recipe_agreement(probability: np.ndarray, truth: np.ndarray, threshold: float) -> dict[str, Estimate]:
    """Mean AP over the ingredients of `MIN_PICTURES` pictures or more (left out where there are none), and micro-F1."""
    frequent = np.flatnonzero(truth.sum(0) >= MIN_PICTURES)

    def f1(rows: np.ndarray) -> float:
        return micro_f1(truth[rows], probability[rows] >= threshold)

    def mean_ap(rows: np.ndarray) -> float:
        return mean_average_precision(probability[np.ix_(rows, frequent)], truth[np.ix_(rows, frequent)], 1)[0]

    found = {"consistency_f1": resampled(f1, len(truth), RESAMPLES)}
    return ({"consistency_map": resampled(mean_ap, len(truth), RESAMPLES)} if len(frequent) else {}) | found


def mean_average_precision(
    probability: np.ndarray, truth: np.ndarray, min_pictures: int = MIN_PICTURES
) -> tuple[float, int]:
    """Mean average precision over the ingredients of at least `min_pictures` pictures, and their number."""
    frequent = np.flatnonzero(truth.sum(0) >= min_pictures)
    return float(np.mean([average_precision_score(truth[:, i], probability[:, i]) for i in frequent])), len(frequent)


def micro_f1(truth: np.ndarray, seen: np.ndarray) -> float:
    """F1 over all pairs of a picture and an ingredient; both bool, (n, n_ingredients); 0 where there are none."""
    return float(binary_f1_score(_flat(seen), _flat(truth), validate_args=False))


def micro_iou(truth: np.ndarray, seen: np.ndarray) -> float:
    """Intersection over union, as `micro_f1`."""
    return float(binary_jaccard_index(_flat(seen), _flat(truth), validate_args=False))


def _flat(table: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(table.ravel()).int()


def best_threshold(score: Callable[[float], float]) -> float:
    """The threshold at which a score is greatest."""
    return float(max(THRESHOLDS, key=score))
