"""What is compared with real pictures: a conditional generative model with an encoder; a `Generator` as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from cocktailman.catalog import Recipe
from cocktailman.inference.generator import Generator, Posterior


class GenerativeModel(Protocol):
    """Reconstructs pictures from their styles, and samples others in styles of the prior."""

    def encode(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> Posterior:
        """The posteriors of the styles of pictures of drinks of these recipes."""
        ...

    def reconstruct(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> list[Image.Image]:
        """Each picture decoded from the mean of its posterior and its recipe."""
        ...

    def sample(self, recipes: Sequence[Recipe], seed: int) -> list[Image.Image]:
        """A drink of each recipe, in a style from the prior."""
        ...


class ShippedModel:
    """A generator as a `GenerativeModel`."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    def encode(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> Posterior:
        return self.generator.encode(pictures, recipes)

    def reconstruct(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> list[Image.Image]:
        return self.generator.paint_each(recipes, self.encode(pictures, recipes).mean)

    def sample(self, recipes: Sequence[Recipe], seed: int) -> list[Image.Image]:
        return self.generator.paint_each(recipes, self.generator.sample_styles(len(recipes), seed))
