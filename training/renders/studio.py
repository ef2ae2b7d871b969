"""The drink of a picture of the bar, photographed once more in a plain studio: colour and coverage, no background.

Triangulation matting (Smith & Blinn, *Blue Screen Matting*, SIGGRAPH 1996, section 3): each drink is rendered before a
grey backdrop and before a black one, and what differs is what shows through it. Glass is as clear as it is; what is
seen through it later is the ground that a drink is laid on.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cocktailman.colour import srgb
from training.renders.backgrounds import background
from training.renders.camera import Camera
from training.renders.factors import Factors
from training.renders.parts import Part, Role
from training.renders.picture import (
    Picture,
    Streams,
    drink_parts,
    lamp,
    one_stream,
    sharp_at,
    vessel_of,
    view,
    with_masks,
)

if TYPE_CHECKING:
    from training.renders.scene import Lamp, Studio

GREY = 205  # of 255: `cocktailman.cutouts.GREY`, whose libraries are not where Blender is
DISTANCE = 1.04  # of the camera: a drink fills its frame as `cocktailman.cutouts.centred` has it
ROLES: Set[Role] = frozenset({"vessel", "garnish", "straw"})  # what the frame holds whole
LOOK, SEED = "studio_light", 7  # the panorama that lights every drink: what it mirrors tells drinks apart no more


def take_plain(
    factors: Factors, studio: Studio, size: int, streams: Streams | None = None, camera: Camera | None = None
) -> Picture:
    """Renders the drink of `training.renders.picture.take`, seen alike and lit by the same lamp; `size` px, RGBA."""
    streams = streams or one_stream(factors.seed)
    glass = vessel_of(factors, streams)
    parts = drink_parts(factors, glass, streams)
    camera = camera or view_plain(factors, parts)
    image = stage_plain(studio, parts, lamp(factors), camera, sharp_at(camera, glass), factors.seed)
    return with_masks(image, parts, glass, camera, size)


def stage_plain(studio: Studio, parts: list[Part], light: Lamp, camera: Camera, focus: float, seed: int) -> Image.Image:
    """What stands in the studio alone, mode RGBA; the camera is sharp at `focus` cm."""
    from training.renders.scene import EXPOSURE, Surroundings

    grey, black = (srgb(f"#{level:02x}{level:02x}{level:02x}")[0] / 2**EXPOSURE for level in (GREY, 0))
    studio.build(parts, Surroundings(_panorama(), backdrop=grey), light, camera, focus, seed)
    over_grey, over_black = (np.asarray(studio.shoot(radiance)) / 255 for radiance in (grey, black))
    return matted(over_grey, over_black, GREY / 255)


def view_plain(factors: Factors, parts: list[Part]) -> Camera:
    """The camera of a picture, with all of these parts in the frame, which they fill."""
    return view(replace(factors, camera_distance=DISTANCE), parts, ROLES)


def matted(over_grey: NDArray[np.float64], over_black: NDArray[np.float64], grey: float) -> Image.Image:
    """Colour and coverage, mode RGBA, of a drink (h, w, 3), in [0, 1], seen before a grey ground and a black one.

    What is tinted lets one colour through and holds back another; coverage is one number: of the colour that is held
    back most. Over the grey it looks as it was rendered.
    """
    through = ((over_grey - over_black) / grey).clip(0, 1)  # (h, w, 3)
    coverage = 1 - through.min(2, keepdims=True)  # (h, w, 1)
    colour = (over_grey - (1 - coverage) * grey) / coverage.clip(1 / 255)
    return Image.fromarray(np.round(np.dstack([colour.clip(0, 1), coverage]) * 255).astype(np.uint8))


@cache
def _panorama() -> NDArray[np.float32]:
    return background(LOOK, np.random.default_rng(SEED))
