"""Bars: a dark one, a pub, and one seen against its shelves of bottles."""

from __future__ import annotations

import numpy as np

from training.renders.background_lamps import lamps_over_bar
from training.renders.furnishings import (
    CITY_LIGHTS,
    COOL_LIGHT,
    FLOOR,
    WARM_LIGHT,
    WOOD,
    chair,
    far_lights,
    far_table,
    pendants,
    people,
    person,
    photographer,
    picture,
    room,
    row,
    shelf,
    window,
)
from training.renders.noise import Field, some
from training.renders.panorama import Panorama, Place

CLUB_LIGHTS = ("#ff3d6e", "#4a7dff", "#b04aff", "#38d6c8", "#ff9a3d", "#ffd9a0")


def bar_night(p: Panorama) -> float:
    """A dark room with lights far behind and a lamp over the bar."""
    rng = p.rng
    wall = some(rng, ("#1a1210", "#120f16", "#0f1418", "#221510", "#0c0b0b"), 0.3)
    room(p, wall, wall * 0.5, wall * 0.5, rng.uniform(4, 8), rng.uniform(3, 6))
    club = rng.random() < 0.35
    colours = CLUB_LIGHTS if club else CITY_LIGHTS
    for _ in range(rng.integers(1, 5)):
        azimuth, elevation, radius = rng.uniform(-60, 60), rng.uniform(-5, 25), rng.uniform(15, 45)
        p.glow(azimuth, elevation, radius, some(rng, colours, 0.3) * rng.uniform(0.05, 0.4))
    for _ in range(rng.integers(0, 4)):
        place = Place(rng.uniform(-40, 40), rng.uniform(2.5, 5))
        far_table(p, place, 0, some(rng, WOOD, 0.2) * 0.4, rng.random() < 0.7)
    people(p, int(rng.integers(0, 4)), (2, 5), 0.12)
    p.cloudy(0.25)
    far_lights(p, int(rng.integers(15, 70)), (-8, 32), colours, rng.uniform(0.5, 1.6))
    if rng.random() < 0.5:
        pendants(p, Place(0, rng.uniform(2.5, 4)), row(rng, 3.0), rng.uniform(0.3, 0.9), wall, WARM_LIGHT * 4)
    if rng.random() < 0.3:
        _neon(p, some(rng, CLUB_LIGHTS, 0.1) * 3)
    lamps_over_bar(p, (WARM_LIGHT + some(rng, CLUB_LIGHTS)) / 2 if club else WARM_LIGHT)
    photographer(p, 0.1)
    return rng.uniform(0.3, 0.55)


def bar_warm(p: Panorama) -> float:
    """A pub by day or evening: panelling, a mirror or pictures, lamps, people, a window at one side."""
    rng = p.rng
    wood, wall = some(rng, WOOD), some(rng, ("#7a4a2c", "#8f7350", "#5d2f22", "#3f4a3c", "#a58a62"), 0.2) * 0.6
    depth = rng.uniform(2.5, 5)
    room(p, wall, wood * 0.5, wall * 0.6, depth, rng.uniform(2.5, 4))
    back = Place(rng.normal(0, 6), depth - 0.1)
    panelled = (FLOOR, rng.uniform(-0.3, 0.2))
    p.box(back, (-5, 5), panelled, lambda across, up: wood * (0.8 + 0.25 * np.sin(across * 40))[..., None])
    for x in rng.uniform(-2, 2, rng.integers(1, 5)):
        picture(p, back, (x, x + rng.uniform(0.25, 0.7)), (rng.uniform(0, 0.2), rng.uniform(0.4, 0.8)), 0.45)
    for x in rng.uniform(-2.5, 2.5, rng.integers(1, 4)):
        azimuth = np.degrees(x / depth)
        p.glow(azimuth, 12, 30, WARM_LIGHT * 0.25)
        p.lights([azimuth], [rng.uniform(8, 18)], [WARM_LIGHT * 3], 1.4)
    for _ in range(rng.integers(1, 5)):
        place = Place(rng.uniform(-40, 40), rng.uniform(1.6, depth))
        far_table(p, place, 0, wood * 0.9, rng.random() < 0.3)
        chair(p, place, rng.uniform(0.4, 0.9), wood * 0.6)
    people(p, int(rng.integers(0, 5)), (1.6, depth), 0.4)
    if rng.random() < 0.6:
        place = Place(0, rng.uniform(1.5, depth))
        pendants(p, place, row(rng, 2.5), rng.uniform(0.25, 0.7), wood * 0.5, WARM_LIGHT * 5)
    p.cloudy(0.12)
    if rng.random() < 0.5:
        side = rng.choice([-1, 1]) * 90
        window(p, Place(side, 2), (-1.2, 1.0), (-0.2, 1.2), (2, 2), COOL_LIGHT * 5, wood * 0.6)
    lamps_over_bar(p, WARM_LIGHT)
    photographer(p, 0.2)
    return rng.uniform(0.45, 0.75)


def bar_shelves(p: Panorama) -> float:
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
    for x in row(rng, 2 * half, rng.uniform(0.8, 1.6)):
        p.box(place, (x - 0.03, x + 0.03), (low, 1.6), wood)
    if rng.random() < 0.35:
        person(p, Place(rng.uniform(-25, 25), distance * 0.7), 0, frontlight)
    if rng.random() < 0.5:
        pendants(p, Place(0, distance * 0.6), row(rng, 2), rng.uniform(0.25, 0.5), wood, WARM_LIGHT * 6)
    far_lights(p, int(rng.integers(0, 12)), (0, 25), CITY_LIGHTS, 1.5)
    p.cloudy(0.1)
    lamps_over_bar(p, WARM_LIGHT if rng.random() < 0.7 else COOL_LIGHT)
    photographer(p, 0.2)
    return rng.uniform(0.4, 0.75)


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
