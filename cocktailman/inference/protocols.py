"""What pages, commands and reports may ask of a model, whatever kind it is of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from cocktailman.catalog import Recipe

Array = npt.NDArray[np.float32]


class Painter(Protocol):
    """Paints drinks of a recipe in a style; `Generator` is one, whatever network is behind it."""

    @property
    def name(self) -> str: ...

    @property
    def style_dim(self) -> int: ...

    def sample_styles(self, count: int, seed: int) -> Array:
        """Styles from the prior, shape (count, style_dim)."""
        ...

    def paint_each(self, recipes: Sequence[Recipe], styles: Array, size: int | None = None) -> list[Image.Image]:
        """A picture for each pair of a recipe and a row of styles (n, style_dim)."""
        ...


class Recogniser(Protocol):
    """Names what is in the drinks of photos."""

    def recognise(self, images: Sequence[Image.Image]) -> Sequence[Any]:
        """What is seen in each photo."""
        ...


class Stylizer(Protocol):
    """Paints the content of one picture in the look of another, its style image."""

    def stylise(self, content: Image.Image, style: Image.Image, strength: float = 1.0) -> Image.Image: ...


class Embedder(Protocol):
    """Turns pictures and sentences into unit vectors of one space, close together where a sentence is true."""

    @property
    def name(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def embed(self, images: Sequence[Image.Image]) -> Array:
        """A unit vector of each picture, (n, dim)."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> Array:
        """A unit vector of each sentence, (n, dim)."""
        ...
