"""Chooses the score from which a box of the detector counts, on photos it was not trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cocktailman.evaluation.detection import DetectedPhoto, count_drinks, true_positives

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
