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
from tqdm import tqdm

from cocktailman.cutouts import MARGIN, bounds
from cocktailman.errors import InputError
from cocktailman.factors import Values, values_of
from cocktailman.files import written
from cocktailman.images import png_bytes
from cocktailman.sheets import SHEETS
from training.renders.factors import Factors
from training.renders.pairs import masks_alone

BAR, STUDIO = Path("build/pairs-160.parquet"), Path("build/pairs-studio.parquet")
SCENES = {"bar": BAR, "studio": STUDIO}  # where scenes were rendered: cut out by masks, or alone with their coverage
JUDGED = 150  # of the first scenes, every second is held back to judge by; what comes after is trained on


def split_of(scene: int) -> str:
    """Fixed for each scene, however many there are."""
    if scene < JUDGED and scene % 2:
        return "test"
    return "validation" if scene % 20 == 0 else "train"


def pack_scenes(folder: Path, out: Path = BAR, plain: bool = False) -> pd.DataFrame:
    """Writes the scenes of a folder that `python -m training pairs` rendered, in the bar or in the plain studio, to one
    parquet table; returns it.

    Raises `InputError` where there is none.
    """
    rows = []
    for path in tqdm(sorted(folder.glob("*.json")), desc="packing", unit="scene", mininterval=5):
        found = json.loads(path.read_text("utf-8"))
        pictures = {name: (folder / f"{path.stem}-{name}.webp").read_bytes() for name in found["versions"]}
        versions = {name: Factors(**facts) for name, facts in found["versions"].items()}
        with Image.open(BytesIO(next(iter(pictures.values())))) as picture:
            masks, azimuth = masks_alone(versions, picture.width, plain)
        for changed, facts in found["versions"].items():
            row = {"scene": found["scene"], "changed": changed, "image": pictures[changed]}
            row |= {f"{name}_mask": _png(masks[changed].get(name)) for name in SHEETS}
            rows.append(row | {"facts": json.dumps(facts | {"garnish_azimuth": azimuth})})
    if not rows:
        raise InputError(f"{folder} holds no scene: render some with python -m training pairs")
    table = pd.DataFrame(rows)
    table["split"] = table["scene"].map(split_of)
    with written(out) as unfinished:
        table.to_parquet(unfinished, index=False)
    return table


def _png(mask: np.ndarray | None) -> bytes:
    return b"" if mask is None else png_bytes(Image.fromarray(mask))


@dataclass(frozen=True)
class Version:
    """One picture of a scene: RGBA, in the scene's own frame, and its factors."""

    scene: int
    changed: str  # which factor is not as in the scene; AS_IT_IS where none is (see `training.renders.pairs`)
    facts: dict  # `training.renders.factors.Factors`; `garnish_azimuth` is that of the piece that changes
    image: Image.Image
    masks: dict[str, bytes]  # by factor of `cocktailman.sheets`, as PNG: where the glass is, and the last garnish

    @cached_property
    def values(self) -> Values:
        return values_of(self.facts)

    def mask(self, factor: str) -> Image.Image | None:
        """Where the glass is, or the last piece of garnish, mode L; None where there is none."""
        data = self.masks[factor]
        return Image.open(BytesIO(data)).convert("L") if data else None

    @property
    def coverage(self) -> np.ndarray:
        return np.asarray(self.image.getchannel("A"), np.float32) / 255  # (h, w)


def read_scenes(packed: Path, split: str) -> list[list[Version]]:
    """The scenes of a split, each as it is and then its changed versions; raises `InputError` where there are none."""
    try:
        table = pd.read_parquet(packed)
    except (OSError, ValueError) as error:  # pyarrow's own errors are both
        raise InputError(f"{packed} cannot be read: make it with python -m training pairs, then pairs-pack") from error
    if not {f"{name}_mask" for name in SHEETS} <= set(table):
        raise InputError(f"{packed} has no masks: pack it anew with python -m training pairs-pack")
    chosen = table[table["split"] == split]
    if chosen.empty:
        raise InputError(f"{packed} has no scene to {split}: render more with python -m training pairs")
    scenes: dict[int, list[Version]] = {}
    told = (chosen[name].tolist() for name in ("scene", "changed", "facts", "image"))
    masks = zip(*(chosen[f"{name}_mask"].tolist() for name in SHEETS), strict=True)
    for scene, changed, facts, data, alone in zip(*told, masks, strict=True):
        image, found = Image.open(BytesIO(data)).convert("RGBA"), dict(zip(SHEETS, alone, strict=True))
        scenes.setdefault(scene, []).append(Version(scene, changed, json.loads(facts), image, found))
    return list(scenes.values())


def framed_alike(versions: list[Version], size: int) -> list[Image.Image]:
    """The pictures of a scene, `size` px, cut to one frame that all of them fill, but for the usual margin."""
    frame = frame_of(versions)
    return [in_frame(version.image, frame, size) for version in versions]


def in_frame(image: Image.Image, frame: tuple[int, int, int, int], size: int) -> Image.Image:
    """A picture cut to a frame, `size` px."""
    return image.crop(frame).resize((size, size), Image.Resampling.LANCZOS)


def frame_of(versions: list[Version]) -> tuple[int, int, int, int]:
    """The frame that versions of a scene fill together, but for the usual margin: left, top, right, bottom."""
    box = bounds(np.maximum.reduce([version.coverage for version in versions]))
    assert box is not None, "a scene without a drink"
    left, top, right, bottom = box
    half = max(right - left, bottom - top) / 2 / (1 - 2 * MARGIN)
    x, y = (left + right) / 2, (top + bottom) / 2
    return round(x - half), round(y - half), round(x + half), round(y + half)  # may reach beyond the picture
