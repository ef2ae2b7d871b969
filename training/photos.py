"""Real photos, packed: a folder of photos with labels and boxes becomes one file that is quick to read and to carry.

The folder holds `photos.csv` (file, source, drink, ingredients, ...), `boxes.csv` (file, x1, y1, x2, y2, note; in
fractions of width and height) and the pictures. The photos never enter the repository; the split, by file name, does.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.images import read_image, to_square

SPLIT = DATA / "splits" / "photos.csv"
MARGIN = 1.25  # side of the crop around a drink, in units of its box's longer side


def pack(photos: Path, out: Path, size: int) -> None:
    """Reads, crops and stretches every photo of the split to `size` px and writes one parquet table of JPEGs."""
    table = _table(photos / "photos.csv", keep_default_na=False)
    table = table.merge(_table(SPLIT), on="file")[["file", "source", "drink", "ingredients", "split"]]
    boxes = largest_boxes(photos / "boxes.csv")

    def packed(file: str) -> bytes:
        image = read_image(photos / file, file)
        if file in boxes.index:
            image = crop_around(image, *boxes.loc[file])
        data = BytesIO()
        to_square(image, size).save(data, "JPEG", quality=95, subsampling=0)
        return data.getvalue()

    out.parent.mkdir(parents=True, exist_ok=True)
    table["image"] = [packed(file) for file in tqdm(table["file"], desc="packing")]
    table.to_parquet(out, index=False)


def _table(path: Path, keep_default_na: bool = True) -> pd.DataFrame:
    try:
        return pd.read_csv(path, keep_default_na=keep_default_na)
    except (OSError, ValueError) as error:
        problem = "cannot be read" if path.exists() else "does not exist"
        raise InputError(f"{path} {problem}: check the folder of photos") from error


def largest_boxes(path: Path) -> pd.DataFrame:
    """The largest box of each photo that has one: columns x1, y1, x2, y2, indexed by file."""
    boxes = _table(path).dropna(subset=["x1", "y1", "x2", "y2"])
    area = (boxes["x2"] - boxes["x1"]) * (boxes["y2"] - boxes["y1"])
    return boxes.assign(area=area).sort_values("area").groupby("file").last().loc[:, ["x1", "y1", "x2", "y2"]]


def crop_around(image: Image.Image, x1: float, y1: float, x2: float, y2: float) -> Image.Image:
    """A square around the box (fractions), with a margin, moved or shortened where it would leave the picture."""
    width, height = image.size
    side = max(2, MARGIN * max((x2 - x1) * width, (y2 - y1) * height))  # px, at least one after rounding

    def span(low: float, high: float, length: int) -> tuple[int, int]:
        fit = min(side, length)
        start = min(max((low + high) / 2 * length - fit / 2, 0), length - fit)
        return round(start), round(start + fit)

    (left, right), (top, bottom) = span(x1, x2, width), span(y1, y2, height)
    return image.crop((left, top, right, bottom))


def split_photos(photos: Path, validation: float = 0.1, seed: int = 0) -> pd.DataFrame:
    """A random split by photo, stratified by drink for `bulk` and by source elsewhere; columns file, split.

    Photos that `boxes.csv` notes as showing no drink, or as no photo, are left out.
    """
    table = _table(photos / "photos.csv", keep_default_na=False)
    boxes = _table(photos / "boxes.csv", keep_default_na=False)
    unfit = boxes.loc[boxes["note"].isin(["no_drink", "not_photo"]), "file"]
    table = table.loc[~table["file"].isin(unfit)]
    stratum = table["drink"].where(table["source"] == "bulk", table["source"])
    held = table.groupby(stratum)["file"].sample(frac=validation, random_state=seed)
    split = np.where(table["file"].isin(held), "validation", "train")
    return pd.DataFrame({"file": table["file"], "split": split}).sort_values("file")
