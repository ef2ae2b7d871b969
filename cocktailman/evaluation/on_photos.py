"""Measures a generator on the validation photos."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np

from cocktailman.catalog import catalog
from cocktailman.datasets import Pictures
from cocktailman.evaluation.comparison import SIZE, Comparison, from_prior, kept_features, shrunk
from cocktailman.evaluation.features import lite_extractor, picture_features
from cocktailman.evaluation.generative_model import GenerativeModel, ShippedModel
from cocktailman.evaluation.metrics import Estimate, bootstrap, linear_classifier
from cocktailman.evaluation.posteriors import posterior_facts
from cocktailman.evaluation.reconstruction_baselines import ReconstructionBaselines
from cocktailman.inference.generator import Generator

SAMPLES_A_DRINK = 50


class DrinkProbe:
    """A linear probe (Alain & Bengio, arXiv 1610.01644) of fixed features, fitted on the training photos: it tells the
    14 drinks of `bulk` apart."""

    def __init__(self, photos: Pictures, packed: Path) -> None:
        self.extractor = lite_extractor()
        features = kept_features(packed, f"features-{SIZE}", photos, self.extractor)
        bulk = (photos.table["source"] == "bulk").to_numpy()
        train, held = (bulk & (photos.table["split"] == split).to_numpy() for split in ("train", "validation"))
        drinks = photos.table["drink"]
        self.classifier = linear_classifier().fit(features[train], drinks[train])
        self.recognised_photos = float(np.mean(self.classifier.predict(features[held]) == drinks[held]))

    def recognised(self, model: GenerativeModel) -> tuple[Estimate, dict[str, float]]:
        """How many samples of the drinks it takes for the drink they are; in all and by drink."""
        drinks = sorted(self.classifier.classes_)
        asked = np.repeat(drinks, SAMPLES_A_DRINK)
        sampled = model.sample([catalog().cocktail(name).recipe for name in asked], 1)
        right = self.classifier.predict(picture_features(sampled, self.extractor, SIZE)) == asked
        by_drink = {name: float(right[asked == name].mean()) for name in drinks}
        return bootstrap(right.astype(float)), by_drink


def measure_on_photos(
    generator: Generator, photos: Pictures, packed: Path, step: Estimate | None = None
) -> dict[str, object]:
    """The comparison with the validation photos, recognised samples, and what both mean here.

    packed: the file that the photos came from; their features are kept beside it. step: seconds that a training
    step took, where that is known.
    """
    held = photos.of("validation")
    model = ShippedModel(generator)
    probe = DrinkProbe(photos, packed)
    recognised, by_drink = probe.recognised(model)
    data = f"validation split of the real photos, {len(held.pixels)} {held.what}"
    comparison = Comparison(held, packed)
    return {
        "data": f"{data}, at {SIZE} px",
        "comparison": comparison.measure(model, data, step, generator.has_encoder),
        **from_prior(generator, comparison),
        "recognised_samples": asdict(recognised),
        "recognised_by_drink": by_drink,
        **(posterior_facts(model.encode(held.images, held.recipes)) if generator.has_encoder else {}),
        "reference": ReconstructionBaselines(shrunk(photos.of("train").shown, SIZE)).errors(shrunk(held.shown, SIZE))
        | {"recognised_photos": probe.recognised_photos},
    }
