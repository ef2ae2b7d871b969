"""Surroundings that light a drink, blur behind it and bend in its glass: bars, rooms, gardens and studios.

Each is painted anew, as an equirectangular panorama of linear radiance; how many lamps, bottles and people there are,
where, and of which colour is drawn from the generator. What the camera sees of it is painted at its final
brightness; lamps beside, above and behind the camera are as strong as it takes to light the table.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from training.renders.furnishings import (
    COOL_LIGHT,
    FLOOR,
    WARM_LIGHT,
    chair,
    curtains,
    far_lights,
    far_table,
    floor_lamp,
    foliage,
    glints,
    lined_up,
    pendants,
    people,
    person,
    photographer,
    picture,
    pot_plant,
    room,
    shelf,
    string_lights,
    window,
)
from training.renders.noise import Field, linear, noise, some, step
from training.renders.panorama import HEIGHT, WIDTH, Panorama, Place

WOOD = ("#3a2417", "#5a3820", "#6e4a2b", "#8a6540", "#2a1b13")
LIGHT_WALLS = ("#e6e1d6", "#d8d4cc", "#cfd4d2", "#e3d8c4", "#c9cfc4", "#dcd0cc")
BOLD_WALLS = ("#b3262e", "#e3a81c", "#1f5f5b", "#7a2748", "#2c4a7c", "#e58a9b", "#1f4a36", "#d9683a", "#6fa8a0")
CITY_LIGHTS = ("#ffb45e", "#ff8f3a", "#ffd9a0", "#ffe9cf", "#ff5a3c", "#fff4e4")
PALM_GREENS = ("#2f4a20", "#496a2a", "#5d7a34")
CLUB_LIGHTS = ("#ff3d6e", "#4a7dff", "#b04aff", "#38d6c8", "#ff9a3d", "#ffd9a0")


def background(name: str, rng: np.random.Generator) -> NDArray[np.float32]:
    """The surroundings `name` of BACKGROUNDS as linear radiance (256, 512, 3).

    Equirectangular, rows bottom up (row 0 looks straight down), the middle column straight ahead behind the drink,
    columns running to the right as the camera sees it. Where the camera looks it is blurred as by a lens.
    """
    p = Panorama(rng)
    return p.finished(_PAINTERS[name](p))


def _bar_night(p: Panorama) -> float:
    """A dark room with lights far behind and a lamp over the bar."""
    rng = p.rng
    wall = some(rng, ("#1a1210", "#120f16", "#0f1418", "#221510", "#0c0b0b"), 0.3)
    room(p, wall, wall * 0.5, wall * 0.5, rng.uniform(4, 8), rng.uniform(3, 6))
    club = rng.random() < 0.35
    colours = CLUB_LIGHTS if club else CITY_LIGHTS
    for _ in range(rng.integers(1, 5)):
        p.glow(
            rng.uniform(-60, 60),
            rng.uniform(-5, 25),
            rng.uniform(15, 45),
            some(rng, colours, 0.3) * rng.uniform(0.05, 0.4),
        )
    for _ in range(rng.integers(0, 4)):
        far_table(
            p, Place(rng.uniform(-40, 40), rng.uniform(2.5, 5)), 0, some(rng, WOOD, 0.2) * 0.4, rng.random() < 0.7
        )
    people(p, int(rng.integers(0, 4)), (2, 5), 0.12)
    p.cloudy(0.25)
    far_lights(p, int(rng.integers(15, 70)), (-8, 32), colours, rng.uniform(0.5, 1.6))
    if rng.random() < 0.5:
        pendants(p, Place(0, rng.uniform(2.5, 4)), _row(rng, 3.0), rng.uniform(0.3, 0.9), wall, WARM_LIGHT * 4)
    if rng.random() < 0.3:
        _neon(p, some(rng, CLUB_LIGHTS, 0.1) * 3)
    _lamps_over_bar(p, WARM_LIGHT if not club else (WARM_LIGHT + some(rng, CLUB_LIGHTS)) / 2)
    photographer(p, 0.1)
    return rng.uniform(0.3, 0.55)


def _bar_warm(p: Panorama) -> float:
    """A pub by day or evening: panelling, a mirror or pictures, lamps, people, a window at one side."""
    rng = p.rng
    wood, wall = some(rng, WOOD), some(rng, ("#7a4a2c", "#8f7350", "#5d2f22", "#3f4a3c", "#a58a62"), 0.2) * 0.6
    depth = rng.uniform(2.5, 5)
    room(p, wall, wood * 0.5, wall * 0.6, depth, rng.uniform(2.5, 4))
    back = Place(rng.normal(0, 6), depth - 0.1)
    p.box(
        back,
        (-5, 5),
        (FLOOR, rng.uniform(-0.3, 0.2)),
        lambda across, up: wood * (0.8 + 0.25 * np.sin(across * 40))[..., None],
    )
    for x in rng.uniform(-2, 2, rng.integers(1, 5)):
        picture(p, back, (x, x + rng.uniform(0.25, 0.7)), (rng.uniform(0, 0.2), rng.uniform(0.4, 0.8)), 0.45)
    for x in rng.uniform(-2.5, 2.5, rng.integers(1, 4)):
        p.glow(np.degrees(x / depth), 12, 30, WARM_LIGHT * 0.25)
        p.lights([np.degrees(x / depth)], [rng.uniform(8, 18)], [WARM_LIGHT * 3], 1.4)
    for _ in range(rng.integers(1, 5)):
        place = Place(rng.uniform(-40, 40), rng.uniform(1.6, depth))
        far_table(p, place, 0, wood * 0.9, rng.random() < 0.3)
        chair(p, place, rng.uniform(0.4, 0.9), wood * 0.6)
    people(p, int(rng.integers(0, 5)), (1.6, depth), 0.4)
    if rng.random() < 0.6:
        pendants(
            p, Place(0, rng.uniform(1.5, depth)), _row(rng, 2.5), rng.uniform(0.25, 0.7), wood * 0.5, WARM_LIGHT * 5
        )
    p.cloudy(0.12)
    if rng.random() < 0.5:
        side = rng.choice([-1, 1]) * 90
        window(p, Place(side, 2), (-1.2, 1.0), (-0.2, 1.2), (2, 2), COOL_LIGHT * 5, wood * 0.6)
    _lamps_over_bar(p, WARM_LIGHT)
    photographer(p, 0.2)
    return rng.uniform(0.45, 0.75)


def _bar_shelves(p: Panorama) -> float:
    """Shelves of bottles behind the bar, lit from behind or above."""
    rng = p.rng
    wood = some(rng, ("#2a1b13", "#3a2417", "#181614", "#4d4a46", "#7a6248"), 0.2)
    distance, far = rng.uniform(1.3, 2.6), rng.uniform(0, 1)
    room(p, wood * 0.5, wood * 0.3, wood * 0.4, distance + 0.3, rng.uniform(2, 3.5))
    tint = some(rng, ("#ffc680", "#ffd9a8", "#fff1dc", "#ffe0b0", "#dfe9ff", "#ff8ab0", "#7ab0ff"), 0.1)
    light, frontlight = tint * np.exp(rng.normal(-0.6, 0.6)), rng.uniform(0.15, 0.7)
    place = Place(rng.normal(0, 5), distance)
    half = rng.uniform(1.4, 2.4) if far < 0.7 else rng.uniform(0.6, 1)
    low = rng.uniform(-0.65, -0.15)
    p.box(place, (-half - 0.15, half + 0.15), (FLOOR, 1.6), wood * 0.8)
    for i in range(rng.integers(3, 6)):
        shelf(p, place, (-half, half), low + i * 0.42, light, frontlight, wood)
    for x in _row(rng, 2 * half, rng.uniform(0.8, 1.6)):
        p.box(place, (x - 0.03, x + 0.03), (low, 1.6), wood)
    if rng.random() < 0.35:
        person(p, Place(rng.uniform(-25, 25), distance * 0.7), 0, frontlight)
    if rng.random() < 0.5:
        pendants(p, Place(0, distance * 0.6), _row(rng, 2), rng.uniform(0.25, 0.5), wood, WARM_LIGHT * 6)
    far_lights(p, int(rng.integers(0, 12)), (0, 25), CITY_LIGHTS, 1.5)
    p.cloudy(0.1)
    _lamps_over_bar(p, WARM_LIGHT if rng.random() < 0.7 else COOL_LIGHT)
    photographer(p, 0.2)
    return rng.uniform(0.4, 0.75)


def _cafe_day(p: Panorama) -> float:
    """A bright room with tables, chairs, people and big windows at one side."""
    rng = p.rng
    wall, wood = some(rng, LIGHT_WALLS, 0.1) * rng.uniform(0.55, 1), some(rng, WOOD, 0.3) * 1.3
    depth, half = rng.uniform(4, 7), rng.uniform(2.5, 4.5)
    room(p, wall, some(rng, ("#8a7358", "#a39a8c", "#6b5a48"), 0.2), wall * 0.9, depth, half)
    side, frame = rng.choice([-1, 1]), some(rng, ("#1e1e1e", "#efece4", "#4a3524"))
    for x in (-2.2, 0.2, 2.6):
        window(
            p, Place(side * 90, half), (x - 0.9, x + 0.9), (-0.3, 1.5), (1, 2), COOL_LIGHT * rng.uniform(4, 9), frame
        )
    if rng.random() < 0.5:
        window(p, Place(0, depth), (*_shifted(rng, 1.4),), (-0.4, 1.3), (2, 1), COOL_LIGHT * rng.uniform(2, 4), frame)
    if rng.random() < 0.5:
        x = rng.uniform(-2, 1)
        p.box(
            Place(0, depth - 0.2),
            (x, x + 1.6),
            (-0.9, 0.8),
            some(rng, ("#26302c", "#3a3a3a", "#7b5a3c", "#486060"), 0.3),
        )
    for _ in range(rng.integers(1, 4)):
        x = rng.uniform(-2, 2)
        picture(p, Place(0, depth - 0.1), (x, x + rng.uniform(0.3, 0.7)), (0.1, rng.uniform(0.4, 0.9)), 0.8)
    for distance in sorted(rng.uniform(1.8, depth, rng.integers(2, 6)), reverse=True):
        place = Place(rng.uniform(-40, 40), distance)
        far_table(p, place, 0, wood, False)
        chair(p, place, rng.uniform(-0.9, -0.4), wood * 0.6)
        chair(p, place, rng.uniform(0.4, 0.9), wood * 0.5)
    people(p, int(rng.integers(0, 5)), (2, depth), 0.7)
    if rng.random() < 0.6:
        pot_plant(p, Place(rng.uniform(-30, 30), rng.uniform(1.5, 3)), 0, -0.5, 0.7)
    pendants(p, Place(0, rng.uniform(2.5, depth)), _row(rng, 4), rng.uniform(0.5, 0.9), frame * 0.8, WARM_LIGHT * 3)
    p.cloudy(0.08)
    p.panel((-60, 60), (60, 80), wall * 2)
    _sunbeam(p, side, 0.4)
    photographer(p, 0.3)
    return rng.uniform(0.7, 1.0)


def _window(p: Panorama) -> float:
    """A window right behind the drink, so it is lit from behind."""
    rng = p.rng
    wall, frame = (
        some(rng, LIGHT_WALLS, 0.15) * rng.uniform(0.25, 0.5),
        some(rng, ("#e9e6df", "#d8d2c4", "#3a2a1e", "#222222")),
    )
    distance = rng.uniform(1.2, 3)
    room(p, wall, wall * 0.6, wall * 0.9, distance, rng.uniform(1.6, 3))
    place, half = Place(rng.normal(0, 10), distance - 0.05), rng.uniform(0.5, 1.3)
    sill, top = rng.uniform(-0.35, -0.1), rng.uniform(0.7, 1.5)
    sky = some(rng, ("#ffffff", "#dfeaff", "#fff1dc"), 0.05) * rng.uniform(1.3, 4)
    window(p, place, (-half, half), (sill, top), (int(rng.integers(0, 4)), int(rng.integers(0, 3))), sky, frame * 0.6)
    if rng.random() < 0.6:
        curtains(p, place, (-half, half), (FLOOR, top + 0.2), some(rng, LIGHT_WALLS, 0.2) * 0.8)
    for _ in range(rng.integers(0, 4)):
        pot_plant(p, Place(place.turn, distance - 0.15), rng.uniform(-half, half), sill, 0.35)
    if rng.random() < 0.4:
        far_table(p, Place(rng.uniform(-30, 30), distance * 0.8), 0, some(rng, WOOD) * 0.6, False)
        chair(p, Place(rng.uniform(-30, 30), distance * 0.7), 0, some(rng, WOOD) * 0.4)
    p.cloudy(0.08)
    p.panel((100, 170), (0, 45), COOL_LIGHT * 2)
    _sunbeam(p, rng.uniform(-0.5, 0.5), 0.3)
    p.panel((-40, 40), (62, 80), wall * 6)
    photographer(p, 0.25)
    return rng.uniform(0.55, 0.85)


def _garden(p: Panorama) -> float:
    """Bushes, trees and grass out of focus, in the sun or under cloud."""
    rng = p.rng
    sunny = rng.random() < 0.6
    _sky(p, ("#7fa6d9", "#9db9dc") if sunny else ("#c9d2da", "#dfe3e6"), 0.8 if sunny else 1.1)
    grass = some(rng, ("#5b7a34", "#6f8540", "#47622c", "#8a8f55"), 0.2) * rng.uniform(0.5, 0.9)
    p.below(0, grass)
    shade = rng.uniform(0.35, 0.9)
    for turn in np.arange(-180, 180, rng.uniform(18, 30)) + rng.uniform(0, 20):
        tall = rng.uniform(2, 9)
        foliage(
            p, Place(turn + rng.normal(0, 6), 10), 0, rng.uniform(-0.5, tall * 0.5), (rng.uniform(3, 6), tall), shade
        )
    if rng.random() < 0.4:
        _fence_or_house(p)
    for distance in sorted(rng.uniform(2, 6, rng.integers(2, 7)), reverse=True):
        place = Place(rng.uniform(-45, 45), distance)
        foliage(p, place, 0, rng.uniform(-0.8, 0), (rng.uniform(0.5, 1.6), rng.uniform(0.5, 1.4)), shade * 1.1)
    p.cloudy(0.25, 25, 2)
    glints(p, int(rng.integers(20, 90)), (-50, 50), (-8, 30), linear("#e9f2b0") * rng.uniform(0.12, 0.45))
    flowers = some(rng, ("#d9506a", "#f2d24a", "#f2f2f2", "#a06ad0", "#ef8a3a"), 0.1)
    if rng.random() < 0.5:
        glints(p, int(rng.integers(6, 25)), _shifted(rng, 18), (-10, 2), flowers * 0.5)
    _daylight(p, sunny)
    photographer(p, 0.4)
    return rng.uniform(0.75, 1.05)


def _beach(p: Panorama) -> float:
    """Sky, sea and sand, with parasols, palms or a rail."""
    rng = p.rng
    _sky(p, ("#6aa2dc", "#8ab6e0", "#a9c6dd"), 0.85)
    sea, sand = (
        some(rng, ("#2f7f9e", "#3f96a8", "#3c6f96", "#6fb5b8")) * 0.9,
        some(rng, ("#d9c39a", "#e3d3b2", "#c9b088"), 0.1) * 0.9,
    )
    horizon = rng.uniform(-1.5, 1)
    shore = rng.uniform(-12, -4)
    down = np.degrees(p.elevation)[:, None]
    bend = shore + 1.5 * np.sin(np.arange(WIDTH) / WIDTH * 2 * np.pi * 3 + rng.uniform(0, 6))
    water = step(horizon + 0.4, horizon - 0.4, down)[..., None] * np.ones((1, WIDTH, 1), np.float32)
    p.light[:] = p.light * (1 - water) + sea * water * (0.75 + 0.25 * step(horizon - 8, horizon, down))[..., None]
    land = step(bend + 0.6, bend - 0.6, down)[..., None]
    surf = np.exp(-(((down - bend) / 0.5) ** 2))[..., None].astype(np.float32)
    p.light[:] = p.light * (1 - land) + sand * land + 0.5 * surf
    if rng.random() < 0.5:
        hill = some(rng, ("#5d7486", "#5b6f5a", "#7a8a96"), 0.1)
        p.ellipse(Place(rng.uniform(-40, 40), 400), 0, 0, (rng.uniform(150, 500), rng.uniform(20, 60)), hill)
    for _ in range(rng.integers(0, 4)):
        _parasol(p, Place(rng.uniform(-40, 40), rng.uniform(4, 12)))
    for _ in range(rng.integers(0, 3)):
        _palm(p, Place(rng.uniform(-45, 45), rng.uniform(3, 9)))
    people(p, int(rng.integers(0, 3)), (6, 14), 0.8)
    if rng.random() < 0.3:
        rail = some(rng, ("#e8e4da", "#6e4a2b", "#b08d57")) * 0.7
        p.box(Place(0, 1.8), (-6, 6), (-0.22, -0.16), rail)
        for x in np.arange(-3, 3, 0.14):
            p.box(Place(0, 1.8), (x - 0.012, x + 0.012), (FLOOR, -0.18), rail * 0.8)
    p.cloudy(0.06, 30)
    if rng.random() < 0.5:
        glints(p, 60, _shifted(rng, 14), (shore, horizon), linear("#fff4dc") * rng.uniform(0.3, 1.2))
    _daylight(p, rng.random() < 0.8)
    photographer(p, 0.4)
    return rng.uniform(0.9, 1.15)


def _kitchen(p: Panorama) -> float:
    """Cupboards, tiles, a worktop with jars and plants, a window at one side or behind."""
    rng = p.rng
    wall = some(rng, LIGHT_WALLS, 0.1) * rng.uniform(0.5, 0.85)
    doors = some(rng, ("#e8e6e0", "#d9d4c8", "#4f6158", "#2f3e4e", "#8a6a48", "#a9b3ae", "#c4a27a"), 0.1) * 0.75
    distance = rng.uniform(1.4, 3)
    room(p, wall, some(rng, WOOD, 0.2), wall, distance, rng.uniform(1.8, 3))
    back, top = Place(rng.normal(0, 5), distance - 0.1), rng.uniform(-0.28, -0.15)
    step_across = rng.uniform(0.075, 0.15)
    for x in np.arange(-1.5, 1.5, step_across) if rng.random() < 0.5 else ():
        p.box(back, (x, x + 0.006), (top, 0.45), wall * 0.6)
    if rng.random() < 0.4:
        window(p, back, _shifted(rng, 0.5), (top + 0.1, 1), (1, 1), COOL_LIGHT * rng.uniform(1.5, 3), wall)
    elif rng.random() < 0.7:
        _cupboards(p, back, (0.4, 1.3), doors)
    else:
        shelf_light = rng.uniform(0.5, 0.9)
        for z in (0.25, 0.62):
            p.box(back, (-1.4, 1.2), (z - 0.03, z), some(rng, WOOD))
            lined_up(p, back, (-1.3, 1.1), z, ("#e8e4da", "#8fa5a8", "#b5764a", "#3a3a38", "#d9c9a0"), shelf_light)
    counter = Place(back.turn, distance - 0.5)
    p.box(counter, (-3, 3), (top - 0.04, top), some(rng, ("#e0ddd6", "#2a2a2a", "#8a6540", "#9a9a96")) * 0.7)
    _cupboards(p, counter, (FLOOR, top - 0.05), doors * 0.8)
    lined_up(p, counter, (-1.5, 1.5), top, ("#e8e4da", "#c4442e", "#8fa5a8", "#2f2f2f", "#b58a4a", "#6f8a4a"), 0.55)
    if rng.random() < 0.6:
        pot_plant(p, counter, rng.uniform(-0.8, 0.8), top, 0.5)
    if rng.random() < 0.4:
        pendants(p, Place(0, distance * 0.6), _row(rng, 1.5), rng.uniform(0.2, 0.5), doors, WARM_LIGHT * 4)
    p.cloudy(0.08)
    side = rng.choice([-1, 1])
    window(p, Place(side * rng.uniform(75, 110), 1.8), (-0.8, 0.8), (-0.1, 1.3), (1, 1), COOL_LIGHT * 8, wall)
    p.panel((-30, 30), (65, 82), WARM_LIGHT * 4)
    _sunbeam(p, side, 0.35)
    photographer(p, 0.3)
    return rng.uniform(0.65, 0.95)


def _living_room(p: Panorama) -> float:
    """At home: a wall with pictures, a sofa, shelves of books, a lamp, plants."""
    rng = p.rng
    evening = rng.random() < 0.5
    light = rng.uniform(0.25, 0.45) if evening else rng.uniform(0.55, 0.9)
    wall = some(rng, (*LIGHT_WALLS, "#8a9a8c", "#7a8694", "#b58a72"), 0.15) * light
    distance = rng.uniform(2, 4)
    room(p, wall, some(rng, WOOD, 0.2) * light * 1.5, wall, distance, rng.uniform(2, 3.5))
    back = Place(rng.normal(0, 6), distance - 0.1)
    for _ in range(rng.integers(0, 4)):
        x, z = rng.uniform(-1.5, 1.2), rng.uniform(-0.1, 0.4)
        picture(p, back, (x, x + rng.uniform(0.2, 0.7)), (z, z + rng.uniform(0.3, 0.6)), light)
    if rng.random() < 0.5:
        left, case = rng.uniform(-1.8, 0.6), some(rng, (*WOOD, "#e8e4da")) * light
        p.box(back, (left, left + 1.1), (FLOOR, 1.2), case * 0.4)
        for z in np.arange(-0.8, 1.1, 0.36):
            lined_up(
                p, back, (left + 0.04, left + 1), z, ("#a34a3a", "#3d4f5c", "#d9c9a0", "#5d6b4a", "#2a2a2a"), light
            )
            p.box(back, (left, left + 1.1), (z - 0.03, z), case)
    if rng.random() < 0.6:
        _sofa(p, Place(rng.uniform(-20, 20), distance * 0.75), light)
    if rng.random() < 0.6:
        floor_lamp(
            p, Place(rng.uniform(-28, 28), distance * 0.85), 0, rng.uniform(0, 0.3), WARM_LIGHT * rng.uniform(1.2, 3)
        )
    for _ in range(rng.integers(0, 3)):
        pot_plant(p, Place(rng.uniform(-35, 35), distance * 0.8), 0, rng.uniform(-0.6, -0.2), light)
    p.cloudy(0.08)
    if not evening:
        side = rng.choice([-1, 1])
        window(p, Place(side * 80, 2.2), (-0.9, 0.9), (-0.5, 1.3), (1, 1), COOL_LIGHT * 9, wall)
        _sunbeam(p, side, 0.35)
    p.panel((-50, 30), (60, 80), (WARM_LIGHT if evening else COOL_LIGHT) * 3)
    photographer(p, light * 0.4)
    return rng.uniform(0.45, 0.95)


def _colour_wall(p: Panorama) -> float:
    """A plain wall or paper in a bold or a soft colour, lit from one side, as food photographers like it."""
    rng = p.rng
    wall = some(rng, BOLD_WALLS if rng.random() < 0.5 else (*LIGHT_WALLS, "#b8a99a", "#8f9aa0", "#3a3d40"), 0.15)
    side = float(rng.choice([-1, 1]))
    p.gradient([(-90, wall * 0.4), (-15, wall * 0.7), (15, wall * 0.95), (60, wall * 0.5), (90, wall * 0.4)])
    fall = 0.75 + 0.35 * np.sin(p.azimuth * side + 0.2)
    p.light *= fall[None, :, None].astype(np.float32)
    p.cloudy(0.07, 90)
    if rng.random() < 0.4:
        _leaf_shadow(p)
    _room_behind_camera(p, rng.uniform(0.05, 0.3))
    _key_window(p, side)
    _sunbeam(p, side, 0.35)
    photographer(p, 0.15)
    return rng.uniform(0.7, 1.0)


def _studio_light(p: Panorama) -> float:
    """A bright even backdrop that runs into the table, softboxes, and black flags that draw the glass's edges."""
    rng = p.rng
    paper = some(rng, ("#ffffff", "#f2f2f0", "#e6e8ea", "#efe9df", "#d4d6d8"), 0.05) * rng.uniform(0.75, 1.5)
    low = rng.uniform(0.55, 0.95)
    p.gradient(
        [(-90, paper * 0.5), (-14, paper * low), (rng.uniform(5, 25), paper), (55, paper * 0.6), (90, paper * 0.25)]
    )
    p.glow(rng.normal(0, 15), rng.uniform(0, 20), rng.uniform(30, 60), paper * rng.uniform(0, 0.4))
    away = np.abs(np.degrees(p.azimuth))
    flag = rng.uniform(38, 60)
    open_ahead = step(flag + 25, flag, away)[None, :, None]
    p.light *= 0.12 + 0.88 * open_ahead
    p.cloudy(0.03, 120)
    _room_behind_camera(p, 0.1)
    _key_window(p, float(rng.choice([-1, 1])))
    if rng.random() < 0.6:
        p.panel((-45, 45), (55, 78), COOL_LIGHT * 3)
    photographer(p, 0.1)
    return rng.uniform(0.85, 1.15)


