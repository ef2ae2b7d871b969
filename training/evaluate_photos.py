"""Measures a checkpoint on the validation photos."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from cocktailman.catalog import Recipe, catalog
from cocktailman.evaluation.features import picture_features
from cocktailman.evaluation.metrics import Estimate, bootstrap, kernel_distance, linear_classifier, squared_errors
from cocktailman.generation import Generator
from cocktailman.images import to_square
from cocktailman.networks.backbones import LiteBackbone
from training.pictures import Pictures, read_pictures
from training.posterior import posterior_facts
from training.yardsticks import Yardsticks

SIZE = 64  # px, at which everything is compared
SAMPLES_A_DRINK = 50
Rebuild = Callable[[list[Image.Image], list[Recipe]], list[Image.Image]]
Draw = Callable[[list[Recipe], int], list[Image.Image]]


class Judge:
    """The photos, their features, and the measurements that are the same for every model."""

    def __init__(self, packed: Path) -> None:
        self.backbone = LiteBackbone(0)
        photos = read_pictures(packed)
        features = self._photo_features(photos, packed)
        held = (photos.table["split"] == "validation").to_numpy()
        self.train, self.held = photos.of("train"), photos.of("validation")
        self.train_features, self.held_features = features[~held], features[held]
        self.classifier = linear_classifier().fit(
            self.train_features[_bulk(self.train)], self.train.table.loc[_bulk(self.train), "drink"]
        )

    def scale(self) -> dict[str, float]:
        """What errors and rates mean here: those of the mean picture, of PCA, and of the judge on real photos."""
        scale = Yardsticks(_small(self.train.images)).errors(_small(self.held.images))
        named = _bulk(self.held)
        right = self.classifier.predict(self.held_features[named]) == self.held.table.loc[named, "drink"]
        scale["recognised_photos"] = float(np.mean(right))
        return scale

    def reconstruction(self, rebuild: Rebuild) -> Estimate:
        """Mean squared error of the rebuilt validation photos at 64 px."""
        rebuilt = rebuild(self.held.images, self.held.recipes)
        return bootstrap(squared_errors(_small(rebuilt), _small(self.held.images)))

    def distance(self, draw: Draw) -> Estimate:
        """Kernel distance of pictures drawn for the recipes of the validation photos from those photos."""
        drawn = draw(self.held.recipes, 0)
        return kernel_distance(self.held_features, picture_features(drawn, self.backbone, SIZE))

    def recognised(self, draw: Draw) -> tuple[Estimate, dict[str, float]]:
        """How many samples of the 14 drinks of `bulk` the judge takes for the drink they are; in all and by drink."""
        drinks = sorted(self.classifier.classes_)
        asked = np.repeat(drinks, SAMPLES_A_DRINK)
        drawn = draw([catalog().cocktail(name).recipe for name in asked], 1)
        right = self.classifier.predict(picture_features(drawn, self.backbone, SIZE)) == asked
        by_drink = {name: float(right[asked == name].mean()) for name in drinks}
        return bootstrap(right.astype(float)), by_drink

    def _photo_features(self, photos: Pictures, packed: Path) -> np.ndarray:
        kept = packed.with_name(f"{packed.stem}-features-{SIZE}.npy")
        if not kept.exists() or kept.stat().st_mtime < packed.stat().st_mtime:
            np.save(kept, picture_features(photos.images, self.backbone, SIZE))
        return np.load(kept)


def measure(generator: Generator, packed: Path) -> dict[str, object]:
    """Reconstruction, kernel distance and recognised samples of a generator on the validation photos."""

    def rebuild(pictures: list[Image.Image], recipes: list[Recipe]) -> list[Image.Image]:
        return generator.paint_each(recipes, generator.encode(pictures).mean)

    def draw(recipes: list[Recipe], seed: int) -> list[Image.Image]:
        return generator.paint_each(recipes, generator.sample_styles(len(recipes), seed))

    judge = Judge(packed)
    recognised, by_drink = judge.recognised(draw)
    return {
        "data": f"validation split of the real photos, {len(judge.held.pixels)} photos, at {SIZE} px",
        "mse": asdict(judge.reconstruction(rebuild)),
        "kernel_distance_efficientnet_lite0": asdict(judge.distance(draw)),
        "recognised_samples": asdict(recognised),
        "recognised_by_drink": by_drink,
        **posterior_facts(generator, judge.held.images),
        "for_scale": judge.scale(),
    }


def _bulk(photos: Pictures) -> np.ndarray:
    return (photos.table["source"] == "bulk").to_numpy()


def _small(pictures: list[Image.Image]) -> np.ndarray:
    return np.stack([np.asarray(to_square(picture, SIZE)) for picture in pictures])
