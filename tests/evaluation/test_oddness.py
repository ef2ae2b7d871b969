"""Counts at a threshold and the curve over all of them, with scikit-learn as the oracle."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, roc_auc_score

from cocktailman.evaluation.oddness import best_threshold, counts, false_alarms_at, measured

RNG = np.random.default_rng(0)
ODD = np.repeat([False, True], [300, 60])
SCORES = np.where(ODD, RNG.normal(2, 1, 360), RNG.normal(0, 1, 360))


def test_counts_and_area_are_those_of_the_oracle() -> None:
    found = measured(SCORES, ODD, 1.1)
    (tn, fp), (fn, tp) = confusion_matrix(ODD, SCORES >= 1.1)
    assert (found["tp"], found["tn"], found["fp"], found["fn"]) == (tp, tn, fp, fn)
    assert found["accuracy"] == pytest.approx((tp + tn) / 360) and found["recall"] == pytest.approx(tp / 60)
    area = found["auroc"]
    assert area["low"] < area["value"] < area["high"]  # type: ignore[index]
    assert area["value"] == pytest.approx(roc_auc_score(ODD, SCORES))  # type: ignore[index]
    assert found["roc"][0] == [0, 0] and found["roc"][-1] == [1, 1]  # type: ignore[index]


def test_the_threshold_is_the_best_there_is() -> None:
    def gain(threshold: float) -> float:
        at = counts(SCORES, ODD, threshold)
        return at.recall - at.false_alarms

    assert gain(best_threshold(SCORES, ODD)) == pytest.approx(max(map(gain, SCORES)))
    apart = np.where(ODD, 5.0, 1.0)
    assert best_threshold(apart, ODD) == 3 and false_alarms_at(apart, ODD) == 0
