"""Rendered pictures, one by one in a folder, become the two files that ship (see `cocktailman/renders.py`)."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image
from scipy.ndimage import gaussian_filter

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.renders import EDGES, RENDERS
from cocktailman.sheets import LEVELS_FILE, SHEETS
from training.renders.levels import draw_levels

# Recipes no model is trained on, though each of their ingredients is in others that are.
UNSEEN = ("Black Russian", "Daiquiri", "Negroni", "Screwdriver", "Sidecar")
GROUP = 64  # pictures read together
SPECK = 16  # of 255: what covers less, of a picture that lies on others, is noise
AROUND, HARDLY = 2.0, 0.1  # px, and a coverage (see `without_noise`)


def split_of(cocktail: str, index: int) -> str:
    """Fixed for each picture, however many there are: of ten, eight to train, one to validate and one to test."""
    if cocktail in UNSEEN:
        return "unseen"
    return {8: "validation", 9: "test"}.get(index % 10, "train")


def pack(folder: Path, out: Path = RENDERS) -> pd.DataFrame:
    """Writes factors.parquet and pictures.parquet to `out`; returns the factors.

    Raises `InputError` where the folder holds no finished picture.
    """
    facts = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    if not facts:
        raise InputError(f"{folder} holds no picture: render some with python -m training renders")
    table = pd.DataFrame(sorted((_row(fact) for fact in facts), key=lambda row: (row["cocktail"], row["index"])))
    _check(table)
    pictures = pa.table(
        {
            "id": table["id"],
            "image": [_packed(folder / f"{name}.webp") for name in table["id"]],
            "mask": [(folder / f"{name}.mask.webp").read_bytes() for name in table["id"]],
        }
    )
    out.mkdir(parents=True, exist_ok=True)
    with written(out / "factors.parquet") as unfinished:
        table.to_parquet(unfinished, index=False)
    with written(out / "pictures.parquet") as unfinished:
        pq.write_table(pictures, unfinished, row_group_size=GROUP, compression="none", use_dictionary=False)
    return table


def pack_sheets(folder: Path) -> list[Path]:
    """Writes the sheets of a folder that `python -m training sheets` rendered (see `cocktailman/sheets.py`), and how
    far each glass is to be filled until its drink is seen at a pixel; returns their paths. Raises `InputError` where
    one is not there."""
    for sheet in SHEETS.values():
        rendered = folder / f"{sheet.factor}.png"
        if not rendered.exists():
            raise InputError(f"{rendered} is not there: render it with python -m training sheets")
        sheet.file.parent.mkdir(exist_ok=True)
        with Image.open(rendered) as picture, written(sheet.file) as unfinished:
            smooth = without_noise(picture.convert("RGBA"))
            coverage = np.asarray(smooth.getchannel("A"))
            smooth.putalpha(Image.fromarray(np.where(coverage > SPECK, coverage, 0).astype(np.uint8)))
            smooth.save(unfinished, "WEBP", quality=80, alpha_quality=95, method=4)
    drawn = draw_levels()
    with written(LEVELS_FILE) as unfinished:
        Image.fromarray(np.dstack([drawn, drawn[..., 1]])).save(unfinished, "WEBP", lossless=True, method=4)
    return [*(sheet.file for sheet in SHEETS.values()), LEVELS_FILE]


def _packed(path: Path) -> bytes:
    """A picture as it is packed: as it is, or, of one with coverage, smaller."""
    with Image.open(path) as picture:
        if not picture.has_transparency_data:
            return path.read_bytes()
        data = BytesIO()
        without_noise(picture.convert("RGBA")).save(data, "WEBP", quality=75, alpha_quality=70, method=4)
    return data.getvalue()


def without_noise(picture: Image.Image) -> Image.Image:
    """A cut-out, mode RGBA, whose colours, where hardly anything covers, are those around: divided by little coverage
    they are noise, which nobody sees and which takes most of a file."""
    pixels = np.asarray(picture, np.float32) / 255
    coverage = pixels[..., 3:]  # (h, w, 1)
    colour = pixels[..., :3] * coverage
    around = [gaussian_filter(part, (AROUND, AROUND, 0)) for part in (colour, coverage)]
    mean = around[0] / np.maximum(around[1], 1e-4)
    smooth = np.where(coverage > 0, (colour + HARDLY * mean) / (coverage + HARDLY), 0)
    return Image.fromarray(np.round(np.dstack([smooth.clip(0, 1), coverage]) * 255).astype(np.uint8))


def _row(fact: dict) -> dict:
    box = dict(zip(EDGES, fact["box"], strict=True))
    kept = {name: value for name, value in fact.items() if name not in {"box", "recipe", "garnish"}}
    words = {"ingredients": " ".join(fact["recipe"]), "garnish": " ".join(fact["garnish"])}
    return kept | words | box | {"split": split_of(fact["cocktail"], fact["index"])}


def _check(table: pd.DataFrame) -> None:
    """Every ingredient of a recipe that is left out is trained on in another."""
    trained = set(" ".join(table.loc[table["split"] == "train", "ingredients"]).split())
    left_out = {item for name in UNSEEN for item in catalog().cocktail(name).recipe}
    if left_out - trained:
        missing = ", ".join(sorted(left_out - trained))
        raise InputError(f"no training picture has {missing}, which the unseen recipes need: render more pictures")
