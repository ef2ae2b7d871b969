"""Measures a tree of attributes by the log-likelihood of recipes that it was not fitted on."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from cocktailman.errors import InputError
from cocktailman.evaluation.metrics import bootstrap
from cocktailman.inference.inventor import Inventor
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.recipetree.network import RecipeTreeConfig
from training.evaluate import EvaluationData
from training.recipes.fit import fitted, read_drinks, rows_of


def measure_recipes(checkpoint: Checkpoint, given: EvaluationData) -> dict[str, object]:
    """Nats a recipe on the validation split, and for scale of independent attributes; more is better."""
    if given.photos is None:
        raise InputError("recipes are measured on those of photos: name their folder with --photos")
    inventor = Inventor(checkpoint)
    values = list(inventor.values.values())
    train, held = (
        rows_of(read_drinks(given.photos, split), inventor.names, values) for split in ("train", "validation")
    )
    return {
        "data": f"{len(held)} recipes of the validation split, each once; fitted on {len(train)}",
        "log_likelihood": asdict(bootstrap(inventor.log_likelihood(held))),
        "reference": {"independent": asdict(bootstrap(_independent(inventor, train, held)))},
    }


def _independent(inventor: Inventor, train: np.ndarray, held: np.ndarray) -> np.ndarray:
    """The log-likelihood (n,) where each attribute is drawn by itself."""
    total = np.zeros(len(held))
    for place, (name, values) in enumerate(inventor.values.items()):
        alone = fitted(RecipeTreeConfig([name], [values], [-1]), train[:, [place]], 1.0)
        total += alone.log_likelihood(held[:, [place]])
    return total
