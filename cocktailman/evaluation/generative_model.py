"""What is compared with real pictures: a conditional generative model with an encoder; a `Generator` as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from PIL import Image

from cocktailman.catalog import Recipe
from cocktailman.inference.generator import Array, Generator, Posterior


class GenerativeModel(Protocol):
    """Reconstructs pictures from their styles, and samples others."""

    def encode(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> Posterior:
        """The posteriors of the styles of pictures of drinks of these recipes."""
        ...

    def reconstruct(
        self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe], amortised: bool = False
    ) -> list[Image.Image]:
        """Each picture decoded from its recipe and the style found by inversion; where `amortised`, from the mean of
        its posterior."""
        ...

    def sample(self, recipes: Sequence[Recipe], seed: int) -> list[Image.Image]:
        """A drink of each recipe, in a style that is drawn for it."""
        ...


class ShippedModel:
    """A generator as a `GenerativeModel`.

    from_prior: whether it samples in styles of the prior; else in those that it draws for a recipe (see
    `Generator.draw_styles`).
    """

    def __init__(self, generator: Generator, from_prior: bool = False) -> None:
        self.generator, self.from_prior = generator, from_prior
        self._inverted: dict[tuple[bytes, Recipe], Array] = {}

    def encode(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> Posterior:
        return self.generator.encode(pictures, recipes)

    def reconstruct(
        self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe], amortised: bool = False
    ) -> list[Image.Image]:
        if amortised:
            return self.generator.paint_each(recipes, self.encode(pictures, recipes).mean)
        return self.generator.paint_each(recipes, np.stack(list(map(self._style_like, pictures, recipes))))

    def _style_like(self, picture: Image.Image, recipe: Recipe) -> Array:
        """The style of a picture by inversion, which is remembered: some pictures are in several sets."""
        key = (picture.tobytes(), recipe)
        if key not in self._inverted:
            [self._inverted[key]] = self.generator.invert([picture], [recipe])
        return self._inverted[key]

    def sample(self, recipes: Sequence[Recipe], seed: int) -> list[Image.Image]:
        if self.from_prior:
            return self.generator.paint_each(recipes, self.generator.sample_styles(len(recipes), seed))
        return self.generator.paint_each(recipes, self.generator.draw_styles(recipes, seed))
