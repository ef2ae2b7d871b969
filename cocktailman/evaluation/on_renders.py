"""Measures a generator on renders it was not trained on: of known recipes, and of recipes left out altogether."""

from __future__ import annotations

from dataclasses import asdict
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd

from cocktailman.datasets import Pictures
from cocktailman.evaluation.comparison import Comparison, from_prior
from cocktailman.evaluation.disentanglement import MIN_COUNT, report, slider_names
from cocktailman.evaluation.generative_model import ShippedModel
from cocktailman.evaluation.metrics import (
    Estimate,
    bootstrap,
    mse,
    psnr,
    ssim,
)
from cocktailman.evaluation.posteriors import posterior_facts
from cocktailman.evaluation.reconstruction_baselines import ReconstructionBaselines
from cocktailman.inference.generator import Generator
from cocktailman.renders import CATEGORICAL, NUMERIC

HELD_OUT = ("validation", "test", "unseen")


def measure_on_renders(
    generator: Generator, pictures: Pictures, packed: Path, factors: pd.DataFrame, step: Estimate | None = None
) -> dict[str, object]:
    """The comparison with all renders held out; MSE, PSNR (dB) and SSIM of rebuilt ones by split, and what MSE means
    here; how well the styles tell the factors apart.

    pictures: renders or their cut-outs at the generator's size. packed: where they came from; their features are kept
    beside it. factors: of these renders, in their order. step: seconds that a training step took, where that is known.
    """
    size = generator.checkpoint.size
    baselines = ReconstructionBaselines(_pixels(pictures.of("train")))
    splits = {name: pictures.of(name) for name in HELD_OUT}
    held = reduce(Pictures.joined, splits.values())
    model = ShippedModel(generator)
    counts = ", ".join(f"{len(part.pixels)} {name}" for name, part in splits.items())
    validation, comparison = splits["validation"], Comparison(held, packed, size)
    return {
        "data": f"{held.what} at {size} px, rebuilt from their recipe and the style found by inversion",
        "comparison": comparison.measure(model, f"renders held out: {counts}", step),
        **from_prior(generator, comparison),
        **posterior_facts(model.encode(validation.images, validation.recipes)),
        **_disentanglement(model, pictures, factors),
        "splits": {name: _reconstruction(model, part, baselines) for name, part in splits.items()},
    }


def _disentanglement(model: ShippedModel, pictures: Pictures, factors: pd.DataFrame) -> dict[str, object]:
    """How well styles tell the factors apart, over all splits; nothing where the pictures are too few to say."""
    if len(factors) < MIN_COUNT:
        return {}
    styles, kinds = model.encode(pictures.images, pictures.recipes).mean, NUMERIC | CATEGORICAL
    return {
        "disentanglement": report(styles, factors, kinds),
        "sliders": [item.label for item in slider_names(styles, factors, kinds)],
    }


def _reconstruction(model: ShippedModel, pictures: Pictures, baselines: ReconstructionBaselines) -> dict[str, object]:
    reconstructed = np.stack([np.asarray(image) for image in model.reconstruct(pictures.images, pictures.recipes)])
    truth = _pixels(pictures)
    errors = mse(reconstructed, truth)
    return {
        "mse": asdict(bootstrap(errors)),
        "psnr": asdict(bootstrap(psnr(errors))),
        "ssim": asdict(bootstrap(ssim(reconstructed, truth))),
        "reference": baselines.errors(truth),
    }


def _pixels(pictures: Pictures) -> np.ndarray:
    """As they are shown, uint8, (n, size, size, 3)."""
    return np.stack([np.asarray(image) for image in pictures.shown])
