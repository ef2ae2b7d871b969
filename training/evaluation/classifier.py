"""Calibrates the classifier and measures it, on the validation photos."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader

from cocktailman.catalog import catalog
from cocktailman.evaluation.ingredients import best_threshold, mean_average_precision, micro_f1
from cocktailman.inference.recogniser import CocktailRanking
from cocktailman.models.classifier.network import DrinkClassifier
from training.classifier.data import NAMELESS, DrinkDataset
from training.datasets.pictures import read_pictures

COLLECTED = "tcdb, opendrinks and brindisi"  # the sources beside bulk
BINS = 10  # of the reliability diagram


@dataclass(frozen=True)
class Read:
    """Logits and truth of pictures: ingredients and recipes (n, n_ingredients), drinks (n, n_drinks), names (n,)."""

    ingredients: Tensor
    drinks: Tensor
    recipes: Tensor
    names: Tensor
    bulk: np.ndarray

    def of(self, rows: np.ndarray) -> Read:
        """Those of some rows."""
        return Read(self.ingredients[rows], self.drinks[rows], self.recipes[rows], self.names[rows], self.bulk[rows])


@torch.no_grad()
def read(network: DrinkClassifier, views: Sequence[Path]) -> Read:
    """What the classifier makes of the validation photos, from the mean of the logits of their views.

    A view is a file of packed photos: cropped or whole, the same photos in the same order.
    """
    sides = [read_pictures(packed).of("validation") for packed in views]
    datasets = [DrinkDataset(pictures, network.config.size, augment=False) for pictures in sides]
    outputs = [[network.predict(image) for image, _, _ in DataLoader(data, 32)] for data in datasets]
    return Read(
        torch.stack([torch.cat([part.ingredients for part in view]) for view in outputs]).mean(0),
        torch.stack([torch.cat([part.drinks for part in view]) for view in outputs]).mean(0),
        datasets[0].recipes,
        datasets[0].names,
        (sides[0].table["source"] == "bulk").to_numpy(),
    )


def calibrate(network: DrinkClassifier, seen: Read) -> None:
    """Fits scale, shift, temperature, threshold and ranking on `seen`, and folds them into the network.

    Scale and shift are one each for all ingredients: most have too few examples for numbers of their own.
    """
    scale, shift = _platt(seen.ingredients, seen.recipes)
    named = seen.names != NAMELESS
    temperature = _platt_names(seen.drinks[named], seen.names[named])
    probability = torch.sigmoid(scale * seen.ingredients + shift).numpy()
    network.calibrate(
        torch.full((seen.recipes.shape[1],), scale), torch.full((seen.recipes.shape[1],), shift), temperature
    )
    network.threshold.fill_(best_threshold(lambda t: balanced_f1(probability, seen, t)))
    names = F.softmax(seen.drinks * temperature, 1).numpy()
    network.ranking.copy_(torch.tensor(_ranking(probability, names, seen, network.config.drinks)))


def _platt(logits: Tensor, target: Tensor) -> tuple[float, float]:
    scale, shift = torch.ones((), requires_grad=True), torch.zeros((), requires_grad=True)
    _minimised([scale, shift], lambda: F.binary_cross_entropy_with_logits(scale * logits + shift, target))
    return scale.item(), shift.item()


def _platt_names(logits: Tensor, names: Tensor) -> float:
    scale = torch.ones((), requires_grad=True)
    _minimised([scale], lambda: F.cross_entropy(scale * logits, names))
    return scale.item()


def _minimised(parameters: list[Tensor], error: Callable[[], Tensor]) -> None:
    optimizer = torch.optim.LBFGS(parameters, max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = error()
        value.backward()
        return value

    optimizer.step(closure)


def _ranking(probability: np.ndarray, names: np.ndarray, seen: Read, drinks: list[str]) -> tuple[float, float]:
    """The exponent and the share of names under which the right cocktail of the catalogue is likeliest."""
    known = [item.name for item in catalog().cocktails]
    named = (seen.names != NAMELESS).numpy()
    right = [known.index(drinks[name]) for name in seen.names[named].tolist()]
    best = (np.inf, 1.0, 0.5)
    for exponent in np.linspace(0.1, 1.5, 15):
        for share in np.linspace(0, 0.95, 20):
            ranked = CocktailRanking(catalog(), drinks, float(exponent), float(share)).rank(
                probability[named], names[named]
            )
            error = -np.log(np.maximum(ranked[np.arange(len(right)), right], 1e-6)).mean()
            best = min(best, (float(error), float(exponent), float(share)))
    return best[1:]


def measure_classifier(network: DrinkClassifier, views: Sequence[Path]) -> dict[str, object]:
    """Average precisions, F1, IoU, names, cocktails and calibration on the validation photos; `views` as in `read`."""
    seen = read(network, views)
    threshold = float(network.threshold)
    probability = seen.ingredients.sigmoid().numpy()
    names = seen.drinks.softmax(1).numpy()
    ranked = CocktailRanking(catalog(), network.config.drinks, *network.ranking.tolist()).rank(probability, names)
    bulk, collected = seen.bulk, ~seen.bulk
    truth = seen.recipes.numpy() > 0
    known = [item.name for item in catalog().cocktails]
    right = np.array([known.index(network.config.drinks[name]) for name in seen.names[bulk].tolist()])
    order = (-ranked[bulk]).argsort(1)
    f1_at = best_threshold(lambda t: micro_f1(probability[bulk] >= t, truth[bulk]))
    iou_at = best_threshold(lambda t: _iou(probability[collected] >= t, truth[collected]))
    mean_ap, counted = mean_average_precision(probability[collected], truth[collected])
    return {
        "data": f"validation photos: {bulk.sum()} of bulk, {collected.sum()} of {COLLECTED}",
        "threshold": threshold,
        "bulk": {
            "mean_ap": mean_average_precision(probability[bulk], truth[bulk], 1)[0],
            "micro_f1": micro_f1(probability[bulk] >= threshold, truth[bulk]),
            "micro_f1_best": micro_f1(probability[bulk] >= f1_at, truth[bulk]),
            "micro_f1_best_at": f1_at,
            "right_of_14": float((names[bulk].argmax(1) == seen.names[bulk].numpy()).mean()),
            "right_of_catalogue": float((order[:, 0] == right).mean()),
            "among_first_3_of_catalogue": float((order[:, :3] == right[:, None]).any(1).mean()),
        },
        "collected": {
            "mean_ap": mean_ap,
            "ingredients_counted": counted,
            "pooled_iou": _iou(probability[collected] >= threshold, truth[collected]),
            "pooled_iou_best": _iou(probability[collected] >= iou_at, truth[collected]),
            "pooled_iou_best_at": iou_at,
        },
        "calibration": reliability(probability, truth),
    }


def balanced_f1(probability: np.ndarray, seen: Read, threshold: float) -> float:
    """Micro-F1 averaged over `bulk` and the other sources, so that the many photos of `bulk` do not decide alone."""
    truth = seen.recipes.numpy() > 0
    rows = [part for part in (seen.bulk, ~seen.bulk) if part.any()]
    return float(np.mean([micro_f1(probability[part] >= threshold, truth[part]) for part in rows]))


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


def _iou(seen: np.ndarray, truth: np.ndarray) -> float:
    return float((seen & truth).sum() / max(1, (seen | truth).sum()))
