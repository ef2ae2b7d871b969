"""Everything that is measured of a generative model, in the same way whatever it is: what the glossary explains."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from cocktailman.datasets import Pictures, recipe_matrix
from cocktailman.evaluation import metrics as pixels
from cocktailman.evaluation.feature_distances import frechet_distance, kernel_distance
from cocktailman.evaluation.features import FeatureExtractor, picture_features
from cocktailman.evaluation.generative_model import GenerativeModel, ShippedModel
from cocktailman.evaluation.ingredients import best_threshold, micro_f1, recipe_agreement
from cocktailman.evaluation.manifolds import NEIGHBOURS, manifold_overlap
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.evaluation.perceptual import diversity, perceptual_distances
from cocktailman.evaluation.posteriors import aggregate_kl
from cocktailman.evaluation.reference_networks import extractors, perceptual_distance
from cocktailman.files import written
from cocktailman.images import to_square
from cocktailman.inference.generator import Generator
from cocktailman.inference.recogniser import IngredientClassifier

SIZE = 64  # px, at which sets of pictures are compared
ALIKE = 16  # pictures of a recipe, at most, that are compared with each other
MIN_ALIKE = 5  # fewer real pictures of a recipe say little of how much it varies
TIMED = 50  # pictures painted one at a time

Estimates = dict[str, Estimate]


class Comparison:
    """Real pictures that no model was trained on, and the networks by whose features others are compared with them.

    packed: the file or folder they came from; their features are kept beside it. rebuilt_at: px, at which reconstructed
    pictures are compared with them.
    """

    def __init__(self, real: Pictures, packed: Path, rebuilt_at: int = SIZE) -> None:
        self.real, self.rebuilt_at = real, rebuilt_at
        self.extractors, self.lpips, self.lpips_vgg = extractors(), perceptual_distance(), perceptual_distance("vgg")
        kept = f"held-out-{real.pixels.shape[1]}-{{}}-{SIZE}"
        self.features = {
            extractor.name: kept_features(packed, kept.format(extractor.name), real, extractor)
            for extractor in self.extractors
        }
        self.classifier = IngredientClassifier.load()
        self.truth = recipe_matrix(real) > 0

    def measure(
        self, model: GenerativeModel, data: str, step: Estimate | None = None, reads: bool = True
    ) -> dict[str, object]:
        """All metrics of a model, and of the real pictures where they have them; `data` says what these are.

        step: seconds that a training step took, where that is known. reads: whether the model has an encoder.
        """
        found = (
            (self._encoded(model) if reads else {})
            | self.sampled(model)
            | {"seconds_image": self._seconds(model)}
            | ({"seconds_step": step} if step else {})
        )
        return {
            "data": f"{data}; rebuilt ones compared at {self.rebuilt_at} px, sets of pictures at {SIZE} px, a drink "
            "in a style drawn for the recipe of each",
            "size": self.rebuilt_at,
            "metrics": {name: asdict(estimate) for name, estimate in found.items()},
            "reference": {name: asdict(estimate) for name, estimate in self._reference().items()},
        }

    def sampled(self, model: GenerativeModel) -> Estimates:
        """What is measured of samples alone."""
        sampled = model.sample(self.real.recipes, 0)
        return (
            self._set_distances(sampled)
            | recipe_agreement(self._read(sampled), self.truth, self._threshold)
            | self._diversity(model)
            | {"sharpness": self._sharpness(sampled)}
        )

    def _reference(self) -> Estimates:
        """Of the real pictures: how well they are read, and how near one half of them is to the other."""
        agreement = recipe_agreement(self._read_real, self.truth, self._threshold)
        order = np.random.default_rng(0).permutation(len(self.truth))
        one, other = np.array_split(order, 2)
        for name, features in self.features.items():
            agreement |= {f"kid_{name}": kernel_distance(features[one], features[other])}
            agreement |= _overlap(name, features[one], features[other])
        return agreement

    def _encoded(self, model: GenerativeModel) -> Estimates:
        """Of a model that has an encoder."""
        posterior = model.encode(self.real.images, self.real.recipes)
        found = self._reconstruction(model.reconstruct(self.real.images, self.real.recipes))
        read = pixels.mse(*self._side_by_side(model.reconstruct(self.real.images, self.real.recipes, amortised=True)))
        return found | {"mse_amortised": bootstrap(read), "posterior_from_prior": aggregate_kl(posterior)}

    def _side_by_side(self, pictures: Sequence[Image.Image]) -> tuple[np.ndarray, np.ndarray]:
        """Rebuilt pictures, and the real ones, at the size they are compared at."""
        return shrunk(pictures, self.rebuilt_at), shrunk(self.real.shown, self.rebuilt_at)

    def _reconstruction(self, pictures: Sequence[Image.Image]) -> Estimates:
        reconstructed, real = self._side_by_side(pictures)
        squared = pixels.mse(reconstructed, real)
        by_picture = {
            "mse": squared,
            "mae": pixels.mae(reconstructed, real),
            "psnr": pixels.psnr(squared),
            "ssim": pixels.ssim(reconstructed, real),
        }
        for name, distance in (("lpips_alex", self.lpips), ("lpips_vgg", self.lpips_vgg)):
            if distance:
                by_picture[name] = perceptual_distances(reconstructed, real, distance)
        return {name: bootstrap(values) for name, values in by_picture.items()}

    def _set_distances(self, sampled: Sequence[Image.Image]) -> Estimates:
        """How far sampled pictures are from real ones, and how much both overlap, by the features of each network."""
        found = {}
        for extractor in self.extractors:
            real, features = self.features[extractor.name], picture_features(sampled, extractor, SIZE)
            found[f"kid_{extractor.name}"] = kernel_distance(real, features)
            found[f"frechet_{extractor.name}"] = frechet_distance(real, features)
            found |= _overlap(extractor.name, real, features)
        return found

    def _read(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        """What the recogniser's classifier makes of pictures shrunk to 64 px, (n, n_ingredients)."""
        readings = self.classifier.classify([(to_square(picture, SIZE),) for picture in pictures])
        return np.stack([reading.ingredients for reading in readings])

    @cached_property
    def _read_real(self) -> np.ndarray:
        return self._read(self.real.shown)

    @cached_property
    def _threshold(self) -> float:
        """The best for the real pictures: it is not fitted to any model."""
        return best_threshold(lambda threshold: micro_f1(self.truth, self._read_real >= threshold))

    def _diversity(self, model: GenerativeModel) -> Estimates:
        """Over the recipes of which there are real pictures enough."""
        rows = self.real.table.groupby("ingredients").indices
        real = {name: Pictures(self.real.pixels[of], self.real.table.iloc[of]) for name, of in rows.items()}
        real = {str(name): pictures for name, pictures in real.items() if len(pictures.pixels) >= MIN_ALIKE}
        if not self.lpips or not real:
            return {}
        sampled = {
            name: shrunk(model.sample(pictures.recipes[:1] * ALIKE, seed=2), SIZE) for name, pictures in real.items()
        }
        seen = {name: shrunk(pictures.shown[:ALIKE], SIZE) for name, pictures in real.items()}
        return {"diversity": diversity(sampled, seen, self.lpips)}

    def _sharpness(self, sampled: Sequence[Image.Image]) -> Estimate:
        """As a share of the mean sharpness of the real pictures."""
        real = pixels.sharpness(shrunk(self.real.shown, SIZE)).mean()
        return bootstrap(pixels.sharpness(shrunk(sampled, SIZE)) / real)

    def _seconds(self, model: GenerativeModel) -> Estimate:
        """Of processor time from recipe to picture, one at a time on one thread: what else runs hardly counts."""
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        seconds = [_timed(lambda: model.sample(self.real.recipes[:1], 0)) for _ in range(TIMED + 5)]
        torch.set_num_threads(threads)
        return bootstrap(np.array(seconds[5:]))  # the first few warm up


