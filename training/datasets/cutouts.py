"""Cut-outs, packed: photos and their mattes, or renders and their masks, become one file of drinks without backgrounds.

A photo is dropped, and the reason is counted, where its matte is empty, unsure, in several pieces, cut off by the
frame, shaped like no drink, or not where the drink is: see `REASONS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from cocktailman.cutouts import Matte, MatteFacts, bounds, centred, facts_of, foreground, main_component, with_matte
from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.images import read_image
from cocktailman.renders import EDGES, Renders, read_renders
from training.datasets.photos import SPLIT, read_table
from training.datasets.pictures import render_table

REASONS = {  # the first that holds is the one that is counted
    "no matte": "there is no matte of the photo",
    "empty": "the matte covers less than 4 % of the photo",
    "whole": "the matte covers more than 85 % of it",
    "unsure": "pixels between 0.15 and 0.85 are too many beside those above 0.5",
    "pieces": "the largest component has too little of the coverage",
    "cut off": "the component touches too many sides of the frame",
    "too flat": "it is too wide for its height: a tray, a poster, several drinks, a glass seen from above",
    "elsewhere": "no box of a drink agrees with it: a bottle, fruit, two drinks",
}


@dataclass(frozen=True)
class Rules:
    """Where the doubt begins: `MatteFacts` above or below which a cut-out is dropped, and intersection over union with
    a box of a drink."""

    unsure: float
    main: float
    sides: int
    aspect: float
    agreement: float


LENIENT = Rules(unsure=0.75, main=0.25, sides=3, aspect=1.7, agreement=0.5)  # a drink somehow
STRICT = Rules(unsure=0.6, main=0.8, sides=2, aspect=1.15, agreement=0.7)  # one whole glass, seen from the side


def rules_of(split: str, lenient: bool = False) -> Rules:
    """A generator is measured on what is a drink somehow, and learns from whole glasses: what it is shown of others, it
    paints. A segmenter is to cut out all, and learns from all: `lenient`."""
    return STRICT if split == "train" and not lenient else LENIENT


def reason_to_drop(facts: MatteFacts, agreement: float, rules: Rules) -> str:
    """Which of `REASONS` speaks against a matte and its agreement with boxes (see `best_agreement`), empty where none
    does."""
    tests = {
        "empty": facts.area < 0.04,
        "whole": facts.area > 0.85,
        "unsure": facts.unsure > rules.unsure,
        "pieces": facts.main < rules.main,
        "cut off": facts.sides > rules.sides,
        "too flat": facts.aspect > rules.aspect,
        "elsewhere": agreement < rules.agreement,
    }
    return next((reason for reason, holds in tests.items() if holds), "")


def best_agreement(matte: Matte, boxes: np.ndarray) -> float:
    """The largest intersection over union of the bounds of a matte with boxes (n, 4): left, top, right, bottom in
    fractions of the photo; 0 where there is none."""
    box = bounds(matte)
    if box is None or not len(boxes):
        return 0.0
    own = np.array(box) / np.tile(matte.shape[::-1], 2)
    sides = np.minimum(boxes[:, 2:], own[2:]) - np.maximum(boxes[:, :2], own[:2])
    shared = sides.clip(min=0).prod(1)  # (n,)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(1) + (own[2:] - own[:2]).prod()
    return float((shared / (areas - shared)).max())


@dataclass(frozen=True)
class Judged:
    """The main component of a matte, the facts of the matte, and why its photo is dropped, if it is."""

    matte: Matte
    facts: dict[str, Any]

    @property
    def reason(self) -> str:
        """Which of `REASONS` speaks against it; empty where none does."""
        return self.facts["reason"]


def judged(matte: Matte, boxes: np.ndarray, rules: Rules) -> Judged:
    """A matte (height, width), judged by rules and by the boxes of the drinks in its photo, (n, 4)."""
    facts = facts_of(matte)
    kept, _ = main_component(matte)
    agreement = best_agreement(kept, boxes)
    reason = reason_to_drop(facts, agreement, rules)
    return Judged(kept, asdict(facts) | {"agreement": agreement, "reason": reason})


def matte_path(file: str, mattes: Path) -> Path:
    """Where the matte of a photo lies in a folder of mattes."""
    return (mattes / file).with_suffix(".png")


def read_matte(path: Path, size: tuple[int, int]) -> Matte:
    """A matte at the size (width, height) of its photo."""
    levels = Image.open(path).convert("L").resize(size, Image.Resampling.BICUBIC)
    return (np.asarray(levels) / 255).astype(np.float32)


def cut_photo(
    file: str, boxes: np.ndarray, rules: Rules, photos: Path, mattes: Sequence[Path], size: int
) -> tuple[bytes, dict]:
    """The cut-out of a photo as WebP with alpha (empty where it is dropped), and its facts with the reason.

    boxes: of the drinks in it, (n, 4), see `best_agreement`.
    mattes: folders, the first of which that has a good matte cuts it out; where none has, the reason is that of the
        first that has any.
    """
    found = [folder for folder in mattes if matte_path(file, folder).exists()]
    if not found:
        return b"", {"reason": "no matte"}
    image = read_image(photos / file, file)
    # One after the other: most photos need no second.
    tried = ((each, judged(read_matte(matte_path(file, each), image.size), boxes, rules)) for each in found)
    folder, best = first = next(tried)
    if best.reason:
        folder, best = next((one for one in tried if not one[1].reason), first)
    if best.reason:
        return b"", best.facts
    picture = centred(with_matte(foreground(np.asarray(image), best.matte), best.matte), size)
    facts = best.facts | {"mattes": folder.name}
    return (_webp(picture), facts) if picture else (b"", facts | {"reason": "empty"})


def drink_boxes(photos: Path, found: Path, least: float = 0.0) -> dict[str, np.ndarray]:
    """The boxes (n, 4) of the drinks in each photo that has some: those of boxes.csv, else those that the detector
    `found` (a table that `crops` wrote), of a score of `least` or more.

    Raises `InputError` where either table is missing.
    """
    if not found.exists():
        raise InputError(f"there are no boxes in {found}: make them with `python -m training crops`")
    by_eye = read_table(photos / "boxes.csv").dropna(subset=list(EDGES))
    detected = read_table(found)
    detected = detected.loc[~detected["file"].isin(by_eye["file"]) & (detected["score"] >= least)]
    both = pd.concat([by_eye, detected])
    return {str(file): part.loc[:, list(EDGES)].to_numpy(float) for file, part in both.groupby("file")}


def pack_photos(
    photos: Path, mattes: Sequence[Path], found: Path, out: Path, size: int, lenient: bool = False, workers: int = 2
) -> pd.DataFrame:
    """Cuts out every photo of the split and writes those that stay to a parquet table; returns the facts of all.

    mattes: folders of them, see `cut_photo`.
    found: the boxes that the detector found (see `drink_boxes`).
    lenient: see `rules_of`.
    """
    table = read_table(photos / "photos.csv", keep_default_na=False)
    table = table.merge(read_table(SPLIT), on="file")[["file", "source", "drink", "ingredients", "split"]]
    for folder in mattes:
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder: make the mattes with `python -m training mattes`")
    boxes, none = drink_boxes(photos, found), np.zeros((0, 4))
    cut = partial(cut_photo, photos=photos, mattes=mattes, size=size)
    # Spawned, not forked: a fork of a process with threads, as numba's and PyTorch's, now and then dies at once.
    with ProcessPoolExecutor(workers, get_context("spawn"), _one_thread) as pool:
        each = [boxes.get(file, none) for file in table["file"]], [rules_of(split, lenient) for split in table["split"]]
        cuts = pool.map(cut, table["file"], *each, chunksize=32)
        made = list(tqdm(cuts, total=len(table), desc="cutting out"))
    facts = pd.concat([table, pd.DataFrame([fact for _, fact in made])], axis=1)
    _write(table.assign(image=[data for data, _ in made]), out)
    with written(out.with_suffix(".csv")) as unfinished:
        facts.to_csv(unfinished, index=False)
    return facts


def _one_thread() -> None:
    """Processes share the cores already; threads of theirs would wait for each other, five times as long."""
    import numba

    numba.set_num_threads(1)


def pack_renders(folder: Path, out: Path, size: int) -> pd.DataFrame:
    """Cuts out every render by its exact mask; the table is that of `pack_photos`."""
    renders = read_renders(folder)
    pictures = [_cut_render(renders, row, size) for row in tqdm(range(len(renders)), desc="cutting out")]
    return _write(render_table(renders).assign(image=pictures), out)


def _cut_render(renders: Renders, row: int, size: int) -> bytes:
    matte = (renders.mask(row) > 0).astype(np.float32)
    picture = centred(with_matte(np.asarray(renders.image(row)), matte), size)
    return _webp(picture) if picture else b""


def _webp(picture: Image.Image) -> bytes:
    data = BytesIO()
    picture.save(data, "WEBP", quality=92, alpha_quality=100, method=4, exact=False)
    return data.getvalue()


def _write(table: pd.DataFrame, out: Path) -> pd.DataFrame:
    """Writes the rows that have a picture, and returns them."""
    kept = table.loc[[bool(data) for data in table["image"]]].reset_index(drop=True)
    with written(out) as unfinished:
        kept.to_parquet(unfinished, index=False)
    return kept
