"""Pictures with their recipes, in memory: what networks are trained on and measured with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from PIL import Image

from cocktailman.catalog import Recipe, catalog
from cocktailman.cutouts import over
from cocktailman.renders import RENDERED


@dataclass(frozen=True)
class Pictures:
    """Pictures of either domain.

    pixels: uint8, shape (n, size, size, 3), or of cut-outs (n, size, size, 4), colours not multiplied by coverage.
    table: one row a picture with file (a render's id), source, drink, ingredients (ids, space-separated), split.
    """

    pixels: np.ndarray
    table: pd.DataFrame

    def of(self, split: str) -> Pictures:
        """The pictures of one split: `train` or `validation`; of renders also `test` or `unseen`."""
        return self.where((self.table["split"] == split).to_numpy())

    def where(self, rows: np.ndarray) -> Pictures:
        """The pictures for which `rows` (n,) is true."""
        return Pictures(self.pixels[rows], self.table.loc[rows].reset_index(drop=True))

    def joined(self, others: Pictures) -> Pictures:
        """These pictures and, after them, others of the same size."""
        table = pd.concat([self.table, others.table], ignore_index=True)
        return Pictures(np.concatenate([self.pixels, others.pixels]), table)

    @property
    def images(self) -> list[Image.Image]:
        """The pictures as images, mode RGB or RGBA."""
        return [Image.fromarray(pixels) for pixels in self.pixels]

    @property
    def what(self) -> str:
        """What the pictures are, in a word or two."""
        of = "renders" if set(self.table["source"]) == {RENDERED} else "photos"
        return of if self.pixels.shape[3] == 3 else f"cut-outs of {of} on grey"

    @property
    def shown(self) -> list[Image.Image]:
        """The pictures as people see them, mode RGB: cut-outs over grey."""
        return [over(image) if image.mode == "RGBA" else image for image in self.images]

    def resized(self, size: int) -> Pictures:
        """The pictures at `size` px, colours weighed by coverage meanwhile."""
        if self.pixels.shape[1] == size:
            return self
        resized = [np.asarray(image.resize((size, size), Image.Resampling.LANCZOS)) for image in self.images]
        return Pictures(np.stack(resized), self.table)

    @property
    def recipes(self) -> list[Recipe]:
        """The recipe of each picture."""
        return [catalog().recipe(ids.split()) for ids in self.table["ingredients"]]


def recipe_matrix(pictures: Pictures) -> np.ndarray:
    """The recipe vectors of the pictures, float32, shape (n, n_ingredients)."""
    return np.stack([catalog().recipe_vector(recipe) for recipe in pictures.recipes])
