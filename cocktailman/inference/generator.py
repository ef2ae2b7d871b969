"""A recipe and a style become an image, and back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor

from cocktailman.catalog import Catalog, Recipe, catalog
from cocktailman.cutouts import GREY, Colour, over
from cocktailman.errors import InputError
from cocktailman.images import on_white, to_square
from cocktailman.inference.inversion import inverted
from cocktailman.inference.segmenter import Segmenter, cut_by_alpha
from cocktailman.latent.regressor import read_regressor
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, check_able, find_checkpoint, load_network
from cocktailman.models.onnx import folded, onnx_bytes
from cocktailman.models.registry import Can, kind_of

Array = npt.NDArray[np.float32]
Ground = Colour | Image.Image | None  # what lies under a cut-out; None leaves it transparent

BATCH = 16  # pictures at once: more would be no faster on a CPU, and would only cost memory
FARTHEST = 10.0  # prior standard deviations; a style beyond them is a slip of the pen
SIZES = range(16, 2049)  # px, what a picture may be resized to


@dataclass(frozen=True)
class Posterior:
    """What an encoder says of n pictures: mean and std of their styles, each of shape (n, style_dim)."""

    mean: Array
    std: Array


class Generator:
    """Paints drinks with the decoder of a checkpoint, and reads styles with its encoder.

    Safe to share between threads: passes through the network take turns, which keeps the memory of many visitors at
    that of one.
    """

    def __init__(self, checkpoint: Checkpoint, vocabulary: Catalog | None = None) -> None:
        check_able(checkpoint, Can.PAINT)
        self.kind = kind_of(checkpoint.kind)
        self.checkpoint = checkpoint
        self.vocabulary = vocabulary or catalog()
        self._network = load_network(checkpoint)
        if self.kind.can(Can.DRIVE):
            self._network.decoder = folded(self._network.decoder)
        self._network.to(memory_format=torch.channels_last)
        self._turn = Lock()
        known = self._network.config.recipe_dim
        self.vocabulary.check_vocabulary(known, checkpoint.name)
        self.regressor = read_regressor(checkpoint, self.style_dim, known)

    @classmethod
    def load(cls, name: str, root: Path = CHECKPOINTS) -> "Generator":
        """The generator of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root, Can.PAINT))

    @property
    def name(self) -> str:
        return self.checkpoint.name

    @property
    def style_dim(self) -> int:
        """Numbers in a style vector."""
        return self._network.config.style_dim

    @property
    def has_encoder(self) -> bool:
        """Whether it reads styles of pictures, and so can rebuild them."""
        return self.kind.can(Can.ENCODE)

    def sample_styles(self, count: int, seed: int, truncation: float = 1.0) -> Array:
        """Styles from the prior N(0, I), shape (count, style_dim); the first are the same for any count.

        truncation: what their distance from the mean is multiplied by (ψ of StyleGAN, arXiv 1812.04948, B).
        """
        normal = np.random.default_rng(seed).standard_normal((count, self.style_dim))
        return (truncation * normal).astype(np.float32)

    def draw_styles(self, recipes: Sequence[Recipe], seed: int, truncation: float = 1.0) -> Array:
        """A style for each of n recipes, (n, style_dim): typical of it where that is known, and else of the prior."""
        if self.regressor is None:
            return self.sample_styles(len(recipes), seed, truncation)
        return self.typical_styles(recipes, seed, truncation)

    def typical_styles(self, recipes: Sequence[Recipe], seed: int, truncation: float = 1.0) -> Array:
        """A style typical of each of n recipes, (n, style_dim); the first are the same for any n.

        Drawn anew where the encoder does not read from the painting what it was painted with: see `StyleRegressor`.
        truncation: as of `sample_styles`, here of the distance from the mean that is typical of the recipe.
        Raises `InputError` where no regressor was fitted for this checkpoint.
        """
        if self.regressor is None:
            raise InputError(
                f"{self.name} does not know what is typical: fit that with `python -m training regressor {self.name}`, "
                "or draw styles from the prior"
            )
        vectors = np.stack([self.vocabulary.recipe_vector(recipe) for recipe in recipes])  # (n, n_ingredients)
        return self.regressor.sample(vectors, seed, truncation, self.latent_errors if self.has_encoder else None)

    def latent_errors(self, vectors: Array, styles: Array) -> Array:
        """The latent regression errors, (n,), of n recipe vectors and styles: the mean squared difference between a
        style and the one that the encoder reads from what is painted in it."""
        errors = []
        for start in range(0, len(styles), BATCH):
            part = slice(start, start + BATCH)
            painted = self._run(self._network.decoder, styles[part], vectors[part])  # (b, 3 or 4, side, side)
            mean, _ = self._run(self._network.encode, painted.numpy(), vectors[part])  # (b, style_dim)
            errors.append(np.square(mean.numpy() - styles[part]).mean(1))
        return np.concatenate(errors)

    def check_style(self, values: Sequence[float]) -> Array:
        """A style vector of shape (style_dim,), in standard deviations of the prior.

        Raises `InputError` where its length is wrong or a number is not finite or far outside the prior.
        """
        if len(values) != self.style_dim:
            raise InputError(f"{self.name} takes a style of {self.style_dim} numbers, not {len(values)}")
        if not all(abs(value) <= FARTHEST for value in values):  # also false for NaN
            raise InputError(f"a style's numbers lie between -{FARTHEST:g} and {FARTHEST:g}: change the style")
        return np.asarray(values, np.float32)

    @property
    def transparent(self) -> bool:
        """Whether it paints cut-outs, colour and coverage, and no background."""
        return getattr(self._network.config, "channels", 3) == 4

    def paint(self, recipe: Recipe, styles: Array, size: int | None = None, ground: Ground = GREY) -> list[Image.Image]:
        """One picture for each row of `styles` (n, style_dim), `size` px a side (by default the network's own).

        ground: what lies under the drinks of a generator of cut-outs: a colour, a picture, or None, which leaves them
        transparent (mode RGBA). All else is mode RGB.
        """
        return self.paint_each([recipe] * len(styles), styles, size, ground)

    def paint_each(
        self, recipes: Sequence[Recipe], styles: Array, size: int | None = None, ground: Ground = GREY
    ) -> list[Image.Image]:
        """One picture for each pair of a recipe and a row of `styles` (n, style_dim).

        Raises `InputError` where a recipe has unknown ingredients or none, or `size` is out of bounds.
        """
        vectors = np.stack([self.vocabulary.recipe_vector(recipe) for recipe in recipes])  # (n, n_ingredients)
        return self.paint_vectors(vectors, styles, size, ground)

    def paint_vectors(
        self, vectors: Array, styles: Array, size: int | None = None, ground: Ground = GREY
    ) -> list[Image.Image]:
        """As `paint_each`, of recipe vectors (n, n_ingredients), which may lie between recipes."""
        size = check_size(self.checkpoint.size if size is None else size)
        pictures = []
        for start in range(0, len(vectors), BATCH):
            part = slice(start, start + BATCH)
            pixels = self._run(self._network.decoder, styles[part], vectors[part])  # (b, 3 or 4, side, side)
            for picture in (pixels * 255).round().byte().permute(0, 2, 3, 1).numpy():
                image = Image.fromarray(np.ascontiguousarray(picture))
                image = image.resize((size, size), Image.Resampling.BICUBIC) if image.width != size else image
                pictures.append(over(image, ground) if self.transparent and ground is not None else image)
        return pictures

    def encode(self, images: Iterable[Image.Image], recipes: Sequence[Recipe | None] | None = None) -> Posterior:
        """The posterior of each picture's style; raises `InputError` where the model has no encoder.

        The encoder of a C-IDVAE looks at the recipe too, where it is known; that of a CVAE at the picture alone. The
        whole picture is stretched to a square first, as it was for training; an encoder of cut-outs sees the drink
        alone, cut out by the segmenter where a picture has no alpha of its own.
        """
        self.check_encoder()
        return self.encode_seen([self.seen(image) for image in images], recipes)

    def check_encoder(self) -> None:
        """Raises `InputError` where the model has no encoder."""
        if not self.has_encoder:
            raise InputError(f"{self.name} has no encoder: it paints, and reads no pictures; choose another model")

    def encode_seen(self, squares: Sequence[Image.Image], recipes: Sequence[Recipe | None] | None = None) -> Posterior:
        """As `encode`, of pictures that are as `seen` gives them."""
        pixels = np.stack([np.asarray(square) for square in squares])  # (n, h, w, 3 or 4)
        vectors = self._known_vectors(recipes or [None] * len(pixels))
        means, stds = [], []
        for start in range(0, len(pixels), BATCH):
            part = slice(start, start + BATCH)
            batch = pixels[part].transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
            mean, log_variance = self._run(self._network.encode, batch, vectors[part])  # (b, style_dim) each
            means.append(mean.numpy())
            stds.append(torch.exp(log_variance / 2).numpy())
        return Posterior(np.concatenate(means), np.concatenate(stds))

    def invert(self, images: Iterable[Image.Image], recipes: Sequence[Recipe], start: Array | None = None) -> Array:
        """The styles, (n, style_dim), in which each recipe is painted most like its picture (see `inverted`).

        start: styles to begin with; by default those that the encoder reads. Pictures are seen, and raise, as in
        `encode`, which takes a tenth of the time and comes less near.
        """
        self.check_encoder()
        squares = [self.seen(image) for image in images]
        return self.invert_seen(squares, recipes, self.encode_seen(squares, recipes).mean if start is None else start)

    def invert_seen(self, squares: Sequence[Image.Image], recipes: Sequence[Recipe], start: Array) -> Array:
        """As `invert`, of pictures that are as `seen` gives them."""
        vectors = self._known_vectors(recipes)
        found = []
        for square, vector, style in zip(squares, vectors, start, strict=True):
            pixels = np.asarray(square, np.float32).transpose(2, 0, 1) / np.float32(255)
            found.append(inverted(lambda styles, vector=vector: self._painted(styles, vector), pixels, style))
        return np.stack(found).clip(-FARTHEST, FARTHEST)

    def _painted(self, styles: Array, vector: Array) -> Array:
        """One recipe vector (n_ingredients,) in styles (k, style_dim): pixels (k, 3 or 4, side, side)."""
        return self._run(self._network.decoder, styles, np.tile(vector, (len(styles), 1))).numpy()

    def seen(self, image: Image.Image, name: str = "the picture") -> Image.Image:
        """A picture as the encoder sees it: a square, or the drink cut out of it, mode RGBA.

        Raises `InputError`, which calls the picture `name`, where there is no drink to cut out.
        """
        size = self.checkpoint.size
        if not self.transparent:
            return to_square(on_white(image), size)
        found = cut_by_alpha(image, name) if image.mode == "RGBA" else self._segmenter.cut_out(image, name)
        return found.centred(size)

    @cached_property
    def _segmenter(self) -> Segmenter:
        return Segmenter.load()

    def decoder_onnx(self) -> bytes:
        """The decoder as an ONNX file that paints one picture, (1, 3 or 4, size, size) in [0, 1].

        Raises `InputError` where the decoder cannot become one.
        """
        if not self.kind.can(Can.DRIVE):
            raise InputError(f"{self.name} cannot be driven in a browser: choose another model")
        with self._turn:
            return onnx_bytes(self._network.decoder, self.style_dim, len(self.vocabulary.ingredients))

    def _known_vectors(self, recipes: Sequence[Recipe | None]) -> Array:
        """Recipe vectors (n, n_ingredients); zeros where a recipe is unknown."""
        nothing = np.zeros(len(self.vocabulary.ingredients), np.float32)
        return np.stack([self.vocabulary.recipe_vector(recipe) if recipe else nothing for recipe in recipes])

    def _run(self, half: Callable[..., Any], *inputs: Array):
        tensors: list[Tensor] = [torch.from_numpy(np.array(array, np.float32)) for array in inputs]
        with self._turn, torch.inference_mode():
            return half(*tensors)


def check_size(size: int) -> int:
    """A side in px that a picture may be resized to; raises `InputError`."""
    if size not in SIZES:
        raise InputError(f"a picture of {size} px cannot be made: choose a size from {SIZES[0]} to {SIZES[-1]} px")
    return size
