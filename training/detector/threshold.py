"""Chooses the score from which a box of the detector counts, on photos it was not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cocktailman.evaluation.detection import DetectedPhoto, count_drinks, true_positives
from training.shared.halves import cross_fitted

FALSE_ALARMS = 0.05  # share of the negatives that may get a box


def choose_threshold(found: Sequence[DetectedPhoto]) -> float:
    """The score with the best F1 of boxes on drinks, over photos with and without one.

    Never below the score at which `FALSE_ALARMS` of the negatives get a box.
    """
    boxes = [(box.score, right) for item in found for box, right in zip(item.boxes, true_positives(item), strict=True)]
    scores, right = np.array([pair[0] for pair in boxes]), np.array([pair[1] for pair in boxes])
    alarms = np.sort([item.best for item in found if item.is_negative])
    lowest = alarms[int(np.ceil(len(alarms) * (1 - FALSE_ALARMS))) - 1] if len(alarms) else 0.0
    candidates = np.unique(np.append(scores[scores > lowest], lowest + 1e-3))
    kept = scores[None] >= candidates[:, None]  # (candidates, boxes)
    f1 = 2 * (kept & right).sum(1) / (kept.sum(1) + count_drinks(found))
    return float(candidates[f1.argmax()])


def measure_cross_fitted(found: Sequence[DetectedPhoto]) -> dict[str, object]:
    """How often there is a box without a drink, and the best one on a drink, at thresholds chosen on other photos."""

    def measured(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
        alarms, hits = [], []
        for chosen_on, rows in pairs:
            threshold = choose_threshold([found[row] for row in chosen_on])
            alarms += [found[row].best >= threshold for row in rows if found[row].is_negative]
            hits += [found[row].hits and found[row].best >= threshold for row in rows if found[row].truth]
        return {"negatives_with_a_box": float(np.mean(alarms)), "best_box_hits_above_threshold": float(np.mean(hits))}

    return cross_fitted([(bool(item.truth), item.is_negative) for item in found], measured)
