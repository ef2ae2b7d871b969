"""Contact sheets of cut-outs: what was kept and what was dropped, reason by reason, so that rules are judged by eye."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from cocktailman.cutouts import GREY, over
from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.images import read_image
from training.datasets.photos import read_table
from training.datasets.pictures import read_pictures

ACROSS, SIDE = 12, 96  # pictures in a row, px
KEPT = "kept"


def write_sheets(packed: Path, photos: Path, mattes: Path, out: Path, count: int, seed: int = 0) -> dict[str, int]:
    """Writes a sheet of `count` random photos for each reason of the facts beside `packed`, and one of cut-outs that
    were kept; returns how many there are of each.

    Of a dropped photo what its matte leaves out is dimmed.
    """
    facts = read_table(packed.with_suffix(".csv"), keep_default_na=False)
    if "reason" not in facts:
        raise InputError(f"{packed.with_suffix('.csv')} says no reasons: make it with `training cutouts-photos`")
    out.mkdir(parents=True, exist_ok=True)
    found = {}
    for reason, of in facts[facts["reason"] != ""].groupby("reason"):
        files = pd.Series(of["file"]).sample(min(count, len(of)), random_state=seed)
        _write([_dimmed(photos / file, mattes / file) for file in files], out / f"dropped-{reason}.jpg")
        found[str(reason)] = len(of)
    pictures = read_pictures(packed, SIDE)
    rows = pd.Series(range(len(pictures.pixels))).sample(min(count, len(pictures.pixels)), random_state=seed)
    _write([over(Image.fromarray(pictures.pixels[row])) for row in rows], out / f"{KEPT}.jpg")
    return found | {KEPT: len(pictures.pixels)}


def _dimmed(photo: Path, matte: Path) -> Image.Image:
    """A photo with a fifth of its contrast left where it is no drink; the whole of it where there is no matte."""
    image = read_image(photo).convert("RGB")
    if not matte.with_suffix(".png").exists():
        return image
    levels = Image.open(matte.with_suffix(".png")).convert("L").resize(image.size)
    return Image.composite(image, Image.blend(Image.new("RGB", image.size, GREY), image, 0.2), levels)


def _write(pictures: list[Image.Image], out: Path) -> None:
    """Pictures in rows, each fitted into a square."""
    rows = -(-len(pictures) // ACROSS)
    sheet = Image.new("RGB", (ACROSS * SIDE, rows * SIDE), "white")
    for place, picture in enumerate(pictures):
        down, across = np.unravel_index(place, (rows, ACROSS))
        sheet.paste(ImageOps.pad(picture, (SIDE, SIDE), color="white"), (int(across) * SIDE, int(down) * SIDE))
    with written(out) as unfinished:
        sheet.save(unfinished, "JPEG", quality=85)