def _studio_dark(p: Panorama) -> float:
    """A dark backdrop, perhaps with a spot of colour on it, and strips of light at the sides."""
    rng = p.rng
    cloth = some(rng, ("#0b0b0c", "#15171a", "#1f1a18", "#14202a", "#2a1418", "#122018", "#24262a"), 0.3)
    p.gradient([(-90, cloth * 0.2), (-12, cloth * 0.5), (10, cloth), (50, cloth * 0.4), (90, cloth * 0.2)])
    spot = some(rng, ("#6a6e74", "#8a5a34", "#3a5a7a", "#7a3038", "#2f5a44", "#a06a2a"), 0.3)
    p.glow(rng.normal(0, 14), rng.uniform(-5, 22), rng.uniform(20, 60), spot * rng.uniform(0, 0.7))
    p.cloudy(0.2, 70)
    side = float(rng.choice([-1, 1]))
    edge = rng.uniform(42, 75)
    p.panel(
        (side * edge, side * (edge + rng.uniform(8, 25))), (-5, rng.uniform(35, 60)), COOL_LIGHT * rng.uniform(5, 12)
    )
    if rng.random() < 0.7:
        p.panel((-side * edge - 8, -side * edge), (-5, 45), WARM_LIGHT * rng.uniform(2, 9))
    p.panel((-35, 35), (55, rng.uniform(65, 80)), COOL_LIGHT * rng.uniform(2, 7))
    if rng.random() < 0.5:
        p.panel((side * 110, side * 150), (10, 50), COOL_LIGHT * 4)
    photographer(p, 0.05)
    return rng.uniform(0.35, 0.65)


