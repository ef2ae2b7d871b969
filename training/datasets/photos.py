"""Real photos, packed: a folder of photos with labels and boxes becomes one file that is quick to read and to carry.

The folder holds `photos.csv` (file, source, drink, ingredients, ...), `boxes.csv` (file, x1, y1, x2, y2, note; in
fractions of width and height) and the pictures. The photos never enter the repository; the split, by file name, does.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.images import crop_around, read_image, to_square

SPLIT = DATA / "splits" / "photos.csv"
BOXES_SPLIT = DATA / "splits" / "boxes.csv"  # of the photos with boxes, and of those without a drink


def pack(photos: Path, out: Path, size: int, boxes: pd.DataFrame) -> None:
    """Reads, crops and stretches every photo of the split to `size` px and writes one parquet table of JPEGs.

    `boxes` has columns x1, y1, x2, y2, indexed by file; a photo that is not in it stays whole.
    """
    table = read_table(photos / "photos.csv", keep_default_na=False)
    table = table.merge(read_table(SPLIT), on="file")[["file", "source", "drink", "ingredients", "split"]]

    def packed(file: str) -> bytes:
        image = read_image(photos / file, file)
        if file in boxes.index:
            image = crop_around(image, *boxes.loc[file])
        data = BytesIO()
        to_square(image, size).save(data, "JPEG", quality=95, subsampling=0)
        return data.getvalue()

    table["image"] = [packed(file) for file in tqdm(table["file"], desc="packing")]
    with written(out) as unfinished:
        table.to_parquet(unfinished, index=False)


def read_table(path: Path, keep_default_na: bool = True) -> pd.DataFrame:
    """A table of the folder of photos; raises `InputError` where it is missing or damaged."""
    try:
        return pd.read_csv(path, keep_default_na=keep_default_na)
    except (OSError, ValueError) as error:
        problem = "cannot be read" if path.exists() else "does not exist"
        raise InputError(f"{path} {problem}: check the folder of photos") from error


def read_squares(folder: Path, files: Sequence[str | Path], size: int) -> np.ndarray:
    """Pictures of a folder at `size` px, stretched: (n, size, size, 3); raises `InputError` where there are none."""
    if not len(files):
        raise InputError(f"{folder} holds no picture to learn from: name another folder")
    return np.stack([np.asarray(to_square(read_image(folder / file, str(file)), size)) for file in files])


def largest_boxes(boxes: pd.DataFrame) -> pd.DataFrame:
    """The largest box of each photo that has one: columns x1, y1, x2, y2, indexed by file."""
    boxes = boxes.dropna(subset=["x1", "y1", "x2", "y2"])
    area = (boxes["x2"] - boxes["x1"]) * (boxes["y2"] - boxes["y1"])
    return boxes.assign(area=area).sort_values("area").groupby("file").last().loc[:, ["x1", "y1", "x2", "y2"]]


def split_photos(photos: Path, validation: float = 0.1, seed: int = 0) -> pd.DataFrame:
    """A random split by photo, stratified by drink for `bulk` and by source elsewhere; columns file, split.

    Photos that `boxes.csv` notes as showing no drink, or as no photo, are left out.
    """
    table = read_table(photos / "photos.csv", keep_default_na=False)
    boxes = read_table(photos / "boxes.csv", keep_default_na=False)
    unfit = boxes.loc[boxes["note"].isin(["no_drink", "not_photo"]), "file"]
    table = table.loc[~table["file"].isin(unfit)]
    stratum = table["drink"].where(table["source"] == "bulk", table["source"])
    held = table.groupby(stratum)["file"].sample(frac=validation, random_state=seed)
    split = np.where(table["file"].isin(held), "validation", "train")
    return pd.DataFrame({"file": table["file"], "split": split}).sort_values("file")


def split_boxes(photos: Path, validation: float = 0.2, seed: int = 0) -> pd.DataFrame:
    """A random split of the photos in `boxes.csv`, stratified by source, and of the negatives; columns file, split.

    What `split_photos` holds back for validation is held back here too: no network of a chain learns from it.
    """
    files = read_table(photos / "boxes.csv")["file"].drop_duplicates().tolist()
    files += sorted(path.relative_to(photos).as_posix() for path in (photos / "negatives").glob("*.*"))
    table = pd.DataFrame({"file": files})
    held = table["file"].isin(read_table(SPLIT).query("split == 'validation'")["file"])
    source = table["file"].str.split("/").str[0]
    count = (source.value_counts() * validation).round().astype(int)
    for name, wanted in count.items():
        free = table.index[(source == name) & ~held]
        more = max(0, wanted - int((held & (source == name)).sum()))
        held.loc[np.random.default_rng(seed).choice(free, more, replace=False)] = True
    return table.assign(split=np.where(held, "validation", "train")).sort_values("file")
