"""Tables of embedded pictures: file, e1 ... ed, the numbers of each picture's vector, and how odd it is by each method.

`embed FOLDER --model embedder` writes one, with which embedder and weights in its metadata; that of the renders ships,
with the colour of each drink as one sees it beside the vector.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.files import printable
from cocktailman.images import ImageError, find_images
from cocktailman.inference.oddness import METHODS
from cocktailman.inference.photo_files import see_files
from cocktailman.inference.protocols import Array, Embedder
from cocktailman.parquet import MAX_NUMBER, number_column, read_columns, text_column

EMBEDDINGS = DATA / "embeddings"
SHIPPED = EMBEDDINGS / "renders.parquet"

_HOW = "make one with `python -m cocktailman embed FOLDER --model embedder --out table.parquet`"


@dataclass(frozen=True)
class Embedded:
    """Pictures as vectors: a name each, and (n, dim).

    errors: a line for each file that is no picture. oddness: how odd each is, (n,), by the methods that a table knows.
    """

    files: list[str]
    vectors: Array
    errors: list[str] = field(default_factory=list)
    oddness: dict[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.files)


def add_vectors(table: pd.DataFrame, vectors: Array) -> pd.DataFrame:
    """The table with the columns e1 ... ed."""
    names = [f"e{number}" for number in range(1, vectors.shape[1] + 1)]
    return pd.concat([table, pd.DataFrame(vectors, table.index, names)], axis=1)


def read_vectors(source: bytes | Path, dim: int) -> Embedded:
    """The vectors of a table; raises `InputError` where it has none, or those of another embedder."""
    wanted = [f"e{number}" for number in range(1, dim + 1)]

    def choose(there: list[str]) -> list[str]:
        found = [name for name in there if name[:1] == "e" and name[1:].isdecimal()]
        if sorted(found) != sorted(wanted) or there.count("file") != 1:
            has = f"vectors of {len(found)} numbers, not of {dim}" if found else "no vectors"
            raise InputError(f"this table has {has}: {_HOW}")
        return ["file", *wanted, *(method for method in METHODS if method in there)]

    table = read_columns(source, choose, _HOW)
    vectors = [number_column(table, name, -MAX_NUMBER, _HOW) for name in wanted]
    oddness = {name: number_column(table, name, 0, _HOW) for name in METHODS if name in table.column_names}
    return Embedded(text_column(table, "file").tolist(), np.stack(vectors, 1), oddness=oddness)


def read_oddness(source: Path, method: str) -> tuple[list[str], Array]:
    """The files of a table, and how odd each is; raises `InputError` where it does not say."""

    def choose(there: list[str]) -> list[str]:
        if {"file", method} - set(there):
            raise InputError(f"{source.name} does not say how odd its pictures are by {method}: {_HOW}")
        return ["file", method]

    table = read_columns(source, choose, _HOW)
    return text_column(table, "file").tolist(), number_column(table, method, 0, _HOW)


def collection(place: Path, embedder: Embedder, left_out: Counter[str] | None = None) -> Embedded:
    """The pictures of a table that `embed` wrote, or of a folder, which are embedded now.

    `left_out` counts what else there is in the folder, as in `find_images`.
    Raises `InputError` where it is neither, or a folder without a picture.
    """
    if not place.is_dir():
        return read_vectors(place, embedder.dim)
    files, vectors, errors = [], [np.empty((0, embedder.dim), np.float32)], []
    for file, vector in see_files(embedder.embed, find_images([place], left_out)):
        if isinstance(vector, ImageError):
            errors.append(str(vector))
        else:
            files.append(str(file))
            vectors.append(np.asarray(vector)[None])
    if not files:
        none = f"there are no pictures below {printable(place)}: name a folder of pictures, or a table of `embed`"
        raise InputError("; ".join(errors[:3]) or none)
    return Embedded(files, np.concatenate(vectors), errors)
