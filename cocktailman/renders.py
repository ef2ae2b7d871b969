"""The rendered bar: path-traced pictures of cocktails, and every factor that made each of them.

A folder of two parquet files with the same rows in the same order, sorted by cocktail and index:

`factors.parquet`   id, cocktail ("" for a free pour: a random recipe that nobody mixes), index, split, seed, seconds
                    (to render it), the factors (`NUMERIC`, `CATEGORICAL`, `LISTED`), and the box (`EDGES`).
`pictures.parquet`  id, image (WebP, 256 × 256) and mask (lossless WebP, a bit field of `MASKS`), in groups of 64 rows,
                    so that one picture is read without the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
from PIL import Image

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.images import read_image

RENDERS = DATA / "renders"
STUDIO = DATA / "studio"  # drinks of the same scenes, alone in a plain studio, with coverage
RENDERED = "renders"  # the domain, where that of photos is "photos"
SPLITS = ("train", "validation", "test", "unseen")  # unseen: recipes left out of training altogether
MASKS = {"vessel": 1, "liquid": 2, "garnish": 4}  # the bit of each
EDGES = ("x1", "y1", "x2", "y2")  # of the box of vessel, handle and garnish but not straw; fractions
FREE_POUR = "Free pour"  # what a picture without a cocktail is called


@dataclass(frozen=True)
class Numeric:
    """A factor that is a number."""

    label: str
    form: str  # how one writes a value, with its unit: "%.0f°"
    step: float  # the difference that matters
    goes_round: bool = False  # an angle of which 359° is next to 1°


# As a person would look at them: the drink, then the camera, then the light.
NUMERIC = {
    "fill": Numeric("Fill", "%.2f", 0.01),  # the share of the vessel's inner height
    "garnish_azimuth": Numeric("Garnish azimuth", "%.0f°", 5.0, goes_round=True),
    "camera_azimuth": Numeric("Camera azimuth", "%.0f°", 1.0, goes_round=True),
    "camera_elevation": Numeric("Camera elevation", "%.0f°", 1.0),
    "camera_distance": Numeric("Camera distance", "%.2f×", 0.05),  # of the distance that just frames the drink
    "camera_roll": Numeric("Camera roll", "%.1f°", 0.5),
    "light_azimuth": Numeric("Light azimuth", "%.0f°", 5.0, goes_round=True),  # from the camera
    "light_elevation": Numeric("Light elevation", "%.0f°", 1.0),
    "light_warmth": Numeric("Light warmth", "%.0f K", 100.0),
    "light_strength": Numeric("Light strength", "%.2f×", 0.05),  # 1 is typical
}
CATEGORICAL = {"glass": "Glass", "ice": "Ice", "table": "Table", "background": "Background"}  # one word a picture
LISTED = {"ingredients": "Ingredients", "garnish": "Garnish"}  # any number of words a picture
BY_RECIPE = ("glass", "ice")  # what the recipe has a say in; all other factors were drawn without regard to anything

_TEXT = ("id", "cocktail", "split", *LISTED, *CATEGORICAL)
_NUMBERS = ("index", *NUMERIC, "seed", *EDGES, "seconds")
_MAKE = "make them with `python -m training renders`, then `python -m training renders-pack`"

Rows = Sequence[int] | npt.NDArray[np.integer]
Decoded = TypeVar("Decoded")


@dataclass(frozen=True)
class Selection:
    """Which pictures one wants to see; an empty field asks nothing."""

    among: Mapping[str, Sequence[str]] = field(default_factory=dict)  # column -> the words that will do
    containing: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of LISTED -> the words it has all of
    between: Mapping[str, tuple[float, float]] = field(default_factory=dict)  # of NUMERIC -> lowest, highest


@dataclass(frozen=True)
class Renders:
    """The data set: its factors in memory, its pictures read as they are asked for.

    A row is a position in `factors`. Reading a picture raises `InputError` where the file is damaged.
    """

    factors: pd.DataFrame  # one row a picture, index 0 ... n - 1
    pictures: Path  # pictures.parquet
    metadata: pq.FileMetaData  # its footer: where each group of rows lies

    def __len__(self) -> int:
        return len(self.factors)

    def row(self, id: str) -> int:
        """The row of the picture of this id; raises `InputError` where there is none."""
        try:
            return int(self._row_of[id])
        except KeyError:
            raise InputError(f"no render is called {id[:40]!r}: they are listed in factors.parquet") from None

    def facts(self, row: int) -> dict[str, Any]:
        """All that is known of the picture of a row, by column."""
        return self.factors.iloc[row].to_dict()

    def image(self, row: int) -> Image.Image:
        """The picture of a row, mode RGB, or RGBA of drinks without a background."""
        return self.images([row])[0]

    def images(self, rows: Rows) -> list[Image.Image]:
        """The pictures of these rows, in their order; reads each group of rows once."""
        return self._decoded("image", rows, partial(read_image, transparent=True))

    def mask(self, row: int) -> npt.NDArray[np.uint8]:
        """The bits of `MASKS` each pixel has, shape (height, width)."""
        return self.masks([row])[0]

    def masks(self, rows: Rows) -> list[npt.NDArray[np.uint8]]:
        """The masks of these rows, in their order; reads each group of rows once."""
        return self._decoded("mask", rows, lambda data: np.asarray(Image.open(BytesIO(data)).convert("L")))

    @cached_property
    def stored(self) -> tuple[bytes, npt.NDArray[np.int64]]:
        """The files of all pictures (WebP) one after the other, and where each ends, shape (n,)."""
        try:
            files = pq.read_table(self.pictures, columns=["image"])["image"].to_pylist()
        except (OSError, ValueError) as error:  # Arrow's errors are among these
            raise _damaged(self.pictures) from error
        return b"".join(files), np.cumsum([len(file) for file in files])

    @cached_property
    def indicators(self) -> dict[str, pd.DataFrame]:
        """For each column of `LISTED`, which picture has which word: bool, shape (n, words)."""
        return {column: indicator_table(self.factors.loc[:, column]) for column in LISTED}

    def chosen(self, selection: Selection) -> npt.NDArray[np.bool_]:
        """Whether each picture is in the selection, shape (n,)."""
        chosen = np.ones(len(self), dtype=bool)
        for column, words in selection.among.items():
            if words:
                chosen &= self.factors[column].isin(list(words)).to_numpy()
        for column, words in selection.containing.items():
            chosen &= self.indicators[column].reindex(columns=list(words), fill_value=False).to_numpy().all(axis=1)
        for column, (lowest, highest) in selection.between.items():
            chosen &= self.factors[column].between(lowest, highest).to_numpy()
        return chosen

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {id: row for row, id in enumerate(self.factors["id"])}

    @cached_property
    def _starts(self) -> npt.NDArray[np.int64]:
        """The first row of each group of rows, and the number of all rows, shape (groups + 1,)."""
        sizes = [self.metadata.row_group(group).num_rows for group in range(self.metadata.num_row_groups)]
        return np.cumsum([0, *sizes])

    def _decoded(self, column: str, rows: Rows, decode: Callable[[bytes], Decoded]) -> list[Decoded]:
        wanted = np.asarray(rows, dtype=np.int64)
        groups = np.searchsorted(self._starts, wanted, side="right") - 1
        found: dict[int, Decoded] = {}
        try:
            # Opened anew each time, which takes no reading: visitors in other threads may be reading too.
            with pq.ParquetFile(self.pictures, metadata=self.metadata) as file:
                for group in np.unique(groups):
                    part = file.read_row_group(int(group), columns=["id", column])
                    for row in wanted[groups == group].tolist():
                        position = row - int(self._starts[group])
                        if part["id"][position].as_py() != self.factors.at[row, "id"]:
                            raise ValueError("the rows are not those of factors.parquet")
                        found[row] = decode(part[column][position].as_py())
        except Exception as error:  # whatever decoders make of damaged bytes
            raise _damaged(self.pictures) from error
        return [found[row] for row in wanted.tolist()]


def read_renders(folder: Path = RENDERS) -> Renders:
    """The renders of a folder; raises `InputError` where they are missing or damaged."""
    table, pictures = folder / "factors.parquet", folder / "pictures.parquet"
    for path in (table, pictures):
        if not path.exists():
            raise InputError(f"there are no renders here ({path.name} is missing): {_MAKE}")
    factors = _read(table, pd.read_parquet)
    metadata = _read(pictures, pq.read_metadata)
    columns = {metadata.schema.column(number).name for number in range(metadata.num_columns)}
    if not _is_sound(factors):
        raise _damaged(table)
    if metadata.num_rows != len(factors) or not columns >= {"id", "image", "mask"}:
        raise _damaged(pictures)
    return Renders(factors, pictures, metadata)


def indicator_table(column: pd.Series) -> pd.DataFrame:
    """Which row has which of the space-separated words: bool, shape (rows, words), words in alphabetical order.

    Splits each distinct text once: a hundred thousand rows share far fewer recipes.
    """
    codes, texts = pd.factorize(column)
    distinct = [str(text).split() for text in texts]
    words = sorted({word for text in distinct for word in text})
    position = {word: number for number, word in enumerate(words)}
    table = np.zeros((len(distinct), len(words)), dtype=bool)
    for number, text in enumerate(distinct):
        table[number, [position[word] for word in text]] = True
    return pd.DataFrame(table[codes], columns=words, index=column.index)


def _is_sound(factors: pd.DataFrame) -> bool:
    """Whether a table has all columns, of the right kind, and no picture twice."""
    if not {*_TEXT, *_NUMBERS} <= set(factors) or not len(factors):
        return False
    numbers = all(pd.api.types.is_numeric_dtype(factors[name]) for name in _NUMBERS)
    texts = all(pd.api.types.is_string_dtype(factors[name]) for name in _TEXT)
    whole = numbers and texts and not factors[list(_TEXT)].isna().to_numpy().any()
    return whole and factors["id"].is_unique and bool(factors["split"].isin(SPLITS).all())


def _read(path: Path, read: Callable[[Path], Decoded]) -> Decoded:
    try:
        return read(path)
    except (OSError, ValueError) as error:  # Arrow's errors are among these
        raise _damaged(path) from error


def _damaged(path: Path) -> InputError:
    return InputError(
        f"the renders are damaged ({path.name}): restore them with `git checkout -- data/renders`, or {_MAKE}"
    )
