"""What the frozen picture tower makes of every picture, once: the heads are trained on these in minutes.

build/label-features/
    renders.npz  negatives.npz  photos.npz      tokens (n, places, TOKEN), pooled (n, POOLED)
    renders.csv  ...                            the rows: file, split
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from tqdm import tqdm

from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.images import read_image
from cocktailman.inference.pixels import squares
from cocktailman.models.embedder.towers import SIZE, picture_features
from cocktailman.renders import read_renders
from training.datasets.photos import BOXES_SPLIT, SPLIT, read_table

FEATURES = Path("build/label-features")
BATCH = 32
RENDERS, NEGATIVES, PHOTOS = "renders", "negatives", "photos"


@dataclass(frozen=True)
class Features:
    """Of the pictures of one set: table with columns file and split, tokens (n, places, TOKEN), pooled (n, POOLED)."""

    table: pd.DataFrame
    tokens: np.ndarray  # float16
    pooled: np.ndarray  # float16

    def of(self, *splits: str) -> Features:
        rows = self.table["split"].isin(splits).to_numpy()
        return Features(self.table.loc[rows].reset_index(drop=True), self.tokens[rows], self.pooled[rows])


def write_features(photos: Path, folder: Path = FEATURES) -> list[Path]:
    """Features of the renders, of photos without a drink, and of photos of drinks.

    A set that is there already is left as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    renders = read_renders()
    ids = pd.DataFrame({"file": renders.factors["id"], "split": renders.factors["split"]})
    row_of = {id: row for row, id in enumerate(ids["file"])}
    drinks = read_table(SPLIT)
    boxes = read_table(BOXES_SPLIT)
    negatives = boxes.loc[boxes["file"].str.startswith("negatives/")]

    def render(file: str) -> Image.Image:
        return renders.image(row_of[file])

    def photo(file: str) -> Image.Image:
        return read_image(photos / file, file)

    sets: dict[str, tuple[pd.DataFrame, Callable[[str], Image.Image]]] = {
        RENDERS: (ids, render),
        NEGATIVES: (negatives, photo),
        PHOTOS: (drinks, photo),
    }
    for name, (table, read) in sets.items():
        path = folder / f"{name}.npz"
        if not path.exists():
            tokens, pooled = features_of(table["file"].tolist(), read, name)
            with written(folder / f"{name}.csv") as unfinished:
                table.to_csv(unfinished, index=False)
            with written(path) as unfinished:
                np.savez(unfinished, tokens=tokens, pooled=pooled)
    return [folder / f"{name}.npz" for name in sets]


def features_of(files: Sequence[str], read: Callable[[str], Image.Image], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Tokens and pooled features, float16, of files in their order."""
    parts = [picture_features(batch) for batch in tqdm(_batches(files, read), f"features of {name}", mininterval=30)]
    tokens, pooled = (torch.cat([part.half() for part in each]).numpy() for each in zip(*parts, strict=True))
    return tokens, pooled


def read_features(name: str, folder: Path = FEATURES) -> Features:
    """A set that was written; raises `InputError` where it is missing."""
    try:
        arrays = np.load(folder / f"{name}.npz")
        return Features(pd.read_csv(folder / f"{name}.csv"), arrays["tokens"], arrays["pooled"])
    except OSError as error:
        raise InputError(
            f"{folder / name}.npz is missing: `python -m training label-features --photos FOLDER`"
        ) from error


def _batches(files: Sequence[str], read: Callable[[str], Image.Image]) -> Iterator[torch.Tensor]:
    for start in range(0, len(files), BATCH):
        yield squares([read(file) for file in files[start : start + BATCH]], SIZE)
