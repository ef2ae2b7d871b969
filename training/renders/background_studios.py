"""Walls and backdrops before which drinks are photographed."""

from __future__ import annotations

import numpy as np

from training.renders.background_lamps import key_window, sunbeam
from training.renders.furnishings import COOL_LIGHT, FLOOR, LIGHT_WALLS, WARM_LIGHT, WOOD, photographer
from training.renders.noise import noise, some, step
from training.renders.panorama import HEIGHT, WIDTH, Panorama, Place

BOLD_WALLS = ("#b3262e", "#e3a81c", "#1f5f5b", "#7a2748", "#2c4a7c", "#e58a9b", "#1f4a36", "#d9683a", "#6fa8a0")


def colour_wall(p: Panorama) -> float:
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
    key_window(p, side)
    sunbeam(p, side, 0.35)
    photographer(p, 0.15)
    return rng.uniform(0.7, 1.0)


def studio_light(p: Panorama) -> float:
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
    key_window(p, float(rng.choice([-1, 1])))
    if rng.random() < 0.6:
        p.panel((-45, 45), (55, 78), COOL_LIGHT * 3)
    photographer(p, 0.1)
    return rng.uniform(0.85, 1.15)


def studio_dark(p: Panorama) -> float:
    """A dark backdrop, perhaps with a spot of colour on it, and strips of light at the sides."""
    rng = p.rng
    cloth = some(rng, ("#0b0b0c", "#15171a", "#1f1a18", "#14202a", "#2a1418", "#122018", "#24262a"), 0.3)
    p.gradient([(-90, cloth * 0.2), (-12, cloth * 0.5), (10, cloth), (50, cloth * 0.4), (90, cloth * 0.2)])
    spot = some(rng, ("#6a6e74", "#8a5a34", "#3a5a7a", "#7a3038", "#2f5a44", "#a06a2a"), 0.3)
    p.glow(rng.normal(0, 14), rng.uniform(-5, 22), rng.uniform(20, 60), spot * rng.uniform(0, 0.7))
    p.cloudy(0.2, 70)
    side = float(rng.choice([-1, 1]))
    edge, wide = rng.uniform(42, 75), rng.uniform(8, 25)
    p.panel((side * edge, side * (edge + wide)), (-5, rng.uniform(35, 60)), COOL_LIGHT * rng.uniform(5, 12))
    if rng.random() < 0.7:
        p.panel((-side * edge - 8, -side * edge), (-5, 45), WARM_LIGHT * rng.uniform(2, 9))
    p.panel((-35, 35), (55, rng.uniform(65, 80)), COOL_LIGHT * rng.uniform(2, 7))
    if rng.random() < 0.5:
        p.panel((side * 110, side * 150), (10, 50), COOL_LIGHT * 4)
    photographer(p, 0.05)
    return rng.uniform(0.35, 0.65)


def _room_behind_camera(p: Panorama, light: float) -> None:
    """A dim room behind the camera, with a door and furniture, for the glass to mirror."""
    rng = p.rng
    wall = some(rng, LIGHT_WALLS, 0.2) * light
    p.box(Place(180, 2), (-2.5, 2.5), (FLOOR, 1.9), wall)
    for _ in range(4):
        left, top, wide = rng.uniform(-2, 2), rng.uniform(-0.5, 1.2), rng.uniform(0.3, 1)
        colour = some(rng, (*WOOD, *LIGHT_WALLS), 0.3) * light
        p.box(Place(180, 1.9), (left, left + wide), (FLOOR, top), colour)


def _leaf_shadow(p: Panorama) -> None:
    """Shadows of a window's bars or of a plant that the sun throws on the wall."""
    rng = p.rng
    hills = noise(rng, (HEIGHT, WIDTH), rng.uniform(10, 40), 3)
    slant = np.degrees(p.azimuth)[None] * rng.uniform(-0.8, 0.8) + np.degrees(p.elevation)[:, None]
    bars = np.sin(slant / rng.uniform(1.2, 3)) if rng.random() < 0.5 else hills
    p.light *= (0.75 + 0.35 * step(-1.2, 1.0, bars + 0.3 * hills))[..., None]
