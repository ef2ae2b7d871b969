"""Measures a checkpoint on renders it was not trained on: of known recipes, and of recipes left out altogether."""

from __future__ import annotations

from dataclasses import asdict
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd

from cocktailman.evaluation.disentanglement import MIN_COUNT, report, slider_names
from cocktailman.evaluation.metrics import (
    Estimate,
    bootstrap,
    peak_signal_to_noise,
    squared_errors,
    structural_similarity,
)
from cocktailman.inference.generator import Generator
from cocktailman.renders import CATEGORICAL, NUMERIC, read_renders
from training.datasets.pictures import Pictures, read_pictures
from training.evaluation.baselines import Yardsticks
from training.evaluation.comparison import Comparison
from training.evaluation.painters import GeneratorPainter
from training.evaluation.posterior import posterior_facts

HELD_OUT = ("validation", "test", "unseen")


def measure(generator: Generator, packed: Path, step: Estimate | None = None) -> dict[str, object]:
    """The comparison with all renders held out; MSE, PSNR (dB) and SSIM of rebuilt ones by split, and what MSE means
    here; how well the styles tell the factors apart.

    step: seconds that a training step took, where that is known.
    """
    size = generator.checkpoint.size
    pictures = read_pictures(packed, size)
    yardsticks = Yardsticks(pictures.of("train").pixels)
    splits = {name: pictures.of(name) for name in HELD_OUT}
    held = reduce(Pictures.joined, splits.values())
    painter = GeneratorPainter(generator)
    counts = ", ".join(f"{len(part.pixels)} {name}" for name, part in splits.items())
    validation = splits["validation"]
    return {
        "data": f"renders at {size} px, rebuilt from the mean of their style and their recipe",
        "comparison": Comparison(held, packed, size).measure(painter, f"renders held out: {counts}", step),
        **posterior_facts(painter.posterior(validation.images, validation.recipes)),
        **_told_apart(painter, pictures, read_renders(packed).factors),
        "splits": {name: _measured(painter, part, yardsticks) for name, part in splits.items()},
    }


def _told_apart(painter: GeneratorPainter, pictures: Pictures, factors: pd.DataFrame) -> dict[str, object]:
    """How well styles tell the factors apart, over all splits; nothing where the pictures are too few to say."""
    if len(factors) < MIN_COUNT:
        return {}
    styles, kinds = painter.posterior(pictures.images, pictures.recipes).mean, NUMERIC | CATEGORICAL
    return {
        "disentanglement": report(styles, factors, kinds),
        "sliders": [item.label for item in slider_names(styles, factors, kinds)],
    }


def _measured(painter: GeneratorPainter, pictures: Pictures, yardsticks: Yardsticks) -> dict[str, object]:
    rebuilt = np.stack([np.asarray(image) for image in painter.rebuild(pictures.images, pictures.recipes)])
    errors = squared_errors(rebuilt, pictures.pixels)
    return {
        "mse": asdict(bootstrap(errors)),
        "psnr": asdict(bootstrap(peak_signal_to_noise(errors))),
        "ssim": asdict(bootstrap(structural_similarity(rebuilt, pictures.pixels))),
        "for_scale": yardsticks.errors(pictures.pixels),
    }
