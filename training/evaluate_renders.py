"""Measures a checkpoint on renders it was not trained on: of known recipes, and of recipes left out altogether."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd

from cocktailman.evaluation.disentanglement import FEWEST, report, slider_names
from cocktailman.evaluation.metrics import bootstrap, peak_signal_to_noise, squared_errors, structural_similarity
from cocktailman.generation import Generator
from cocktailman.renders import CATEGORICAL, NUMERIC, read_renders
from training.pictures import Pictures, read_pictures
from training.posterior import posterior_facts
from training.yardsticks import Yardsticks

HELD_OUT = ("validation", "test", "unseen")


def measure(generator: Generator, packed: Path) -> dict[str, object]:
    """MSE, PSNR (dB) and SSIM of rebuilt renders at the network's own size, by split, and what MSE means here; how well
    the styles tell the factors apart."""
    pictures = read_pictures(packed, generator.checkpoint.size)
    yardsticks = Yardsticks(pictures.of("train").pixels)
    splits = {name: pictures.of(name) for name in HELD_OUT}
    return {
        "data": f"renders at {generator.checkpoint.size} px, rebuilt from the mean of their style and their recipe",
        **posterior_facts(generator, splits["validation"].images),
        **_told_apart(generator, pictures, read_renders(packed).factors),
        "splits": {name: _measured(generator, part, yardsticks) for name, part in splits.items()},
    }


def _told_apart(generator: Generator, pictures: Pictures, factors: pd.DataFrame) -> dict[str, object]:
    """How well styles tell the factors apart, over all splits; nothing where the pictures are too few to say."""
    if len(factors) < FEWEST:
        return {}
    styles, kinds = generator.encode(pictures.images).mean, NUMERIC | CATEGORICAL
    return {
        "disentanglement": report(styles, factors, kinds),
        "sliders": [item.label for item in slider_names(styles, factors, kinds)],
    }


def _measured(generator: Generator, pictures: Pictures, yardsticks: Yardsticks) -> dict[str, object]:
    images = pictures.images
    rebuilt = np.stack(
        [np.asarray(image) for image in generator.paint_each(pictures.recipes, generator.encode(images).mean)]
    )
    errors = squared_errors(rebuilt, pictures.pixels)
    return {
        "mse": asdict(bootstrap(errors)),
        "psnr": asdict(bootstrap(peak_signal_to_noise(errors))),
        "ssim": asdict(bootstrap(structural_similarity(rebuilt, pictures.pixels))),
        "for_scale": yardsticks.errors(pictures.pixels),
    }
