"""Outdoors: a garden, a beach and a terrace at dusk."""

from __future__ import annotations

import numpy as np

from training.renders.background_lamps import daylight, lamps_over_bar
from training.renders.furnishings import (
    CITY_LIGHTS,
    COOL_LIGHT,
    FLOOR,
    WARM_LIGHT,
    WOOD,
    far_lights,
    far_table,
    foliage,
    glints,
    near_middle,
    people,
    photographer,
    string_lights,
    window,
)
from training.renders.noise import linear, noise, some, step
from training.renders.panorama import HEIGHT, WIDTH, Panorama, Place

PALM_GREENS = ("#2f4a20", "#496a2a", "#5d7a34")


def garden(p: Panorama) -> float:
    """Bushes, trees and grass out of focus, in the sun or under cloud."""
    rng = p.rng
    sunny = rng.random() < 0.6
    _sky(p, ("#7fa6d9", "#9db9dc") if sunny else ("#c9d2da", "#dfe3e6"), 0.8 if sunny else 1.1)
    grass = some(rng, ("#5b7a34", "#6f8540", "#47622c", "#8a8f55"), 0.2) * rng.uniform(0.5, 0.9)
    p.below(0, grass)
    shade = rng.uniform(0.35, 0.9)
    for turn in np.arange(-180, 180, rng.uniform(18, 30)) + rng.uniform(0, 20):
        tall, place = rng.uniform(2, 9), Place(turn + rng.normal(0, 6), 10)
        foliage(p, place, 0, rng.uniform(-0.5, tall * 0.5), (rng.uniform(3, 6), tall), shade)
    if rng.random() < 0.4:
        _fence_or_house(p)
    for distance in sorted(rng.uniform(2, 6, rng.integers(2, 7)), reverse=True):
        place = Place(rng.uniform(-45, 45), distance)
        foliage(p, place, 0, rng.uniform(-0.8, 0), (rng.uniform(0.5, 1.6), rng.uniform(0.5, 1.4)), shade * 1.1)
    p.cloudy(0.25, 25, 2)
    glints(p, int(rng.integers(20, 90)), (-50, 50), (-8, 30), linear("#e9f2b0") * rng.uniform(0.12, 0.45))
    flowers = some(rng, ("#d9506a", "#f2d24a", "#f2f2f2", "#a06ad0", "#ef8a3a"), 0.1)
    if rng.random() < 0.5:
        glints(p, int(rng.integers(6, 25)), near_middle(rng, 18), (-10, 2), flowers * 0.5)
    daylight(p, sunny)
    photographer(p, 0.4)
    return rng.uniform(0.75, 1.05)


def beach(p: Panorama) -> float:
    """Sky, sea and sand, with parasols, palms or a rail."""
    rng = p.rng
    _sky(p, ("#6aa2dc", "#8ab6e0", "#a9c6dd"), 0.85)
    sea = some(rng, ("#2f7f9e", "#3f96a8", "#3c6f96", "#6fb5b8")) * 0.9
    sand = some(rng, ("#d9c39a", "#e3d3b2", "#c9b088"), 0.1) * 0.9
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
        glints(p, 60, near_middle(rng, 14), (shore, horizon), linear("#fff4dc") * rng.uniform(0.3, 1.2))
    daylight(p, rng.random() < 0.8)
    photographer(p, 0.4)
    return rng.uniform(0.9, 1.15)


def terrace_dusk(p: Panorama) -> float:
    """The blue hour: an orange horizon, roofs, strings of bulbs and candles."""
    rng = p.rng
    low = some(rng, ("#f0a060", "#e8b088", "#d98a7a", "#b8a0b8"), 0.15)
    high = some(rng, ("#3a5278", "#2a3f66", "#54688a"), 0.2)
    bright = rng.uniform(0.3, 0.8)
    ground = some(rng, ("#3a3028", "#2a2a2c", "#4a4038"), 0.2) * 0.3
    sky = [(0, low * bright), (14, (low + high) / 2 * bright), (40, high * bright), (90, high * 0.4)]
    p.gradient([(-90, ground), (-4, ground), *sky])
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
        start, span, height, sag = rng.uniform(-90, 0), rng.uniform(60, 120), rng.uniform(12, 35), rng.uniform(3, 12)
        count, light = int(rng.integers(8, 22)), WARM_LIGHT * rng.uniform(1.5, 5)
        string_lights(p, (start, start + span), height, sag, count, light)
    lamps_over_bar(p, (WARM_LIGHT + COOL_LIGHT) / 2)
    photographer(p, 0.1)
    return rng.uniform(0.4, 0.7)


def _sky(p: Panorama, blues: tuple[str, ...], strength: float) -> None:
    """A sky, paler toward the horizon, with clouds."""
    rng = p.rng
    blue = some(rng, blues, 0.08) * strength
    pale = blue * 0.35 + linear("#f4f1ea") * 0.65 * strength
    p.gradient([(-90, pale * 0.3), (-1, pale * 0.6), (0, pale), (25, (pale + blue) / 2), (60, blue), (90, blue * 0.8)])
    clouds = step(0.3, 2.0, noise(rng, (HEIGHT, WIDTH), (50, 120), 2.6)) * step(0, 20, np.degrees(p.elevation))[:, None]
    p.light += clouds[..., None] * (linear("#ffffff") * 1.1 * strength - p.light) * rng.uniform(0, 0.8)


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
    window(p, Place(turn, 8), near_middle(rng, 0.6), (0.2, 1.6), (1, 1), COOL_LIGHT * 0.4, linear("#e8e6e0") * 0.8)


def _parasol(p: Panorama, place: Place) -> None:
    """A parasol, one side of it in its own shade, and a lounger below."""
    rng = p.rng
    cloth = some(rng, ("#e8e4da", "#d9483a", "#2f6f9e", "#e3b23c", "#c9a87a"), 0.1)
    top = rng.uniform(0.8, 1.6)
    p.box(place, (-0.03, 0.03), (FLOOR, top), linear("#8a7a66") * 0.7)
    roof = [(0, 1.4), (0.25, 0.7), (0.45, 0.05)]
    p.paint(place, 0, top - 0.1, roof, lambda across, up: cloth * (0.7 + 0.3 * across)[..., None])
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
