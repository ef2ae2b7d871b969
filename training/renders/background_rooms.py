"""Rooms: a café by day, a seat at a window, a kitchen and a living room."""

from __future__ import annotations

import numpy as np

from training.renders.background_lamps import sunbeam
from training.renders.furnishings import (
    COOL_LIGHT,
    FLOOR,
    LIGHT_WALLS,
    WARM_LIGHT,
    WOOD,
    chair,
    curtains,
    far_table,
    floor_lamp,
    lined_up,
    near_middle,
    pendants,
    people,
    photographer,
    picture,
    pot_plant,
    room,
    row,
    window,
)
from training.renders.noise import Field, some
from training.renders.panorama import Panorama, Place


def cafe_day(p: Panorama) -> float:
    """A bright room with tables, chairs, people and big windows at one side."""
    rng = p.rng
    wall, wood = some(rng, LIGHT_WALLS, 0.1) * rng.uniform(0.55, 1), some(rng, WOOD, 0.3) * 1.3
    depth, half = rng.uniform(4, 7), rng.uniform(2.5, 4.5)
    room(p, wall, some(rng, ("#8a7358", "#a39a8c", "#6b5a48"), 0.2), wall * 0.9, depth, half)
    side, frame = rng.choice([-1, 1]), some(rng, ("#1e1e1e", "#efece4", "#4a3524"))
    for x in (-2.2, 0.2, 2.6):
        light = COOL_LIGHT * rng.uniform(4, 9)
        window(p, Place(side * 90, half), (x - 0.9, x + 0.9), (-0.3, 1.5), (1, 2), light, frame)
    if rng.random() < 0.5:
        window(p, Place(0, depth), near_middle(rng, 1.4), (-0.4, 1.3), (2, 1), COOL_LIGHT * rng.uniform(2, 4), frame)
    if rng.random() < 0.5:
        x, colour = rng.uniform(-2, 1), some(rng, ("#26302c", "#3a3a3a", "#7b5a3c", "#486060"), 0.3)
        p.box(Place(0, depth - 0.2), (x, x + 1.6), (-0.9, 0.8), colour)
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
    pendants(p, Place(0, rng.uniform(2.5, depth)), row(rng, 4), rng.uniform(0.5, 0.9), frame * 0.8, WARM_LIGHT * 3)
    p.cloudy(0.08)
    p.panel((-60, 60), (60, 80), wall * 2)
    sunbeam(p, side, 0.4)
    photographer(p, 0.3)
    return rng.uniform(0.7, 1.0)


def at_window(p: Panorama) -> float:
    """A window right behind the drink, so it is lit from behind."""
    rng = p.rng
    wall = some(rng, LIGHT_WALLS, 0.15) * rng.uniform(0.25, 0.5)
    frame = some(rng, ("#e9e6df", "#d8d2c4", "#3a2a1e", "#222222"))
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
    sunbeam(p, rng.uniform(-0.5, 0.5), 0.3)
    p.panel((-40, 40), (62, 80), wall * 6)
    photographer(p, 0.25)
    return rng.uniform(0.55, 0.85)


def kitchen(p: Panorama) -> float:
    """Cupboards, tiles, a worktop with jars and plants, a window at one side or behind."""
    rng = p.rng
    wall = some(rng, LIGHT_WALLS, 0.1) * rng.uniform(0.5, 0.85)
    doors = some(rng, ("#e8e6e0", "#d9d4c8", "#4f6158", "#2f3e4e", "#8a6a48", "#a9b3ae", "#c4a27a"), 0.1) * 0.75
    distance = rng.uniform(1.4, 3)
    room(p, wall, some(rng, WOOD, 0.2), wall, distance, rng.uniform(1.8, 3))
    back, top = Place(rng.normal(0, 5), distance - 0.1), rng.uniform(-0.28, -0.15)
    tile = rng.uniform(0.075, 0.15)
    if rng.random() < 0.5:
        for x in np.arange(-1.5, 1.5, tile):
            p.box(back, (x, x + 0.006), (top, 0.45), wall * 0.6)
    if rng.random() < 0.4:
        window(p, back, near_middle(rng, 0.5), (top + 0.1, 1), (1, 1), COOL_LIGHT * rng.uniform(1.5, 3), wall)
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
        pendants(p, Place(0, distance * 0.6), row(rng, 1.5), rng.uniform(0.2, 0.5), doors, WARM_LIGHT * 4)
    p.cloudy(0.08)
    side = rng.choice([-1, 1])
    window(p, Place(side * rng.uniform(75, 110), 1.8), (-0.8, 0.8), (-0.1, 1.3), (1, 1), COOL_LIGHT * 8, wall)
    p.panel((-30, 30), (65, 82), WARM_LIGHT * 4)
    sunbeam(p, side, 0.35)
    photographer(p, 0.3)
    return rng.uniform(0.65, 0.95)


def living_room(p: Panorama) -> float:
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
        books = ("#a34a3a", "#3d4f5c", "#d9c9a0", "#5d6b4a", "#2a2a2a")
        p.box(back, (left, left + 1.1), (FLOOR, 1.2), case * 0.4)
        for z in np.arange(-0.8, 1.1, 0.36):
            lined_up(p, back, (left + 0.04, left + 1), z, books, light)
            p.box(back, (left, left + 1.1), (z - 0.03, z), case)
    if rng.random() < 0.6:
        _sofa(p, Place(rng.uniform(-20, 20), distance * 0.75), light)
    if rng.random() < 0.6:
        place = Place(rng.uniform(-28, 28), distance * 0.85)
        floor_lamp(p, place, 0, rng.uniform(0, 0.3), WARM_LIGHT * rng.uniform(1.2, 3))
    for _ in range(rng.integers(0, 3)):
        pot_plant(p, Place(rng.uniform(-35, 35), distance * 0.8), 0, rng.uniform(-0.6, -0.2), light)
    p.cloudy(0.08)
    if not evening:
        side = rng.choice([-1, 1])
        window(p, Place(side * 80, 2.2), (-0.9, 0.9), (-0.5, 1.3), (1, 1), COOL_LIGHT * 9, wall)
        sunbeam(p, side, 0.35)
    p.panel((-50, 30), (60, 80), (WARM_LIGHT if evening else COOL_LIGHT) * 3)
    photographer(p, light * 0.4)
    return rng.uniform(0.45, 0.95)


def _cupboards(p: Panorama, place: Place, z: tuple[float, float], doors: Field) -> None:
    """A row of doors with handles and dark gaps."""
    rng = p.rng
    wide = rng.uniform(0.4, 0.6)
    p.box(place, (-3.5, 3.5), z, doors * 0.35)
    for x in np.arange(-3.5, 3.4, wide):
        p.box(place, (x + 0.006, x + wide - 0.006), (z[0], z[1] - 0.006), doors * rng.uniform(0.95, 1.05))
        p.box(place, (x + 0.05, x + 0.065), (z[0] + 0.1, z[0] + 0.25), doors * 0.4)


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
