"""Surroundings that light a drink, blur behind it and bend in its glass: bars, rooms, gardens and studios.

Each is painted anew, as an equirectangular panorama of linear radiance; how many lamps, bottles and people there are,
where, and of which colour is drawn from the generator. What the camera sees of it is painted at its final
brightness; lamps beside, above and behind the camera are as strong as it takes to light the table.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.renders import background_bars as bars
from training.renders import background_outdoors as outdoors
from training.renders import background_rooms as rooms
from training.renders import background_studios as studios
from training.renders.panorama import Panorama

# Each paints what surrounds the drink and says how brightly it lights a table, as `Panorama.finished` takes it. Which
# picture gets which background hangs on their order.
PAINTERS: dict[str, Callable[[Panorama], float]] = {
    "bar_night": bars.bar_night,
    "bar_warm": bars.bar_warm,
    "bar_shelves": bars.bar_shelves,
    "cafe_day": rooms.cafe_day,
    "window": rooms.at_window,
    "garden": outdoors.garden,
    "beach": outdoors.beach,
    "kitchen": rooms.kitchen,
    "living_room": rooms.living_room,
    "colour_wall": studios.colour_wall,
    "studio_light": studios.studio_light,
    "studio_dark": studios.studio_dark,
    "terrace_dusk": outdoors.terrace_dusk,
}
BACKGROUNDS: tuple[str, ...] = tuple(PAINTERS)


def background(name: str, rng: np.random.Generator) -> NDArray[np.float32]:
    """The surroundings `name` of BACKGROUNDS as linear radiance (256, 512, 3).

    Equirectangular, rows bottom up (row 0 looks straight down), the middle column straight ahead behind the drink,
    columns running to the right as the camera sees it. Where the camera looks it is blurred as by a lens.
    """
    p = Panorama(rng)
    return p.finished(PAINTERS[name](p))