def _terrace_dusk(p: Panorama) -> float:
    """The blue hour: an orange horizon, roofs, strings of bulbs and candles."""
    rng = p.rng
    low, high = (
        some(rng, ("#f0a060", "#e8b088", "#d98a7a", "#b8a0b8"), 0.15),
        some(rng, ("#3a5278", "#2a3f66", "#54688a"), 0.2),
    )
    bright = rng.uniform(0.3, 0.8)
    ground = some(rng, ("#3a3028", "#2a2a2c", "#4a4038"), 0.2) * 0.3
    p.gradient(
        [
            (-90, ground),
            (-4, ground),
            (0, low * bright),
            (14, (low + high) / 2 * bright),
            (40, high * bright),
            (90, high * 0.4),
        ]
    )
    p.cloudy(0.2, 70)
    p.glow(rng.uniform(-60, 60), 0, 60, low * bright * 0.6)
    for x in np.arange(-180, 180, 6):
        place = Place(x + rng.normal(0, 3), 60)
        wide, tall = rng.uniform(2, 9), rng.exponential(4) + 1
        p.box(place, (-wide, wide), (-30, tall), ground * rng.uniform(0.6, 1.6) + low * 0.03)
    far_lights(p, int(rng.integers(15, 60)), (-7, 5), CITY_LIGHTS, rng.uniform(0.4, 1.3))
    for _ in range(rng.integers(0, 5)):
        foliage(p, Place(rng.uniform(-50, 50), rng.uniform(2, 4)), 0, rng.uniform(-0.7, 0.1), (0.9, 1), 0.12)
    for _ in range(rng.integers(0, 4)):
        far_table(p, Place(rng.uniform(-40, 40), rng.uniform(2, 4)), 0, some(rng, WOOD) * 0.4, True)
    people(p, int(rng.integers(0, 4)), (2, 5), 0.12)
    if rng.random() < 0.3:
        _palm(p, Place(rng.uniform(-35, 35), rng.uniform(4, 8)))
    for _ in range(rng.integers(1, 5)):
        start, span = rng.uniform(-90, 0), rng.uniform(60, 120)
        string_lights(
            p,
            (start, start + span),
            rng.uniform(12, 35),
            rng.uniform(3, 12),
            int(rng.integers(8, 22)),
            WARM_LIGHT * rng.uniform(1.5, 5),
        )
    _lamps_over_bar(p, (WARM_LIGHT + COOL_LIGHT) / 2)
    photographer(p, 0.1)
    return rng.uniform(0.4, 0.7)


