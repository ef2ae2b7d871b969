"""Everything that is measured of a painter in the same way whatever it is: what the glossary of metrics explains."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cocktailman.evaluation import metrics as pixels
from cocktailman.evaluation.aggregate_posterior import posterior_from_prior
from cocktailman.evaluation.feature_distances import frechet_distance, kernel_distance
from cocktailman.evaluation.features import Extractor, picture_features
from cocktailman.evaluation.ingredients import best_threshold, micro_f1, recipe_agreement
from cocktailman.evaluation.manifolds import NEIGHBOURS, manifold_overlap
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.evaluation.perceptual import diversity, perceptual_distances
from cocktailman.files import written
from cocktailman.images import to_square
from cocktailman.inference.recogniser import IngredientClassifier
from training.datasets.batches import recipe_matrix
from training.datasets.pictures import Pictures
from training.evaluation.judges import extractors, perceptual_distance
from training.evaluation.painters import Painter

SIZE = 64  # px, at which sets of pictures are compared
ALIKE = 16  # pictures of a recipe, at most, that are compared with each other
MIN_ALIKE = 5  # fewer real pictures of a recipe say little of how much it varies
TIMED = 50  # pictures painted one at a time

Estimates = dict[str, Estimate]


class Comparison:
    """Real pictures that no painter was trained on, and the judges.

    packed: the file or folder they came from; their features are kept beside it. rebuilt_at: px, at which rebuilt
    pictures are compared with them.
    """

    def __init__(self, real: Pictures, packed: Path, rebuilt_at: int = SIZE) -> None:
        self.real, self.rebuilt_at = real, rebuilt_at
        self.extractors, self.lpips = extractors(), perceptual_distance()
        kept = f"held-out-{real.pixels.shape[1]}-{{}}-{SIZE}"
        self.features = {
            judge.name: kept_features(packed, kept.format(judge.name), real, judge) for judge in self.extractors
        }
        self.reader = IngredientClassifier.load()
        self.truth = recipe_matrix(real) > 0

    def measure(self, painter: Painter, data: str, step: Estimate | None = None) -> dict[str, object]:
        """All metrics of a painter, and of the real pictures where they have them; `data` says what these are.

        step: seconds that a training step took, where that is known.
        """
        drawn = painter.draw(self.real.recipes, 0)
        posterior = painter.posterior(self.real.images, self.real.recipes)
        found = (
            self._rebuilt(painter.rebuild(self.real.images, self.real.recipes))
            | self._distances(drawn)
            | recipe_agreement(self._read(drawn), self.truth, self._threshold)
            | self._diversity(painter)
            | {"sharpness": self._sharpness(drawn)}
            | {"posterior_from_prior": posterior_from_prior(posterior.mean, posterior.std)}
            | {"seconds_image": self._seconds(painter)}
            | ({"seconds_step": step} if step else {})
        )
        return {
            "data": f"{data}; rebuilt ones compared at {self.rebuilt_at} px, sets of pictures at {SIZE} px, a drink "
            "drawn in a style of the prior for the recipe of each",
            "size": self.rebuilt_at,
            "metrics": {name: asdict(estimate) for name, estimate in found.items()},
            "for_scale": {name: asdict(estimate) for name, estimate in self._for_scale().items()},
        }

    def _for_scale(self) -> Estimates:
        """Of the real pictures: how well they are read, and how near one half of them is to the other."""
        agreement = recipe_agreement(self._read_real, self.truth, self._threshold)
        order = np.random.default_rng(0).permutation(len(self.truth))
        one, other = np.array_split(order, 2)
        distances = {f"kid_{name}": kernel_distance(of[one], of[other]) for name, of in self.features.items()}
        features = self.features[self.extractors[0].name]
        overlap = manifold_overlap(features[one], features[other]) if len(other) > NEIGHBOURS else {}
        return agreement | distances | overlap

    def _rebuilt(self, pictures: Sequence[Image.Image]) -> Estimates:
        rebuilt, real = (shrunk(images, self.rebuilt_at) for images in (pictures, self.real.images))
        squared = pixels.squared_errors(rebuilt, real)
        by_picture = {
            "mse": squared,
            "mae": pixels.absolute_errors(rebuilt, real),
            "psnr": pixels.peak_signal_to_noise(squared),
            "ssim": pixels.structural_similarity(rebuilt, real),
        }
        if self.lpips:
            by_picture["lpips_alex"] = perceptual_distances(rebuilt, real, self.lpips)
        return {name: bootstrap(values) for name, values in by_picture.items()}

    def _distances(self, drawn: Sequence[Image.Image]) -> Estimates:
        """On the features of every judge; how the sets overlap on those of the first alone, which is always there."""
        found = {}
        for judge in self.extractors:
            real, features = self.features[judge.name], picture_features(drawn, judge, SIZE)
            found[f"kid_{judge.name}"] = kernel_distance(real, features)
            found[f"frechet_{judge.name}"] = frechet_distance(real, features)
            if judge is self.extractors[0]:
                found |= manifold_overlap(real, features)
        return found

    def _read(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        """What the recogniser's classifier makes of pictures shrunk to 64 px, (n, n_ingredients)."""
        readings = self.reader.classify([(to_square(picture, SIZE),) for picture in pictures])
        return np.stack([reading.ingredients for reading in readings])

    @cached_property
    def _read_real(self) -> np.ndarray:
        return self._read(self.real.images)

    @cached_property
    def _threshold(self) -> float:
        """The best for the real pictures: it is not fitted to any painter."""
        return best_threshold(lambda least: micro_f1(self._read_real >= least, self.truth))

    def _diversity(self, painter: Painter) -> Estimates:
        """Over the recipes of which there are real pictures enough."""
        rows = self.real.table.groupby("ingredients").indices
        real = {name: Pictures(self.real.pixels[of], self.real.table.iloc[of]) for name, of in rows.items()}
        real = {str(name): pictures for name, pictures in real.items() if len(pictures.pixels) >= MIN_ALIKE}
        if not self.lpips or not real:
            return {}
        drawn = {
            name: shrunk(painter.draw(pictures.recipes[:1] * ALIKE, seed=2), SIZE) for name, pictures in real.items()
        }
        seen = {name: shrunk(pictures.images[:ALIKE], SIZE) for name, pictures in real.items()}
        return {"diversity": diversity(drawn, seen, self.lpips)}

    def _sharpness(self, drawn: Sequence[Image.Image]) -> Estimate:
        """As a share of the mean sharpness of the real pictures."""
        real = pixels.sharpness(shrunk(self.real.images, SIZE)).mean()
        return bootstrap(pixels.sharpness(shrunk(drawn, SIZE)) / real)

    def _seconds(self, painter: Painter) -> Estimate:
        """Of processor time from recipe to picture, one at a time on one thread: what else runs hardly counts."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        seconds = [_timed(lambda: painter.draw(self.real.recipes[:1], 0)) for _ in range(TIMED + 5)]
        torch.set_num_threads(threads)
        return bootstrap(np.array(seconds[5:]))  # the first few warm up


def kept_features(packed: Path, name: str, pictures: Pictures, judge: Extractor) -> np.ndarray:
    """Features at 64 px, kept beside the packed pictures until these are packed anew."""
    kept = packed.with_name(f"{packed.stem}-{name}.npy")
    if not kept.exists() or kept.stat().st_mtime < packed.stat().st_mtime:
        with written(kept) as unfinished:
            np.save(unfinished, picture_features(pictures.images, judge, SIZE))
    return np.load(kept)


def shrunk(pictures: Sequence[Image.Image], size: int) -> np.ndarray:
    """Pictures as uint8, (n, size, size, 3)."""
    return np.stack([np.asarray(to_square(picture, size)) for picture in pictures])


def _timed(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
