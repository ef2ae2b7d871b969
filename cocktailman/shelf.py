"""The shelf of style images that ship: paintings in the public domain, and patterns of our own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
from PIL import Image

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.images import read_image

SHELF = DATA / "style-images"
TABLE = "shelf.csv"


@dataclass(frozen=True)
class StyleImage:
    """A style image of the shelf, and to whom it is owed; `year` is empty where it is not known."""

    name: str
    title: str
    author: str
    year: str
    licence: str
    source: str

    @property
    def file(self) -> str:
        return f"{self.name}.webp"

    @property
    def caption(self) -> str:
        """Title, author and year in a line."""
        return ", ".join(filter(None, (self.title, self.author, self.year)))

    def image(self, folder: Path = SHELF) -> Image.Image:
        """The picture, 512 px on its longer side; raises `InputError` where it is missing or damaged."""
        return read_image(folder / self.file, self.title)


@cache
def shelf(folder: Path = SHELF) -> dict[str, StyleImage]:
    """All style images by name, best-loved first; raises `InputError` where the table is missing or damaged."""
    try:
        table = pd.read_csv(folder / TABLE, dtype=str, keep_default_na=False)
        return {row["name"]: StyleImage(**row) for row in table.to_dict("records")}  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(f"{folder / TABLE} is damaged: restore it with `git checkout -- data/style-images`") from error


def style_image(name: str) -> StyleImage:
    """The style image of this name; raises `InputError` that names those there are."""
    if name not in shelf():
        raise InputError(f"no style image is called {name[:40]!r}: choose one of {', '.join(shelf())}, or name a file")
    return shelf()[name]


def read_style(style: str) -> Image.Image:
    """A style image by its name on the shelf, or by its file; raises `InputError` where it is neither."""
    path = Path(style)
    return read_image(path) if path.exists() else style_image(style).image()
