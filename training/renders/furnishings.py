"""What stands around a drink in a bar, at home and outdoors, painted on a panorama; all lengths in metres.

Heights are counted from the eye's level, so the table is at about -0.2, a bar's top too, and the floor at -1.1.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from training.renders.noise import Field, linear, mixed, some, step
from training.renders.panorama import Panorama, Place, Range, Shade

FLOOR = -1.1
WARM_LIGHT = linear("#ffcf94")
COOL_LIGHT = linear("#dfeaff")

BOTTLES = (  # heights and half widths, m
    ((0, 0.037), (0.19, 0.038), (0.235, 0.016), (0.3, 0.014), (0.31, 0.016)),  # wine
    ((0, 0.043), (0.17, 0.045), (0.2, 0.017), (0.25, 0.016), (0.255, 0.021), (0.28, 0.021)),  # spirit
    ((0, 0.05), (0.12, 0.055), (0.16, 0.02), (0.21, 0.016), (0.215, 0.023), (0.24, 0.023)),  # squat
    ((0, 0.034), (0.22, 0.036), (0.26, 0.02), (0.33, 0.013), (0.335, 0.016)),  # tall
    ((0, 0.03), (0.08, 0.042), (0.15, 0.045), (0.2, 0.02), (0.26, 0.014), (0.27, 0.018)),  # pear
)
BOTTLE_GLASS = ("#f2efe6", "#e8e2d2", "#c9862f", "#8a4516", "#2f5a2c", "#14351c", "#1a1410", "#8fb9c9", "#7d1f1a")
BOLD_GLASS = ("#2456a8", "#b8203a", "#d96a1d", "#6fae3a", "#c9b42a")
LABELS = ("#efe6cf", "#f5f2ea", "#1c1a18", "#8e1b1b", "#c9a24a", "#27405e", "#d8d2c0")
CLOTHES = ("#2a2e38", "#51483f", "#6b7280", "#8c3b33", "#c9c2b4", "#1c1c1e", "#4d5f49", "#b08d57")
SKIN = ("#e0b394", "#c68f6b", "#8d5a3b", "#5b3a28")
LEAVES = ("#2f4a20", "#496a2a", "#6d8a3d", "#27412c", "#8a9a4b")
WOOD = ("#3a2417", "#5a3820", "#6e4a2b", "#8a6540", "#2a1b13")
LIGHT_WALLS = ("#e6e1d6", "#d8d4cc", "#cfd4d2", "#e3d8c4", "#c9cfc4", "#dcd0cc")
CITY_LIGHTS = ("#ffb45e", "#ff8f3a", "#ffd9a0", "#ffe9cf", "#ff5a3c", "#fff4e4")

PERSON = ((0, 0.2), (0.42, 0.23), (0.5, 0.2), (0.54, 0.07), (0.6, 0.06), (0.63, 0.078), (0.72, 0.088), (0.8, 0.06))


def room(p: Panorama, wall: Field, floor: Field, ceiling: Field, depth: float, half_width: float) -> None:
    """Four walls that stand 1.9 m above and 1.1 m below the eye, darker toward floor and corners."""
    p.gradient(
        [(-90, floor * 0.6), (-22, floor * 1.1), (-8, floor * 0.8), (0, wall), (30, ceiling * 0.9), (90, ceiling)]
    )

    lean = p.rng.uniform(-0.35, 0.35)

    def worn(across: Field, up: Field) -> Field:
        sideways = 1 + lean * across - 0.35 * np.abs(across) ** 3
        return wall * ((0.65 + 0.4 * step(0, 0.6, up)) * sideways)[..., None]

    for turn, distance, half in ((0, depth, half_width), (90, half_width, depth), (-90, half_width, depth)):
        p.box(Place(turn, distance), (-half, half), (FLOOR, 1.9), worn)
    p.box(Place(180, depth), (-half_width, half_width), (FLOOR, 1.9), worn)
    p.cloudy(0.06)


def bottle(p: Panorama, place: Place, x: float, z: float, backlight: Field, frontlight: float, bold: bool) -> None:
    """A bottle that lets the light behind it through in its colour and mirrors the room in two streaks."""
    rng = p.rng
    glass = some(rng, BOLD_GLASS if bold else BOTTLE_GLASS, 0.25)
    label, paper = some(rng, LABELS, 0.2) * frontlight, rng.random() < 0.8
    low, high = rng.uniform(0.1, 0.2), rng.uniform(0.35, 0.55)
    full, stand = rng.uniform(0.2, 0.8), float(np.exp(rng.normal(0, 0.08)))
    body = glass * (backlight * 0.6 + 0.12 * frontlight)

    def look(across: Field, up: Field) -> Field:
        shaded = 1 - 0.75 * across**2 + 0.3 * step(full, full - 0.05, up) * (up < 0.6)
        colour = body * shaded[..., None]
        on_label = (up > low) & (up < high) & paper
        colour = mixed(colour, label, on_label * (0.9 - 0.4 * across**2))
        streak = np.exp(-(((across + 0.55) / 0.14) ** 2)) + 0.5 * np.exp(-(((across - 0.7) / 0.1) ** 2))
        return colour + (streak * 0.35 * frontlight)[..., None] * WARM_LIGHT

    outline = np.array(BOTTLES[rng.integers(len(BOTTLES))]) * (stand, stand)
    p.paint(place, x, z, outline, look)


def shelf(p: Panorama, place: Place, x: Range, z: float, light: Field, frontlight: float, plank: Field) -> None:
    """A shelf of bottles, lit from behind by `light`, strongest above the plank or below the next one."""
    rng = p.rng
    tall, from_below = rng.uniform(0.34, 0.42), rng.random() < 0.5

    def lit(across: Field, up: Field) -> Field:
        near = up if from_below else 1 - up
        return light * (0.35 + 1.0 * np.exp(-3.5 * near) + 0 * across)[..., None]

    p.box(place, x, (z, z + tall), lit)
    bold = rng.uniform(0.05, 0.3)
    at = x[0] + rng.uniform(0.02, 0.1)
    visible = place.distance  # no bottle is painted where it cannot be seen, more than 45 degrees off
    while at < x[1] - 0.05:
        if abs(at) < visible and rng.random() < 0.9:
            bottle(p, place, at, z, light * rng.uniform(0.5, 1.1), frontlight, rng.random() < bold)
        at += rng.uniform(0.08, 0.115)
    p.box(place, x, (z - 0.035, z), plank)
    p.box(place, x, (z - 0.006, z), plank * 2.5 + 0.3 * light)


def window(p: Panorama, place: Place, x: Range, z: Range, bars: tuple[int, int], sky: Field, frame: Field) -> None:
    """A window with `bars` upright and level; outside there is `sky` over something darker."""
    rng = p.rng
    ground = some(rng, ("#6f7d4c", "#7d7468", "#8f8a82", "#54663a"), 0.25) * float(sky.mean()) * rng.uniform(0.25, 0.6)
    skyline = rng.uniform(0.1, 0.55)

    def view(across: Field, up: Field) -> Field:
        shape = np.broadcast_shapes(across.shape, up.shape)
        above = step(-0.12, 0.12, up + 0.1 * p.rough(shape) - skyline)
        return mixed(ground, sky, above) * np.exp(0.2 * p.rough(shape))[..., None]

    edge = rng.uniform(0.05, 0.09)
    p.box(place, (x[0] - edge, x[1] + edge), (z[0] - edge, z[1] + edge), frame)
    p.box(place, x, z, view)
    bar = rng.uniform(0.018, 0.035)
    for at in np.linspace(*x, bars[0] + 2)[1:-1]:
        p.box(place, (at - bar, at + bar), z, frame * 0.8)
    for at in np.linspace(*z, bars[1] + 2)[1:-1]:
        p.box(place, x, (at - bar, at + bar), frame * 0.8)
    p.box(place, (x[0] - 0.15, x[1] + 0.15), (z[0] - edge - 0.05, z[0] - edge), frame * 1.3)


def curtains(p: Panorama, place: Place, x: Range, z: Range, colour: Field) -> None:
    """Curtains left and right of a window, light falling through their folds."""
    folds, phase = p.rng.uniform(6, 12), p.rng.uniform(0, 6)

    def draped(across: Field, up: Field) -> Field:
        return colour * (0.75 + 0.25 * np.sin(across * folds + phase) + 0.1 * up)[..., None]

    wide = p.rng.uniform(0.2, 0.45)
    for at in x:
        p.box(place, (at - wide / 2, at + wide / 2), z, draped, 0.92)


def person(p: Panorama, place: Place, x: float, light: float) -> None:
    """Somebody who stands or sits, from the waist up."""
    rng = p.rng
    clothes, skin, hair = some(rng, CLOTHES, 0.3), some(rng, SKIN), some(rng, ("#1a1410", "#3b2a1c", "#7a5a34"), 0.3)
    facing = rng.random() < 0.5

    def dressed(across: Field, up: Field) -> Field:
        colour = mixed(clothes, skin, step(0.61, 0.66, up))
        colour = mixed(colour, hair, step(0.9, 0.93, up) if facing else step(0.72, 0.76, up))
        return colour * (light * (0.85 - 0.35 * across**2))[..., None]

    p.paint(place, x, rng.uniform(-0.75, -0.35), PERSON, dressed)


def people(p: Panorama, count: int, distances: Range, light: float) -> None:
    """Some people in the background, the far ones first."""
    for distance in sorted(p.rng.uniform(*distances, count), reverse=True):
        person(p, Place(p.rng.uniform(-50, 50), distance), 0, light)


def chair(p: Panorama, place: Place, x: float, colour: Field) -> None:
    """A chair's back, with slats, and its seat."""
    rng = p.rng
    wide, top = rng.uniform(0.19, 0.24), rng.uniform(-0.3, -0.12)
    p.box(place, (x - wide, x + wide), (top - 0.09, top), colour)
    for at in np.linspace(-wide, wide, rng.integers(3, 6)):
        p.box(place, (x + at - 0.015, x + at + 0.015), (FLOOR, top), colour * 0.8)
    p.box(place, (x - wide, x + wide), (-0.68, -0.62), colour * 0.9)