def _row(rng: np.random.Generator, width: float, gap: float | None = None) -> Field:
    """Evenly spaced places along `width` metres, shifted at random."""
    gap = gap or float(rng.uniform(0.4, 1.1))
    return np.arange(-width / 2 + rng.uniform(0, gap), width / 2, gap).astype(np.float32)


def _shifted(rng: np.random.Generator, half: float) -> tuple[float, float]:
    """A range of half width `half` somewhere near the middle."""
    middle = float(rng.normal(0, half))
    return middle - half, middle + half


def _lamps_over_bar(p: Panorama, light: Field) -> None:
    """Lamps over and beside the drink, out of the picture: small and round or long."""
    rng = p.rng
    for _ in range(rng.integers(1, 4)):
        p.lamp(rng.uniform(-180, 180), rng.uniform(45, 80), rng.uniform(4, 9), light * rng.uniform(8, 20))
    if rng.random() < 0.6:
        middle, half = rng.choice([-1, 1]) * rng.uniform(60, 130), rng.uniform(5, 30)
        p.panel((middle - half, middle + half), (rng.uniform(-5, 10), rng.uniform(25, 50)), light * rng.uniform(2, 6))


def _sunbeam(p: Panorama, side: float, chance: float) -> None:
    """Now and then the sun through a window at one side (-1 left, 1 right), which draws hard shadows."""
    rng = p.rng
    if rng.random() < chance:
        p.lamp(side * rng.uniform(30, 110), rng.uniform(28, 50), rng.uniform(3, 6), linear("#ffedd2") * 60)