def from_prior(generator: Generator, comparison: Comparison) -> dict[str, object]:
    """What is measured of samples in styles of the prior, for a generator that draws others for a recipe."""
    if generator.regressor is None:
        return {}
    found = comparison.sampled(ShippedModel(generator, from_prior=True))
    return {"from_prior": {name: asdict(estimate) for name, estimate in found.items()}}


def _overlap(network: str, real: np.ndarray, features: np.ndarray) -> Estimates:
    """Precision, recall, density and coverage by a network's features; none where pictures are too few for them."""
    if len(real) <= NEIGHBOURS:
        return {}
    return {f"{name}_{network}": estimate for name, estimate in manifold_overlap(real, features).items()}


def kept_features(packed: Path, name: str, pictures: Pictures, extractor: FeatureExtractor) -> np.ndarray:
    """Features at 64 px, kept beside the packed pictures until these are packed anew."""
    kept = packed.with_name(f"{packed.stem}-{name}.npy")
    if not kept.exists() or kept.stat().st_mtime < packed.stat().st_mtime:
        with written(kept) as unfinished:
            np.save(unfinished, picture_features(pictures.shown, extractor, SIZE))
    return np.load(kept)


def shrunk(pictures: Sequence[Image.Image], size: int) -> np.ndarray:
    """Pictures as uint8, (n, size, size, 3)."""
    return np.stack([np.asarray(to_square(picture, size)) for picture in pictures])


def _timed(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun
