"""Measures the classifier of ingredients by its predictions on photos it was not trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from cocktailman.catalog import catalog
from cocktailman.evaluation.ingredients import best_threshold, mean_average_precision, micro_f1, micro_iou
from cocktailman.inference.recogniser import CocktailRanking
from cocktailman.models.classifier.network import DrinkClassifier

COLLECTED = "tcdb, opendrinks and brindisi"  # the sources beside bulk
BINS = 10  # of the reliability diagram


@dataclass(frozen=True)
class Predictions:
    """Logits and labels of photos: ingredients and recipes (n, n_ingredients), drinks (n, n_drinks), names (n,).

    bulk: which photos are of the large source, where each shows one of the drinks that `names` number, (n,).
    """

    ingredients: Tensor
    drinks: Tensor
    recipes: Tensor
    names: Tensor
    bulk: np.ndarray

    def of(self, rows: np.ndarray) -> Predictions:
        """Those of some rows."""
        logits = self.ingredients[rows], self.drinks[rows]
        return Predictions(*logits, self.recipes[rows], self.names[rows], self.bulk[rows])


def measure_classifier(network: DrinkClassifier, seen: Predictions) -> dict[str, object]:
    """Average precisions, F1, IoU, names, cocktails and calibration from its predictions."""
    threshold = float(network.threshold)
    probability = seen.ingredients.sigmoid().numpy()
    names = seen.drinks.softmax(1).numpy()
    ranked = CocktailRanking(catalog(), network.config.drinks, *network.ranking.tolist()).rank(probability, names)
    bulk, collected = seen.bulk, ~seen.bulk
    truth = seen.recipes.numpy() > 0
    known = [item.name for item in catalog().cocktails]
    right = np.array([known.index(network.config.drinks[name]) for name in seen.names[bulk].tolist()])
    order = (-ranked[bulk]).argsort(1)
    f1_at = best_threshold(lambda t: micro_f1(truth[bulk], probability[bulk] >= t))
    iou_at = best_threshold(lambda t: micro_iou(truth[collected], probability[collected] >= t))
    mean_ap, counted = mean_average_precision(probability[collected], truth[collected])
    return {
        "data": f"validation photos: {bulk.sum()} of bulk, {collected.sum()} of {COLLECTED}",
        "threshold": threshold,
        "bulk": {
            "mean_ap": mean_average_precision(probability[bulk], truth[bulk], 1)[0],
            "micro_f1": micro_f1(truth[bulk], probability[bulk] >= threshold),
            "micro_f1_best": micro_f1(truth[bulk], probability[bulk] >= f1_at),
            "micro_f1_best_at": f1_at,
            "right_of_14": float((names[bulk].argmax(1) == seen.names[bulk].numpy()).mean()),
            "right_of_catalogue": float((order[:, 0] == right).mean()),
            "among_first_3_of_catalogue": float((order[:, :3] == right[:, None]).any(1).mean()),
        },
        "collected": {
            "mean_ap": mean_ap,
            "ingredients_counted": counted,
            "pooled_iou": micro_iou(truth[collected], probability[collected] >= threshold),
            "pooled_iou_best": micro_iou(truth[collected], probability[collected] >= iou_at),
            "pooled_iou_best_at": iou_at,
        },
        "calibration": reliability(probability, truth),
    }


def reliability(probability: np.ndarray, truth: np.ndarray) -> dict[str, object]:
    """Expected calibration error over all ingredients and photos, and the diagram's bins (Guo et al., 2017, eq. 3)."""
    place = np.minimum((probability * BINS).astype(int), BINS - 1)
    bins = [
        {"stated": float(probability[place == b].mean()), "true": float(truth[place == b].mean()), "count": int(n)}
        for b in range(BINS)
        if (n := (place == b).sum())
    ]
    error = sum(item["count"] * abs(item["stated"] - item["true"]) for item in bins) / probability.size
    return {"ece": float(error), "bins": bins}