def _key_window(p: Panorama, side: float) -> None:
    """A softbox or window at one side, now and then with bars, and sometimes a weaker one opposite."""
    rng = p.rng
    near, wide = rng.uniform(50, 100), rng.uniform(25, 60)
    low, high = rng.uniform(-8, 5), rng.uniform(40, 62)
    bars = rng.integers(1, 4)
    span, gap = wide / bars, 3.0 if bars > 1 else 0.0
    tint = COOL_LIGHT if rng.random() < 0.6 else (COOL_LIGHT + WARM_LIGHT) / 2
    for i in range(bars):
        left, right = near + i * span, near + (i + 1) * span - gap
        p.panel((side * left, side * right), (low, (low + high) / 2 - gap / 2), tint * 8)
        p.panel((side * left, side * right), ((low + high) / 2 + gap / 2, high), tint * 9)
    if rng.random() < 0.5:
        p.panel((-side * (near + wide), -side * near), (low, high), tint * rng.uniform(0.5, 3))


def _room_behind_camera(p: Panorama, light: float) -> None:
    """A dim room behind the camera, with a door and furniture, for the glass to mirror."""
    rng = p.rng
    wall = some(rng, LIGHT_WALLS, 0.2) * light
    p.box(Place(180, 2), (-2.5, 2.5), (FLOOR, 1.9), wall)
    for _ in range(4):
        left, top = rng.uniform(-2, 2), rng.uniform(-0.5, 1.2)
        p.box(
            Place(180, 1.9),
            (left, left + rng.uniform(0.3, 1)),
            (FLOOR, top),
            some(rng, (*WOOD, *LIGHT_WALLS), 0.3) * light,
        )


