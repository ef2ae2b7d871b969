"""Tables of embedded pictures: file, and e1 ... ed, the numbers of each picture's vector.

`embed FOLDER --model embedder` writes one, with which embedder and weights in its metadata; that of the renders ships,
with the colour of each drink as one sees it beside the vector.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.images import ImageError, find_images
from cocktailman.inference.photo_files import see_files
from cocktailman.inference.protocols import Array, Embedder

EMBEDDINGS = DATA / "embeddings"
SHIPPED = EMBEDDINGS / "renders.parquet"


@dataclass(frozen=True)
class Embedded:
    """Pictures as vectors: a name each, and (n, dim); and a line for each file that is no picture."""

    files: list[str]
    vectors: Array
    errors: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.files)


def vector_columns(table: pd.DataFrame) -> list[str]:
    """The names of the columns that hold a vector: e1 ... ed."""
    return [name for name in table if isinstance(name, str) and name[:1] == "e" and name[1:].isdigit()]


def add_vectors(table: pd.DataFrame, vectors: Array) -> pd.DataFrame:
    """The table with the columns e1 ... ed."""
    names = [f"e{number}" for number in range(1, vectors.shape[1] + 1)]
    return pd.concat([table, pd.DataFrame(vectors, table.index, names)], axis=1)


def read_vectors(path: Path, dim: int) -> Embedded:
    """The vectors of a table; raises `InputError` where it has none, or those of another embedder."""
    try:
        table = pd.read_parquet(path)
    except (OSError, ValueError) as error:  # Arrow's errors are among these
        raise InputError(f"{path.name} is no table: make one with `embed FOLDER --model embedder`") from error
    return vectors_of(table, path.name, dim)


def vectors_of(table: pd.DataFrame, name: str, dim: int) -> Embedded:
    """As `read_vectors`, of a table that is read."""
    columns = vector_columns(table)
    if len(columns) != dim or "file" not in table:
        has = f"vectors of {len(columns)} numbers" if columns else "no vectors"
        raise InputError(f"{name} has {has}, not of {dim}: make a table with `embed FOLDER --model embedder`")
    vectors = table[columns].to_numpy(np.float32)
    if not np.isfinite(vectors).all():
        raise InputError(f"{name} has vectors with gaps: make it anew with `embed FOLDER --model embedder`")
    return Embedded(table["file"].astype(str).tolist(), vectors)


def collection(place: Path, embedder: Embedder) -> Embedded:
    """The pictures of a table that `embed` wrote, or of a folder, which are embedded now.

    Raises `InputError` where it is neither, or a folder without a picture.
    """
    if not place.is_dir():
        return read_vectors(place, embedder.dim)
    files, vectors, errors = [], [np.empty((0, embedder.dim), np.float32)], []
    for file, vector in see_files(embedder.embed, find_images([place])):
        if isinstance(vector, ImageError):
            errors.append(str(vector))
        else:
            files.append(str(file))
            vectors.append(np.asarray(vector)[None])
    if not files:
        raise InputError(f"there are no pictures below {place}: name a folder of pictures, or a table of `embed`")
    return Embedded(files, np.concatenate(vectors), errors)
