"""Measures a checkpoint on renders it was not trained on: of known recipes, and of recipes left out altogether."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.decomposition import PCA

from cocktailman.evaluation.disentanglement import FEWEST, report, slider_names
from cocktailman.evaluation.metrics import bootstrap, peak_signal_to_noise, squared_errors, structural_similarity
from cocktailman.generation import Generator
from cocktailman.renders import CATEGORICAL, NUMERIC, read_renders
from training.pictures import Pictures, read_pictures
from training.posterior import posterior_facts

HELD_OUT = ("validation", "test", "unseen")
COMPONENTS = (6, 16)  # of the PCA that errors are compared with


def measure(generator: Generator, packed: Path) -> dict[str, object]:
    """MSE, PSNR (dB) and SSIM of rebuilt renders at the network's own size, by split, and what MSE means here; how well
    the styles tell the factors apart."""
    pictures = read_pictures(packed, generator.checkpoint.size)
    yardsticks = _Yardsticks(pictures.of("train"))
    splits = {name: pictures.of(name) for name in HELD_OUT}
    return {
        "data": f"renders at {generator.checkpoint.size} px, rebuilt from the mean of their style and their recipe",
        **posterior_facts(generator, _images(splits["validation"])),
        **_told_apart(generator, pictures, read_renders(packed).factors),
        "splits": {name: _measured(generator, part, yardsticks) for name, part in splits.items()},
    }


def _told_apart(generator: Generator, pictures: Pictures, factors: pd.DataFrame) -> dict[str, object]:
    """How well styles tell the factors apart, over all splits; nothing where the pictures are too few to say."""
    if len(factors) < FEWEST:
        return {}
    styles, kinds = generator.encode(_images(pictures)).mean, NUMERIC | CATEGORICAL
    return {
        "disentanglement": report(styles, factors, kinds),
        "sliders": [item.label for item in slider_names(styles, factors, kinds)],
    }


def _measured(generator: Generator, pictures: Pictures, yardsticks: _Yardsticks) -> dict[str, object]:
    images = _images(pictures)
    recipes = [generator.vocabulary.recipe(ids.split()) for ids in pictures.table["ingredients"]]
    rebuilt = np.stack([np.asarray(image) for image in generator.paint_each(recipes, generator.encode(images).mean)])
    errors = squared_errors(rebuilt, pictures.pixels)
    return {
        "mse": asdict(bootstrap(errors)),
        "psnr": asdict(bootstrap(peak_signal_to_noise(errors))),
        "ssim": asdict(bootstrap(structural_similarity(rebuilt, pictures.pixels))),
        "for_scale": yardsticks.errors(pictures),
    }


class _Yardsticks:
    """The mean picture and the principal components of the training split."""

    def __init__(self, train: Pictures) -> None:
        self.counts = [count for count in COMPONENTS if count <= len(train.pixels)]
        pca = PCA(max(self.counts), svd_solver="randomized", random_state=0).fit(_flat(train))
        self.mean, self.components = np.asarray(pca.mean_), np.asarray(pca.components_)

    def errors(self, pictures: Pictures) -> dict[str, float]:
        left = _flat(pictures) - self.mean
        errors = {"mse_mean_picture": float((left**2).mean())}
        for count in self.counts:
            axes = self.components[:count]
            errors[f"mse_pca_{count}"] = float(((left - left @ axes.T @ axes) ** 2).mean())
        return errors


def _images(pictures: Pictures) -> list[Image.Image]:
    return [Image.fromarray(pixels) for pixels in pictures.pixels]


def _flat(pictures: Pictures) -> np.ndarray:
    return pictures.pixels.reshape(len(pictures.pixels), -1).astype(np.float32) / 255
