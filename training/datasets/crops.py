"""The photos as the detector sees them: where it finds drinks, and each photo cropped to its best."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeAlias

import pandas as pd
from tqdm import tqdm

from cocktailman.files import written
from cocktailman.images import read_image
from cocktailman.inference.recogniser import BATCH, Detector
from cocktailman.renders import EDGES
from training.datasets.photos import SPLIT, pack, read_table

Found: TypeAlias = dict[str, list[list[float]]]  # by file: x1, y1, x2, y2 and score of each box, best first

MIN_SCORE = 0.1  # score of the boxes that are kept on record; a crop needs the detector's own threshold


def find_drinks(detector: Detector, photos: Path, kept: Path) -> pd.DataFrame:
    """All boxes on the photos that are in the split: columns file, x1, y1, x2, y2, score; best first in each photo.

    `kept` gets a line a photo as it is done, and photos that an earlier run left there are not looked at again.
    """
    files = read_table(photos / "photos.csv")[["file"]].merge(read_table(SPLIT))["file"].tolist()
    found = _read(kept)
    left = [file for file in files if file not in found]
    with kept.open("a", encoding="utf-8") as lines:
        for start in tqdm(range(0, len(left), BATCH), desc="detecting", unit="batch"):
            part = left[start : start + BATCH]
            seen = detector.detect([read_image(photos / file, file) for file in part], MIN_SCORE)
            for file, boxes in zip(part, seen, strict=True):
                found[file] = [[*(getattr(box, edge) for edge in EDGES), box.score] for box in boxes]
                lines.write(json.dumps([file, found[file]]) + "\n")
            lines.flush()
    rows = [(file, *box) for file in files for box in found[file]]
    return pd.DataFrame(rows, columns=["file", *EDGES, "score"])


def _read(kept: Path) -> Found:
    """What earlier runs found; a line that one was stopped in the middle of is cut off."""
    if not kept.exists():
        return {}
    lines = kept.read_bytes()
    whole = lines[: lines.rfind(b"\n") + 1]
    with written(kept) as unfinished:
        unfinished.write_bytes(whole)
    return dict(json.loads(line) for line in whole.splitlines())


def write_crops(detector: Detector, photos: Path, out: Path, size: int) -> pd.DataFrame:
    """Packs the photos cropped to their best drink, or whole where none reaches the detector's threshold.

    Writes the boxes beside them as a table, `out` with the suffix .csv, and returns it. Where it was stopped it goes
    on, as long as the detector is the same. Raises `InputError` where `photos` is not the folder of photos.
    """
    read_table(photos / "photos.csv")  # before a folder is made for what is not written
    out.parent.mkdir(parents=True, exist_ok=True)
    mark = "-".join(digest[:8] for digest in detector.checkpoint.sha256.values())  # another detector looks anew
    kept = out.with_name(f"{out.stem}-{mark}.jsonl")
    found = find_drinks(detector, photos, kept)
    with written(out.with_suffix(".csv")) as unfinished:
        found.to_csv(unfinished, index=False)
    best = found.loc[found["score"] >= detector.threshold].groupby("file").first()
    pack(photos, out, size, best.loc[:, list(EDGES)])
    kept.unlink()
    return found


def sure_boxes(found: pd.DataFrame, photos: Path, min_score: float, count: int, seed: int = 0) -> pd.DataFrame:
    """The boxes of `count` photos on which the detector has no doubt: it scores each drink at least `min_score`.

    A photo with a worse box beside is in doubt. Those whose boxes a person has read are left out, and those held back
    for validation.
    """
    read = read_table(photos / "boxes.csv")["file"]
    training = read_table(SPLIT).query("split == 'train'")["file"]
    doubtful = found.loc[found["score"] < min_score, "file"]
    sure = found["file"].isin(training) & ~found["file"].isin(read) & ~found["file"].isin(doubtful)
    files = found.loc[sure, "file"].drop_duplicates()
    return found.loc[found["file"].isin(files.sample(min(count, len(files)), random_state=seed))]