def _sky(p: Panorama, blues: tuple[str, ...], strength: float) -> None:
    """A sky, paler toward the horizon, with clouds."""
    rng = p.rng
    blue = some(rng, blues, 0.08) * strength
    pale = blue * 0.35 + linear("#f4f1ea") * 0.65 * strength
    p.gradient([(-90, pale * 0.3), (-1, pale * 0.6), (0, pale), (25, (pale + blue) / 2), (60, blue), (90, blue * 0.8)])
    clouds = step(0.3, 2.0, noise(rng, (HEIGHT, WIDTH), (50, 120), 2.6)) * step(0, 20, np.degrees(p.elevation))[:, None]
    p.light += clouds[..., None] * (linear("#ffffff") * 1.1 * strength - p.light) * rng.uniform(0, 0.8)


def _daylight(p: Panorama, sunny: bool) -> None:
    """The sun, or the bright part of a cloudy sky."""
    rng = p.rng
    azimuth, elevation = rng.uniform(-170, 170), rng.uniform(35, 70)
    if sunny:
        p.lamp(azimuth, elevation, rng.uniform(4.5, 7), linear("#fff0d8") * 40)
    p.lamps += p.around(azimuth, elevation, 25, 50)[..., None] * COOL_LIGHT * 1.5


def _neon(p: Panorama, colour: Field) -> None:
    """A ring or bar of a neon sign on the wall."""
    rng = p.rng
    azimuth, elevation, size = rng.uniform(-25, 25), rng.uniform(2, 22), rng.uniform(4, 10)
    t = np.linspace(0, 1, 40)
    if rng.random() < 0.5:
        at, up = azimuth + size * np.cos(t * 2 * np.pi), elevation + size * np.sin(t * 2 * np.pi)
    else:
        at, up = azimuth + size * 2 * (t - 0.5), elevation + size * 0.3 * np.sin(t * rng.uniform(3, 15))
    p.lights(at, up, np.repeat(colour[None] * 0.3, 40, 0), 0.6)
    p.glow(azimuth, elevation, size * 4, colour * 0.12)


