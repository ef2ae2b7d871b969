"""How far each glass is to be filled until its drink is seen at a pixel: where liquids go that edits pour.

What a glass holds grows as it is filled, so one number a pixel tells its outline at every fill.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from tqdm import tqdm

from cocktailman.sheets import LEVELS, NEVER, SHEETS
from training.renders.alone import empty_glass, seen_alone
from training.renders.camera import Camera
from training.renders.drink import CLIMB, filled
from training.renders.masks import silhouette
from training.renders.mesh import revolve
from training.renders.vessels import Vessel, mouth

STEPS = 64  # fills that are looked at, from empty to the rim


def draw_levels() -> npt.NDArray[np.uint8]:
    """All glasses from all heights: the lowest fill at which a pixel shows the drink, and that at which it shows it
    through the wall rather than its surface, 0 to LEVELS, or NEVER: (glasses * tile, heights * tile, 2)."""
    sheet = SHEETS["glass"]
    rows = []
    for glass in tqdm(sheet.words, desc="fill", unit="row", mininterval=5):
        made, seen = empty_glass(glass), [seen_alone("glass", glass, height) for height in sheet.views]
        rows.append(np.hstack([levels_of(made, camera, sheet.tile) for _, camera in seen]))
    return np.vstack(rows)


def levels_of(glass: Vessel, camera: Camera, size: int) -> npt.NDArray[np.uint8]:
    """Of one glass, (size, size, 2): see `draw_levels`."""
    found = np.full((size, size, 2), NEVER, np.uint8)
    allowed = silhouette([mouth(glass)], camera, size) if glass.opaque else np.ones((size, size), bool)
    walled = allowed  # seen through the wall at each fill so far
    for fill in np.linspace(1, 1 / STEPS, STEPS):
        height = glass.surface(fill)
        drink = silhouette([filled(glass, glass.floor, height, dome=False)], camera, size) & allowed
        edge = height + CLIMB
        walled = walled & drink & ~silhouette([revolve([(glass.inner_radius(edge), edge), (0, edge)])], camera, size)
        found[drink, 0] = found[walled, 1] = round(fill * LEVELS)
    return found
