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
    of which it is not known. tile: px, the side of each picture."""

    factor: str
    words: tuple[str, ...]
    by: str
    views: tuple[float, ...]
    usual: float
    tile: int

    @property
    def file(self) -> Path:
        return DATA / "sheets" / f"{self.factor}.webp"


SHEETS = {
    sheet.factor: sheet
    for sheet in (
        Sheet("garnish", GARNISH, DIRECTION, tuple(range(0, 360, 30)), TO_THE_RIGHT, 96),
        Sheet("glass", GLASSES, "camera_elevation", (6, 16, 26, 36), 16, 160),
    )
}


def sheet_of(factor: str) -> Sheet:
    """The sheet of a factor's words; raises `InputError` where it has none."""
    if factor not in SHEETS:
        raise InputError(f"there are no pictures of {factor[:40]!r} alone: choose among {', '.join(SHEETS)}")
    return SHEETS[factor]


@cache
def tiles(factor: str) -> npt.NDArray[np.uint8]:
    """The pictures of a sheet, premultiplied: (words, views, 4, tile, tile); raises `InputError` if it is damaged."""
    sheet = sheet_of(factor)
    made_by = "make it anew with python -m training sheets, then sheets-pack"
    try:
        with Image.open(sheet.file) as picture:
            pixels = np.asarray(picture.convert("RGBA"), np.float32)
    except OSError as error:
        raise InputError(f"{sheet.file.name} cannot be read: {made_by}") from error
    rows, columns = len(sheet.words), len(sheet.views)
    if pixels.shape != (rows * sheet.tile, columns * sheet.tile, 4):
        raise InputError(f"{sheet.file.name} shows other things than {factor}: {made_by}")
    cut = pixels.reshape(rows, sheet.tile, columns, sheet.tile, 4).transpose(0, 2, 4, 1, 3)
    coverage = cut[:, :, 3:]
    return np.concatenate([cut[:, :, :3] * coverage / 255, coverage], 2).round().astype(np.uint8)
