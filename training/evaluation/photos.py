"""Measures a checkpoint on the validation photos."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from cocktailman.catalog import catalog
from cocktailman.evaluation.features import lite_extractor, picture_features
from cocktailman.evaluation.metrics import Estimate, bootstrap, linear_classifier
from cocktailman.inference.generator import Generator
from training.datasets.pictures import Pictures, read_pictures
from training.evaluation.baselines import Yardsticks
from training.evaluation.comparison import SIZE, Comparison, kept_features, shrunk
from training.evaluation.painters import GeneratorPainter, Painter
from training.evaluation.posterior import posterior_facts

SAMPLES_A_DRINK = 50


class Judge:
    """Tells the 14 drinks of `bulk` apart, on features of the training photos."""

    def __init__(self, photos: Pictures, packed: Path) -> None:
        self.extractor = lite_extractor()
        features = kept_features(packed, f"features-{SIZE}", photos, self.extractor)
        bulk = (photos.table["source"] == "bulk").to_numpy()
        train, held = (bulk & (photos.table["split"] == split).to_numpy() for split in ("train", "validation"))
        drinks = photos.table["drink"]
        self.classifier = linear_classifier().fit(features[train], drinks[train])
        self.recognised_photos = float(np.mean(self.classifier.predict(features[held]) == drinks[held]))

    def recognised(self, painter: Painter) -> tuple[Estimate, dict[str, float]]:
        """How many samples of the drinks it takes for the drink they are; in all and by drink."""
        drinks = sorted(self.classifier.classes_)
        asked = np.repeat(drinks, SAMPLES_A_DRINK)
        drawn = painter.draw([catalog().cocktail(name).recipe for name in asked], 1)
        right = self.classifier.predict(picture_features(drawn, self.extractor, SIZE)) == asked
        by_drink = {name: float(right[asked == name].mean()) for name in drinks}
        return bootstrap(right.astype(float)), by_drink


def measure(generator: Generator, packed: Path, step: Estimate | None = None) -> dict[str, object]:
    """The comparison with the validation photos, recognised samples, and what both mean here.

    step: seconds that a training step took, where that is known.
    """
    photos = read_pictures(packed)
    held = photos.of("validation")
    painter = GeneratorPainter(generator)
    judge = Judge(photos, packed)
    recognised, by_drink = judge.recognised(painter)
    data = f"validation split of the real photos, {len(held.pixels)} photos"
    return {
        "data": f"{data}, at {SIZE} px",
        "comparison": Comparison(held, packed).measure(painter, data, step),
        "recognised_samples": asdict(recognised),
        "recognised_by_drink": by_drink,
        **posterior_facts(painter.posterior(held.images, held.recipes)),
        "for_scale": Yardsticks(shrunk(photos.of("train").images, SIZE)).errors(shrunk(held.images, SIZE))
        | {"recognised_photos": judge.recognised_photos},
    }
