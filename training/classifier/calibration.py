"""Calibrates a classifier on its predictions of the validation photos.

Platt scaling (Platt, 1999) of the ingredients, temperature scaling of the names (Guo et al., arXiv 1706.04599), and the
threshold and the ranking of cocktails that are best on the calibrated predictions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader

from cocktailman.catalog import catalog
from cocktailman.evaluation.classification import Predictions, reliability
from cocktailman.evaluation.ingredients import best_threshold, micro_f1, micro_iou
from cocktailman.inference.recogniser import CocktailRanking
from cocktailman.models.classifier.network import DrinkClassifier
from training.classifier.data import NAMELESS, DrinkDataset
from training.datasets.pictures import read_pictures
from training.shared.halves import cross_fitted


@torch.no_grad()
def predict_validation(network: DrinkClassifier, augmentations: Sequence[Path]) -> Predictions:
    """The predictions of a classifier on the validation photos, with test-time augmentation.

    augmentations: packed photos, cropped or whole, the same in the same order, whose logits are averaged.
    """
    packs = [read_pictures(packed).of("validation") for packed in augmentations]
    datasets = [DrinkDataset(pictures, network.config.size, augment=False) for pictures in packs]
    outputs = [[network.predict(image) for image, _, _ in DataLoader(data, 32)] for data in datasets]
    return Predictions(
        torch.stack([torch.cat([part.ingredients for part in output]) for output in outputs]).mean(0),
        torch.stack([torch.cat([part.drinks for part in output]) for output in outputs]).mean(0),
        datasets[0].recipes,
        datasets[0].names,
        (packs[0].table["source"] == "bulk").to_numpy(),
    )


@dataclass(frozen=True)
class Calibration:
    """What makes probabilities of logits, and from which on an ingredient is named.

    Scale and shift are one each for all ingredients: most have too few examples for numbers of their own.
    """

    scale: float
    shift: float
    threshold: float

    @classmethod
    def fitted(cls, seen: Predictions) -> Self:
        scale, shift = _platt(seen.ingredients, seen.recipes)
        probability = torch.sigmoid(scale * seen.ingredients + shift).numpy()
        return cls(scale, shift, best_threshold(lambda t: balanced_f1(probability, seen, t)))

    def probability(self, seen: Predictions) -> np.ndarray:
        """Of each ingredient, (n, n_ingredients)."""
        return torch.sigmoid(self.scale * seen.ingredients + self.shift).numpy()


def calibrate(network: DrinkClassifier, seen: Predictions) -> None:
    """Fits scale, shift, temperature, threshold and ranking on `seen`, and folds them into the network."""
    fitted, count = Calibration.fitted(seen), seen.recipes.shape[1]
    named = seen.names != NAMELESS
    temperature = _platt_names(seen.drinks[named], seen.names[named])
    network.calibrate(torch.full((count,), fitted.scale), torch.full((count,), fitted.shift), temperature)
    network.threshold.fill_(fitted.threshold)
    probability = fitted.probability(seen)
    names = F.softmax(seen.drinks * temperature, 1).numpy()
    network.ranking.copy_(torch.tensor(_ranking(probability, names, seen, network.config.drinks)))


def measure_cross_fitted(seen: Predictions) -> dict[str, object]:
    """F1 on `bulk`, intersection over union on the others, and calibration error, as chosen on other photos."""
    truth = seen.recipes.numpy() > 0

    def measured(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, object]:
        probability, given = np.empty(truth.shape), np.empty(truth.shape, bool)
        for chosen_on, rows in pairs:
            fitted = Calibration.fitted(seen.of(chosen_on))
            probability[rows] = fitted.probability(seen.of(rows))
            given[rows] = probability[rows] >= fitted.threshold
        return {
            "micro_f1": micro_f1(truth[seen.bulk], given[seen.bulk]),
            "pooled_iou": micro_iou(truth[~seen.bulk], given[~seen.bulk]),
            "ece": reliability(probability, truth)["ece"],
        }

    return cross_fitted(seen.bulk.tolist(), measured)


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


def _ranking(probability: np.ndarray, names: np.ndarray, seen: Predictions, drinks: list[str]) -> tuple[float, float]:
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


def balanced_f1(probability: np.ndarray, seen: Predictions, threshold: float) -> float:
    """Micro-F1 averaged over `bulk` and the other sources, so that the many photos of `bulk` do not decide alone."""
    truth = seen.recipes.numpy() > 0
    rows = [part for part in (seen.bulk, ~seen.bulk) if part.any()]
    return float(np.mean([micro_f1(truth[part], probability[part] >= threshold) for part in rows]))
