"""What is compared: a painter of drinks, and how a `Generator` is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PIL import Image

from cocktailman.catalog import Recipe
from cocktailman.inference.generator import Generator, Posterior


class Painter(Protocol):
    """Rebuilds pictures from their styles, and draws others in styles of the prior."""

    def posterior(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> Posterior:
        """The styles of pictures of drinks of these recipes."""
        ...

    def rebuild(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> list[Image.Image]:
        """Each picture painted again, from the mean of its style and its recipe."""
        ...

    def draw(self, recipes: Sequence[Recipe], seed: int) -> list[Image.Image]:
        """A drink of each recipe, in a style from the prior."""
        ...


class GeneratorPainter:
    """A generator as a painter."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    def posterior(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> Posterior:
        return self.generator.encode(pictures, recipes)

    def rebuild(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> list[Image.Image]:
        return self.generator.paint_each(recipes, self.posterior(pictures, recipes).mean)

    def draw(self, recipes: Sequence[Recipe], seed: int) -> list[Image.Image]:
        return self.generator.paint_each(recipes, self.generator.sample_styles(len(recipes), seed))
