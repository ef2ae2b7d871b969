"""Every piece of garnish and every glass alone, from every side: what edits put on (see `cocktailman/sheets.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from cocktailman.files import written
from cocktailman.sheets import SHEETS
from training.renders.camera import Camera, framing
from training.renders.factors import FREE, Factors
from training.renders.garnish import dress
from training.renders.parts import Part
from training.renders.picture import lamp, seat_of, separate_streams, vessel_of
from training.renders.studio import stage_plain
from training.renders.vessels import Vessel

# Seen from a usual height, on a usual glass, in a usual light from the camera's left.
PLAIN = Factors(
    cocktail=FREE, index=0, seed=24, recipe=(), glass="rocks", fill=0.8, ice="none", garnish=(), garnish_azimuth=0.0,
    camera_azimuth=0.0, camera_elevation=18.0, camera_distance=1.0, camera_roll=0.0,
    light_azimuth=-40.0, light_elevation=45.0, light_warmth=5500.0, light_strength=1.0, table="", background="",
)  # fmt: skip
TO_THE_CAMERA = -90.0  # degrees around the vessel, of which 0 is to the right
SAMPLES = 8  # paths a pixel, before the denoiser


def render_sheets(folder: Path, threads: int) -> None:
    """Renders the sheets, as PNG with alpha: a word in each row, each view in a column."""
    from training.renders.scene import Studio

    folder.mkdir(parents=True, exist_ok=True)
    for name, sheet in SHEETS.items():
        studio, size = Studio(sheet.tile, SAMPLES, threads), sheet.tile
        page = Image.new("RGBA", (size * len(sheet.views), size * len(sheet.words)))
        for row, word in enumerate(tqdm(sheet.words, desc=name, unit="row", mininterval=5)):
            for column, view in enumerate(sheet.views):
                parts, camera = seen_alone(name, word, view)
                middle = np.concatenate([part.shape.vertices for part in parts]).mean(0)
                away = float(np.linalg.norm(camera.position - middle))
                picture = stage_plain(studio, parts, lamp(PLAIN), camera, away, PLAIN.seed)
                page.paste(picture, (size * column, size * row))
        with written(folder / f"{name}.png") as unfinished:
            page.save(unfinished, "PNG")


def seen_alone(factor: str, word: str, view: float) -> tuple[list[Part], Camera]:
    """A piece of garnish or a glass, and the camera that it fills the frame of, from one of its sides."""
    parts, height = SEEN[factor](word, view)
    corners = np.concatenate([part.shape.vertices for part in parts])
    return parts, framing(corners, 0.0, height, 0.0, 1.0)


def empty_glass(glass: str) -> Vessel:
    """A glass of the usual size."""
    return vessel_of(replace(PLAIN, glass=glass), separate_streams(PLAIN.seed))


def _garnish(piece: str, direction: float) -> tuple[list[Part], float]:
    """A piece that sits in a direction as the camera sees it, the same from all sides; and how high the camera is."""
    streams = separate_streams(PLAIN.seed)
    seat = seat_of(PLAIN, vessel_of(PLAIN, streams), poured=True)
    return dress([piece], seat, direction + TO_THE_CAMERA, streams("garnish")), PLAIN.camera_elevation


def _glass(glass: str, elevation: float) -> tuple[list[Part], float]:
    """An empty glass, and how high the camera is."""
    return [empty_glass(glass).part()], elevation


SEEN: dict[str, Callable[[str, float], tuple[list[Part], float]]] = {"garnish": _garnish, "glass": _glass}
