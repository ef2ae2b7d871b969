"""Pictures of what edits put on a drink as a whole: every piece of garnish and every glass, alone and from every side.

They are rendered, as the bar is (`python -m training sheets`). A sheet has a row for each word of its factor, in their
order there, and a column for each view.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from cocktailman.catalog import DATA, GLASSES
from cocktailman.errors import InputError
from cocktailman.factors import DIRECTION, GARNISH, TO_THE_RIGHT


@dataclass(frozen=True)
class Sheet:
    """words: the rows. views: the columns, at which values, in degrees, of the factor `by`. usual: the value of a drink
    of which it is not known. tile: px, the side of each picture. anew: factors with which the word that there is, and
    that stays, is put on anew."""

    factor: str
    words: tuple[str, ...]
    by: str
    views: tuple[float, ...]
    usual: float
    tile: int
    anew: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        return DATA / "sheets" / f"{self.factor}.webp"


SHEETS = {
    sheet.factor: sheet
    for sheet in (
        Sheet("garnish", GARNISH, DIRECTION, tuple(range(0, 360, 30)), TO_THE_RIGHT, 96),
        Sheet("glass", GLASSES, "camera_elevation", (6, 16, 26, 36), 16, 160, ("fill", "ingredients")),
    )
}


LEVELS_FILE = DATA / "sheets" / "levels.webp"
LEVELS, NEVER = 250, 255  # what stands for a full glass, and for a pixel where its drink is never seen


def sheet_of(factor: str) -> Sheet:
    """The sheet of a factor's words; raises `InputError` where it has none."""
    if factor not in SHEETS:
        raise InputError(f"there are no pictures of {factor[:40]!r} alone: choose among {', '.join(SHEETS)}")
    return SHEETS[factor]


@cache
def tiles(factor: str) -> npt.NDArray[np.uint8]:
    """The pictures of a sheet, premultiplied: (words, views, 4, tile, tile); raises `InputError` if it is damaged."""
    sheet = sheet_of(factor)
    cut = _tiles_of(sheet, sheet.file, "RGBA", "sheets, then sheets-pack").astype(np.float32)
    coverage = cut[:, :, 3:]
    return np.concatenate([cut[:, :, :3] * coverage / 255, coverage], 2).round().astype(np.uint8)


@cache
def levels() -> npt.NDArray[np.uint8]:
    """How far each glass is to be filled until its drink is seen at a pixel of its tile, and until it is seen through
    the wall rather than its surface: (glasses, views, 2, tile, tile), from 0 to LEVELS, or NEVER; raises `InputError`
    if the file is damaged."""
    return _tiles_of(SHEETS["glass"], LEVELS_FILE, "RGB", "sheets-pack")[:, :, :2]


def _tiles_of(sheet: Sheet, file: Path, mode: str, command: str) -> npt.NDArray[np.uint8]:
    """The pictures of a file, which a `command` makes, (words, views, channels, tile, tile)."""
    made_by = f"make it anew with python -m training {command}"
    try:
        with Image.open(file) as picture:
            pixels = np.asarray(picture.convert(mode))
    except OSError as error:
        raise InputError(f"{file.name} cannot be read: {made_by}") from error
    rows, columns = len(sheet.words), len(sheet.views)
    if pixels.shape[:2] != (rows * sheet.tile, columns * sheet.tile):
        raise InputError(f"{file.name} shows other things than {sheet.factor}: {made_by}")
    return pixels.reshape(rows, sheet.tile, columns, sheet.tile, -1).transpose(0, 2, 4, 1, 3)
