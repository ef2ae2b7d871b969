"""The photos as the detector sees them: where it finds drinks, and each photo cropped to its best."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from tqdm import tqdm

from cocktailman.images import read_image
from cocktailman.recognition import BATCH, Detector
from cocktailman.renders import EDGES
from training.photos import SPLIT, pack, read_table

LEAST = 0.1  # score of the boxes that are kept on record; a crop needs the detector's own threshold


def find_drinks(detector: Detector, photos: Path) -> pd.DataFrame:
    """All boxes on the photos of the split: columns file, x1, y1, x2, y2, score; best first in each photo."""
    files = read_table(SPLIT)["file"].tolist()
    rows = []
    for start in tqdm(range(0, len(files), BATCH), desc="detecting", unit="batch"):
        part = files[start : start + BATCH]
        found = detector.detect([read_image(photos / file, file) for file in part], LEAST)
        rows += [
            (file, *(getattr(box, edge) for edge in EDGES), box.score)
            for file, boxes in zip(part, found, strict=True)
            for box in boxes
        ]
    return pd.DataFrame(rows, columns=["file", *EDGES, "score"])


def write_crops(detector: Detector, photos: Path, out: Path, size: int) -> pd.DataFrame:
    """Packs the photos cropped to their best drink, or whole where none reaches the detector's threshold.

    Writes the boxes beside them as a table, `out` with the suffix .csv, and returns it. Raises `InputError` where
    `photos` is not the folder of photos.
    """
    read_table(photos / "photos.csv")  # which `pack` needs: refused now, not after minutes of detecting
    found = find_drinks(detector, photos)
    out.parent.mkdir(parents=True, exist_ok=True)
    found.to_csv(out.with_suffix(".csv"), index=False)
    best = found.loc[found["score"] >= detector.threshold].groupby("file").first()
    pack(photos, out, size, best.loc[:, list(EDGES)])
    return found


def sure_boxes(found: pd.DataFrame, photos: Path, least: float, count: int, seed: int = 0) -> pd.DataFrame:
    """The boxes of `count` photos on which the detector has no doubt: it scores each drink at least `least`.

    A photo with a worse box beside is in doubt. Those whose boxes a person has read are left out, and those held back
    for validation.
    """
    read = read_table(photos / "boxes.csv")["file"]
    training = read_table(SPLIT).query("split == 'train'")["file"]
    doubtful = found.loc[found["score"] < least, "file"]
    sure = found["file"].isin(training) & ~found["file"].isin(read) & ~found["file"].isin(doubtful)
    files = found.loc[sure, "file"].drop_duplicates()
    return found.loc[found["file"].isin(files.sample(min(count, len(files)), random_state=seed))]