def far_table(p: Panorama, place: Place, x: float, colour: Field, candle: bool) -> None:
    """Another table, perhaps with a candle and glasses on it."""
    rng = p.rng
    wide, top = rng.uniform(0.35, 0.7), -0.33
    p.box(place, (x - 0.04, x + 0.04), (FLOOR, top), colour * 0.4)
    p.box(place, (x - wide, x + wide), (top - 0.04, top), colour * 0.6)
    p.ellipse(place, x, top, (2 * wide, 0.12), colour)
    for _ in range(rng.integers(0, 4)):
        at, glass = x + rng.uniform(-0.7, 0.7) * wide, rng.uniform(0.09, 0.18)
        p.paint(place, at, top, [(0, 0.03), (glass, 0.04)], colour + 0.25, 0.5)
    if candle:
        flame(p, place, x, top + 0.08)


def flame(p: Panorama, place: Place, x: float, z: float) -> None:
    """A candle's flame and the glow about it."""
    azimuth, elevation = _direction(place, x, z)
    p.lights([azimuth], [elevation], [WARM_LIGHT * (4, 2.6, 1.5)], 0.9)
    p.glow(azimuth, elevation, 5, WARM_LIGHT * (0.5, 0.3, 0.15))


def pendants(p: Panorama, place: Place, xs: ArrayLike, z: float, shade: Field, light: Field) -> None:
    """Lamps that hang in a row: cords, shades and the bulbs below them."""
    size = p.rng.uniform(0.1, 0.2)
    slope = p.rng.uniform(0.15, 0.9)
    for x in np.asarray(xs, float):
        p.box(place, (x - 0.01, x + 0.01), (z + size, 1.8), shade * 0.3)
        p.paint(place, x, z, [(0, size), (size, size * slope), (size * 1.1, 0.02)], shade)
        azimuth, elevation = _direction(place, x, z - 0.02)
        p.lights([azimuth], [elevation], [light], 1.1)
        p.glow(azimuth, elevation, 9, light * 0.1)


