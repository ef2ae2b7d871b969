"""How well a score tells what is no drink: counts at a threshold, and the curve over all thresholds.

A *positive* is a picture without a drink: what is to be found. ROC: Fawcett, Pattern Recognition Letters 27, 2006.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from cocktailman.evaluation.metrics import resampled

POINTS = 60  # of a curve that is kept


@dataclass(frozen=True)
class Counts:
    """Of pictures with and without a drink: odd and called so (tp), drinks left alone (tn), and the two mistakes."""

    tp: int
    tn: int
    fp: int
    fn: int

    @property
    def recall(self) -> float:
        """The share of pictures without a drink that is found."""
        return self.tp / max(1, self.tp + self.fn)

    @property
    def false_alarms(self) -> float:
        """The share of drinks that is called odd."""
        return self.fp / max(1, self.fp + self.tn)

    @property
    def accuracy(self) -> float:
        return (self.tp + self.tn) / (self.tp + self.tn + self.fp + self.fn)


def counts(scores: np.ndarray, odd: np.ndarray, threshold: float) -> Counts:
    """From scores (n,) and whether each picture is without a drink (n,)."""
    called = scores >= threshold
    pairs = ((called & odd), (~called & ~odd), (called & ~odd), (~called & odd))
    return Counts(*(int(pair.sum()) for pair in pairs))


def best_threshold(scores: np.ndarray, odd: np.ndarray) -> float:
    """Where recall less false alarms is largest (Youden, 1950), half-way to the next lower score."""
    false, found, thresholds = roc_curve(odd, scores)
    best = int((found - false)[1:].argmax()) + 1
    lower = scores[scores < thresholds[best]]
    return float((thresholds[best] + lower.max()) / 2) if len(lower) else float(thresholds[best])


def false_alarms_at(scores: np.ndarray, odd: np.ndarray, recall: float = 0.95) -> float:
    """The share of drinks called odd where `recall` of the pictures without one is found (FPR at 95 % TPR)."""
    false, found, _ = roc_curve(odd, scores)
    return float(false[found >= recall].min())


def measured(scores: np.ndarray, odd: np.ndarray, threshold: float) -> dict[str, object]:
    """All of it, ready for JSON; the area under the curve with its interval."""
    false, found, _ = roc_curve(odd, scores)
    kept = np.unique(np.linspace(0, len(false) - 1, POINTS).round().astype(int))
    at = counts(scores, odd, threshold)

    def area(rows: np.ndarray) -> float:
        return float(roc_auc_score(odd[rows], scores[rows])) if 0 < odd[rows].sum() < len(rows) else 1.0

    return {
        "drinks": int((~odd).sum()),
        "without": int(odd.sum()),
        "threshold": threshold,
        **asdict(at),
        "recall": at.recall,
        "false_alarms": at.false_alarms,
        "accuracy": at.accuracy,
        "auroc": asdict(resampled(area, len(scores), 300)),
        "false_alarms_at_95": false_alarms_at(scores, odd),
        "roc": [[round(float(x), 4), round(float(y), 4)] for x, y in zip(false[kept], found[kept], strict=True)],
    }
