"""Cut-outs, packed: photos and their mattes, or renders and their masks, become one file of drinks without backgrounds.

A photo is dropped, and the reason is counted, where its matte is empty, unsure, in several pieces, cut off by the frame
or shaped like no drink: see `REASONS`.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import partial
from io import BytesIO
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from tqdm import tqdm

from cocktailman.cutouts import MatteFacts, centred, facts_of, foreground, main_component, with_matte
from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.images import read_image
from cocktailman.renders import Renders, read_renders
from training.datasets.photos import SPLIT, read_table
from training.datasets.pictures import render_table

REASONS = {  # the first that holds is the one that is counted
    "no matte": "there is no matte of the photo",
    "empty": "the matte covers less than 4 % of the photo",
    "whole": "the matte covers more than 85 % of it",
    "unsure": "pixels between 0.15 and 0.85 are over 0.6 of those above 0.5",
    "pieces": "the largest component has less than 0.6 of the coverage",
    "cut off": "the component touches three or four sides of the frame",
    "too flat": "it is more than 1.7 times as wide as high: a tray, a poster, several drinks",
}


def reason_to_drop(facts: MatteFacts) -> str:
    """Which of `REASONS` speaks against a matte, empty where none does."""
    tests = {
        "empty": facts.area < 0.04,
        "whole": facts.area > 0.85,
        "unsure": facts.unsure > 0.6,
        "pieces": facts.main < 0.6,
        "cut off": facts.sides > 2,
        "too flat": facts.aspect > 1.7,
    }
    return next((reason for reason, holds in tests.items() if holds), "")


def cut_photo(file: str, photos: Path, mattes: Path, size: int) -> tuple[bytes, dict]:
    """The cut-out of a photo as WebP with alpha (empty where it is dropped), and its facts with the reason."""
    path = (mattes / file).with_suffix(".png")
    if not path.exists():
        return b"", {"reason": "no matte"}
    image = read_image(photos / file, file)
    levels = Image.open(path).convert("L").resize(image.size, Image.Resampling.BICUBIC)
    matte = (np.asarray(levels) / 255).astype(np.float32)
    facts = facts_of(matte)
    reason = reason_to_drop(facts)
    if reason:
        return b"", asdict(facts) | {"reason": reason}
    kept, _ = main_component(matte)
    picture = centred(with_matte(foreground(np.asarray(image), kept), kept), size)
    return (_webp(picture), asdict(facts) | {"reason": ""}) if picture else (b"", asdict(facts) | {"reason": "empty"})


def pack_photos(photos: Path, mattes: Path, out: Path, size: int, workers: int = 2) -> pd.DataFrame:
    """Cuts out every photo of the split and writes those that stay to a parquet table; returns the facts of all."""
    table = read_table(photos / "photos.csv", keep_default_na=False)
    table = table.merge(read_table(SPLIT), on="file")[["file", "source", "drink", "ingredients", "split"]]
    if not mattes.is_dir():
        raise InputError(f"{mattes} is no folder: make the mattes with `python -m training mattes`")
    cut = partial(cut_photo, photos=photos, mattes=mattes, size=size)
    # Spawned, not forked: a fork of a process with threads, as numba's and PyTorch's, now and then dies at once.
    with ProcessPoolExecutor(workers, get_context("spawn"), _one_thread) as pool:
        made = list(tqdm(pool.map(cut, table["file"], chunksize=32), total=len(table), desc="cutting out"))
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