def string_lights(p: Panorama, azimuth: Range, height: float, sag: float, count: int, light: Field) -> None:
    """Bulbs on a sagging string, between two azimuths, height in degrees at its ends."""
    t = np.linspace(-1, 1, count) + p.rng.normal(0, 0.2 / count, count)
    at = azimuth[0] + (t + 1) / 2 * (azimuth[1] - azimuth[0])
    p.lights(at, height - sag * (1 - t**2), light * np.exp(p.rng.normal(0, 0.25, (count, 1))), p.rng.uniform(0.7, 1.1))


def far_lights(p: Panorama, count: int, elevation: Range, colours: tuple[str, ...], strength: float) -> None:
    """Points of light strewn over the background in loose clusters, a few strong ones among many weak."""
    rng = p.rng
    clusters = rng.uniform(-55, 55, max(count // 6, 1))
    azimuth = rng.choice(clusters, count) + rng.normal(0, 7, count)
    radiance = strength * np.exp(rng.normal(-0.5, 0.9, (count, 1)))
    tints = np.array([some(rng, colours, 0.2) for _ in range(count)]).reshape(count, 3)
    p.lights(azimuth, rng.triangular(*_leaning(elevation), size=count), tints * np.minimum(radiance, 9), 1.0)


def foliage(p: Panorama, place: Place, x: float, z: float, sides: Range, light: float, dense: float = 0.9) -> None:
    """A bush or a tree's crown about (x, z): leaves light and dark, with a ragged edge."""
    rng = p.rng
    dark, bright = some(rng, LEAVES, 0.2) * 0.25 * light, some(rng, LEAVES, 0.2) * 1.3 * light

    def leaves(across: Field, up: Field) -> Field:
        shape = np.broadcast_shapes(across.shape, up.shape)
        return mixed(dark, bright, step(-1.2, 1.6, p.rough(shape) + 1.2 * (up - 0.5)))

    for _ in range(3):
        dx, dz = rng.normal(0, 0.22, 2) * sides
        p.ellipse(place, x + dx, z + dz, (sides[0] * 0.75, sides[1] * 0.75), leaves, dense)
    for _ in range(5):
        angle = rng.uniform(0, 2 * np.pi)
        at = x + 0.5 * sides[0] * np.cos(angle), z + 0.5 * sides[1] * np.sin(angle)
        p.ellipse(place, *at, (sides[0] * 0.3, sides[1] * 0.25), leaves, 0.7)


def glints(p: Panorama, count: int, azimuth: Range, elevation: Range, colour: Field) -> None:
    """Small discs: sun on leaves and water, gaps in a crown."""
    rng = p.rng
    radiance = np.exp(rng.normal(0, 0.6, (count, 1)))
    p.lights(rng.uniform(*azimuth, count), rng.uniform(*elevation, count), colour * radiance, rng.uniform(0.5, 1.0))


def pot_plant(p: Panorama, place: Place, x: float, z: float, light: float) -> None:
    """A plant in a pot that stands at height z."""
    rng = p.rng
    pot, tall = some(rng, ("#a8603f", "#d9d4c8", "#3c3f42", "#7f8a86"), 0.2) * light, rng.uniform(0.12, 0.25)
    p.paint(place, x, z, [(0, tall * 0.35), (tall, tall * 0.5)], _rounded(pot))
    foliage(p, place, x, z + tall * 2, (tall * 2.2, tall * 2.4), light)


def picture(p: Panorama, place: Place, x: Range, z: Range, light: float) -> None:
    """A framed picture of a few muted patches."""
    rng = p.rng
    p.box(place, x, z, some(rng, ("#1d1a17", "#e8e4da", "#8a6a42")) * light)
    edge = 0.05 * (x[1] - x[0]) + 0.01
    inside = (x[0] + edge, x[1] - edge), (z[0] + edge, z[1] - edge)
    p.box(place, *inside, some(rng, ("#ddd6c6", "#b9c4c4", "#7a8a92", "#c9a88a"), 0.2) * light)
    for _ in range(3):
        left, low = rng.uniform(*inside[0]), rng.uniform(*inside[1])
        right, high = rng.uniform(left, inside[0][1]), rng.uniform(low, inside[1][1])
        p.box(place, (left, right), (low, high), some(rng, ("#3d4f5c", "#a35b3c", "#d9b25f", "#5d6b4a"), 0.3) * light)


def lined_up(p: Panorama, place: Place, x: Range, z: float, colours: tuple[str, ...], light: float) -> None:
    """Jars, books or dishes of many heights side by side on something at height z."""
    rng, at = p.rng, x[0]
    while at < x[1]:
        wide, tall = rng.uniform(0.02, 0.09), rng.uniform(0.08, 0.32)
        if rng.random() < 0.85:
            outline = [(0, wide), (tall * 0.8, wide), (tall, wide * rng.uniform(0.4, 1))]
            p.paint(place, at + wide, z, outline, _rounded(some(rng, colours, 0.25) * light))
        at += 2 * wide + rng.exponential(0.03)


def floor_lamp(p: Panorama, place: Place, x: float, z: float, light: Field) -> None:
    """A lamp with a glowing shade of cloth at height z."""
    p.box(place, (x - 0.015, x + 0.015), (z - 1, z), light * 0.02)

    def glowing(across: Field, up: Field) -> Field:
        return light * (1.1 - 0.5 * across**2 - 0.5 * np.abs(up - 0.4))[..., None]

    p.paint(place, x, z, [(0, 0.2), (0.26, 0.14)], glowing)
    p.glow(*_direction(place, x, z + 0.1), 22, light * 0.12)


def photographer(p: Panorama, light: float) -> None:
    """Who takes the picture: a dark shape that the glass mirrors."""
    person(p, Place(180 + p.rng.normal(0, 8), 0.8), 0, light)


def row(rng: np.random.Generator, width: float, gap: float | None = None) -> Field:
    """Evenly spaced places along `width` metres, shifted at random."""
    gap = gap or float(rng.uniform(0.4, 1.1))
    return np.arange(-width / 2 + rng.uniform(0, gap), width / 2, gap).astype(np.float32)


def near_middle(rng: np.random.Generator, half: float) -> Range:
    """A range of half width `half` somewhere near the middle."""
    middle = float(rng.normal(0, half))
    return middle - half, middle + half


def _rounded(colour: Field) -> Shade:
    """Of one colour, darker toward the sides, as a cylinder is."""
    return lambda across, up: colour * (1 - 0.5 * across**2 + 0.1 * up)[..., None]


def _direction(place: Place, x: float, z: float) -> tuple[float, float]:
    """Azimuth and elevation, degrees, of a point on a place."""
    return place.turn + float(np.degrees(np.arctan2(x, place.distance))), float(
        np.degrees(np.arctan2(z, np.hypot(place.distance, x)))
    )


def _leaning(span: Range) -> tuple[float, float, float]:
    """The corners of a triangular draw over a span, most often a third up."""
    return span[0], span[0] + (span[1] - span[0]) / 3, span[1]