def _fence_or_house(p: Panorama) -> None:
    """A fence of boards, or a house's wall with a window, behind the bushes."""
    rng = p.rng
    if rng.random() < 0.5:
        wood = some(rng, ("#8a7a66", "#a08a6a", "#6a5a4a", "#c9c4ba"), 0.1) * 0.6
        for x in np.arange(-6, 6, 0.16):
            p.box(Place(0, 5), (x, x + 0.14), (FLOOR, 0.7), wood * rng.uniform(0.85, 1.1))
        return
    turn = rng.uniform(-35, 35)
    p.box(Place(turn, 8), (-3, 3), (FLOOR, 4), some(rng, ("#d9cfc0", "#b5654a", "#e8e6e0", "#c9a87a"), 0.1) * 0.8)
    window(p, Place(turn, 8), _shifted(rng, 0.6), (0.2, 1.6), (1, 1), COOL_LIGHT * 0.4, linear("#e8e6e0") * 0.8)


def _parasol(p: Panorama, place: Place) -> None:
    """A parasol, one side of it in its own shade, and a lounger below."""
    rng = p.rng
    cloth = some(rng, ("#e8e4da", "#d9483a", "#2f6f9e", "#e3b23c", "#c9a87a"), 0.1)
    top = rng.uniform(0.8, 1.6)
    p.box(place, (-0.03, 0.03), (FLOOR, top), linear("#8a7a66") * 0.7)
    p.paint(
        place,
        0,
        top - 0.1,
        [(0, 1.4), (0.25, 0.7), (0.45, 0.05)],
        lambda across, up: cloth * (0.7 + 0.3 * across)[..., None],
    )
    p.box(place, (-0.9, 0.9), (-0.85, -0.7), cloth * 0.7)


