"""Scenes, each as it is and with one factor changed, packed: the truth that edits learn from and are judged by."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from cocktailman.cutouts import MARGIN, bounds
from cocktailman.errors import InputError
from cocktailman.factors import Values, values_of
from cocktailman.files import written
from training.renders.factors import Factors
from training.renders.picture import garnish_azimuths

BAR, STUDIO = Path("build/pairs-160.parquet"), Path("build/pairs-studio.parquet")
SCENES = {"bar": BAR, "studio": STUDIO}  # where scenes were rendered: cut out by masks, or alone with their coverage
JUDGED = 150  # of the first scenes, every second is held back to judge by; what comes after is trained on


def split_of(scene: int) -> str:
    """Fixed for each scene, however many there are."""
    if scene < JUDGED and scene % 2:
        return "test"
    return "validation" if scene % 20 == 0 else "train"


def pack_scenes(folder: Path, out: Path = BAR) -> pd.DataFrame:
    """Writes the scenes of a folder that `python -m training pairs` rendered to one parquet table; returns it.

    Raises `InputError` where there is none.
    """
    rows = []
    for path in sorted(folder.glob("*.json")):
        found = json.loads(path.read_text("utf-8"))
        azimuth = _azimuth_of_what_changes(found["versions"])
        for changed, facts in found["versions"].items():
            image = (folder / f"{path.stem}-{changed}.webp").read_bytes()
            facts["garnish_azimuth"] = azimuth
            rows.append({"scene": found["scene"], "changed": changed, "facts": json.dumps(facts), "image": image})
    if not rows:
        raise InputError(f"{folder} holds no scene: render some with python -m training pairs")
    table = pd.DataFrame(rows)
    table["split"] = table["scene"].map(split_of)
    with written(out) as unfinished:
        table.to_parquet(unfinished, index=False)
    return table


def _azimuth_of_what_changes(versions: dict[str, dict]) -> float:
    """Where around the vessel the piece of garnish sits that some versions of a scene have and others have not: the
    last of the longest list."""
    longest = max(versions.values(), key=lambda facts: len(facts["garnish"]))
    alone = len(longest["garnish"]) < 2  # to say where others sit, all of them have to be made
    return longest["garnish_azimuth"] if alone else garnish_azimuths(Factors(**longest))[-1]


@dataclass(frozen=True)
class Version:
    """One picture of a scene: RGBA, in the scene's own frame, and its factors."""

    scene: int
    changed: str  # which factor is not as in the scene; AS_IT_IS where none is (see `training.renders.pairs`)
    facts: dict  # `training.renders.factors.Factors`; `garnish_azimuth` is that of the piece that changes
    image: Image.Image

    @cached_property
    def values(self) -> Values:
        return values_of(self.facts)

    @property
    def coverage(self) -> np.ndarray:
        return np.asarray(self.image.getchannel("A"), np.float32) / 255  # (h, w)


def read_scenes(packed: Path, split: str) -> list[list[Version]]:
    """The scenes of a split, each as it is and then its changed versions; raises `InputError` where there are none."""
    try:
        table = pd.read_parquet(packed)
    except (OSError, ValueError) as error:  # pyarrow's own errors are both
        raise InputError(f"{packed} cannot be read: make it with python -m training pairs, then pairs-pack") from error
    chosen = table[table["split"] == split]
    if chosen.empty:
        raise InputError(f"{packed} has no scene to {split}: render more with python -m training pairs")
    scenes: dict[int, list[Version]] = {}
    columns = (chosen[name].tolist() for name in ("scene", "changed", "facts", "image"))
    for scene, changed, facts, data in zip(*columns, strict=True):
        image = Image.open(BytesIO(data)).convert("RGBA")
        scenes.setdefault(scene, []).append(Version(scene, changed, json.loads(facts), image))
    return list(scenes.values())


def framed_alike(versions: list[Version], size: int) -> list[Image.Image]:
    """The pictures of a scene, `size` px, cut to one frame that all of them fill, but for the usual margin."""
    box = bounds(np.maximum.reduce([version.coverage for version in versions]))
    assert box is not None, "a scene without a drink"
    left, top, right, bottom = box
    half = max(right - left, bottom - top) / 2 / (1 - 2 * MARGIN)
    x, y = (left + right) / 2, (top + bottom) / 2
    frame = (round(x - half), round(y - half), round(x + half), round(y + half))  # may reach beyond the picture
    return [version.image.crop(frame).resize((size, size), Image.Resampling.LANCZOS) for version in versions]