def _palm(p: Panorama, place: Place) -> None:
    """A trunk and a crown of drooping leaves."""
    rng = p.rng
    top, green = rng.uniform(1.5, 4), some(rng, PALM_GREENS, 0.2) * 0.4
    p.paint(place, 0, FLOOR, [(0, 0.18), (top - FLOOR, 0.1)], linear("#6a5a48") * 0.5)
    for angle in rng.uniform(0, 2 * np.pi, 14):
        reach = rng.uniform(0.5, 1.3)
        for t in np.linspace(0.15, 1, 6):
            x, z = np.cos(angle) * reach * t, top + 0.5 * t * np.sin(angle) - 0.7 * t**2
            p.ellipse(place, x, z, (0.4, 0.14), green * rng.uniform(0.6, 1.4), 0.9)


def _sofa(p: Panorama, place: Place, light: float) -> None:
    """A sofa with cushions."""
    rng = p.rng
    cloth = some(rng, ("#6b7280", "#8a7a66", "#3f5a54", "#a8603f", "#c9c2b4", "#2f3a52"), 0.15) * light
    half, top = rng.uniform(0.7, 1.2), rng.uniform(-0.35, -0.1)
    p.box(place, (-half, half), (FLOOR, top), lambda across, up: cloth * (0.7 + 0.3 * up - 0.2 * across**4)[..., None])
    p.box(place, (-half, half), (-0.75, -0.65), cloth * 0.4)
    for x in rng.uniform(-half * 0.8, half * 0.8, rng.integers(1, 4)):
        cushion = some(rng, ("#d9b25f", "#e8e4da", "#a34a3a", "#3d4f5c", "#7a8a6a"), 0.15) * light
        p.paint(place, x, top - 0.33, [(0, 0.16), (0.15, 0.2), (0.32, 0.17)], cushion)


def _cupboards(p: Panorama, place: Place, z: tuple[float, float], doors: Field) -> None:
    """A row of doors with handles and dark gaps."""
    rng = p.rng
    wide = rng.uniform(0.4, 0.6)
    p.box(place, (-3.5, 3.5), z, doors * 0.35)
    for x in np.arange(-3.5, 3.4, wide):
        p.box(place, (x + 0.006, x + wide - 0.006), (z[0], z[1] - 0.006), doors * rng.uniform(0.95, 1.05))
        p.box(place, (x + 0.05, x + 0.065), (z[0] + 0.1, z[0] + 0.25), doors * 0.4)


def _leaf_shadow(p: Panorama) -> None:
    """Shadows of a window's bars or of a plant that the sun throws on the wall."""
    rng = p.rng
    hills = noise(rng, (HEIGHT, WIDTH), rng.uniform(10, 40), 3)
    slant = np.degrees(p.azimuth)[None] * rng.uniform(-0.8, 0.8) + np.degrees(p.elevation)[:, None]
    bars = np.sin(slant / rng.uniform(1.2, 3)) if rng.random() < 0.5 else hills
    p.light *= (0.75 + 0.35 * step(-1.2, 1.0, bars + 0.3 * hills))[..., None]


_PAINTERS: dict[str, Callable[[Panorama], float]] = {
    "bar_night": _bar_night,
    "bar_warm": _bar_warm,
    "bar_shelves": _bar_shelves,
    "cafe_day": _cafe_day,
    "window": _window,
    "garden": _garden,
    "beach": _beach,
    "kitchen": _kitchen,
    "living_room": _living_room,
    "colour_wall": _colour_wall,
    "studio_light": _studio_light,
    "studio_dark": _studio_dark,
    "terrace_dusk": _terrace_dusk,
}
BACKGROUNDS: tuple[str, ...] = tuple(_PAINTERS)
