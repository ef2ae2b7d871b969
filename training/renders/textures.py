"""Painted textures: fruit flesh, rinds, leaves and paper, each drawn afresh from a random generator.

All are float32 arrays (h, w, 3), sRGB in [0, 1], rows from the bottom up, so that a mesh's v grows with
the row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cocktailman.colour import rgb

Texture = NDArray[np.float32]
Map = NDArray[np.float64]  # (h, w), one number a pixel

SIZE = 256  # px, each side
SATURATION = 1.06  # light that wanders below a surface, and Blender's film, wash colours out
RIND_AT = 0.94  # share of a slice's radius where its rind begins


@dataclass(frozen=True)
class Citrus:
    """How a citrus fruit looks cut open (display colours), how many segments it has and how large it is (cm)."""

    flesh: str
    deep: str  # the flesh between the lights of its juice sacs
    membrane: str
    pith: str
    rind: str
    rind_dark: str
    segments: tuple[int, int]  # fewest, most
    radius: float  # cm, of the slice through its middle
    stretch: float  # length over width
    pith_width: float  # share of the radius


CITRUS = {
    "lemon": Citrus("#f5df5e", "#e3be33", "#fbf3cb", "#fbf5df", "#f8da2a", "#ecc216", (8, 10), 2.6, 1.35, 0.10),
    "lime": Citrus("#bcd468", "#8fb342", "#e6efc0", "#e9f0cf", "#3f8220", "#225a12", (9, 11), 2.3, 1.2, 0.055),
    "orange": Citrus("#ff9416", "#e96f08", "#ffcb82", "#ffecce", "#fb8512", "#e66c0a", (9, 11), 3.3, 1.05, 0.075),
}


def citrus_slice(kind: str, rng: np.random.Generator) -> Texture:
    """A slice across a fruit, its middle at (0.5, 0.5), its edge at distance 0.5; rind beyond."""
    fruit = CITRUS[kind]
    radius, angle = _polar(rng)
    edge = RIND_AT - fruit.pith_width  # where the flesh ends
    inside = _segment_depth(radius, angle, edge, int(rng.integers(fruit.segments[0], fruit.segments[1] + 1)), rng)
    sacs, shade = cells(angle * 9.5, radius * 5.5 + 0.6 * noise(6, rng), rng)
    picture = _mix(fruit.pith, fruit.membrane, step(edge + 0.02, edge - 0.04, radius))
    flesh = _flesh(fruit, sacs, shade, radius, rng)
    picture = _mix(picture, flesh, step(0.004, 0.022, inside))
    rind = _rind(fruit, rng)
    return _done(_mix(picture, rind, step(RIND_AT - 0.012, RIND_AT + 0.012, radius + 0.006 * noise(20, rng))), rng)


def citrus_wedge(kind: str, rng: np.random.Generator) -> Texture:
    """A wedge: below v = 0.5 its cut face (u along the fruit's axis, v from the axis out), above it the rind."""
    fruit = CITRUS[kind]
    u, v = _uv()
    along, out = 2 * u - 1, np.clip(v / 0.5, 0, 1)
    radius = np.hypot(along, out)
    edge = RIND_AT - fruit.pith_width
    fan = np.arctan2(out + 0.5, along * 0.9)
    sacs, shade = cells(fan * 14, radius * 5.0 + 0.7 * noise(6, rng), rng)
    flesh = _flesh(fruit, sacs, shade, radius, rng)
    core = 0.05 + 0.02 * noise(7, rng)  # the white thread along the axis
    inside = np.minimum(edge - radius + 0.02 * noise(8, rng), out - core)
    picture = _mix(fruit.pith, fruit.membrane, step(0.06, 0.0, out))
    picture = _mix(picture, flesh, step(0.0, 0.035, inside))
    film = 0.45 * step(0.35, 0.8, noise(5, rng))  # rags of membrane left on the face
    picture = _mix(picture, fruit.membrane, film * step(0.0, 0.03, inside))
    picture = _mix(picture, _rind(fruit, rng), step(RIND_AT - 0.01, RIND_AT + 0.015, radius))
    return _done(_mix(picture, _rind(fruit, rng), (v > 0.5).astype(float)), rng)


def citrus_peel(kind: str, rng: np.random.Generator) -> Texture:
    """A strip of peel, u around it: the rind for u below 0.5, the pith above."""
    fruit = CITRUS[kind]
    u, _ = _uv()
    pith = _mix(fruit.pith, fruit.rind, 0.12 + 0.12 * noise(18, rng))
    return _done(_mix(_rind(fruit, rng), pith, step(0.49, 0.53, u) * step(0.99, 0.96, u)), rng)


def leaf(light: str, dark: str, rng: np.random.Generator, veins: int = 7) -> Texture:
    """A leaf, v from stem to tip, its midrib at u = 0.5; quilted between its rising side veins."""
    u, v = _uv()
    across = np.abs(2 * u - 1)
    side = np.where(u < 0.5, 0.0, 0.31)  # veins of the two halves do not meet
    phase = (v - 0.275 * across + 0.15 * across**2) * veins + side + 0.08 * noise(8, rng)
    from_vein = np.abs(phase - np.round(phase))
    fine, shade = cells(u * 26, v * 34, rng)
    tone = 0.6 + 0.35 * step(0.5, 0.08, from_vein) - 0.2 * shade + 0.18 * noise(5, rng) + 0.15 * noise(24, rng)
    picture = _mix(light, dark, tone)
    picture = _mix(picture, "#cfe6a0", 0.2 * step(0.10, 0.02, from_vein) * step(1.0, 0.6, across))
    picture = _mix(picture, "#dcebac", 0.10 * step(0.08, 0.0, fine))
    return _done(_mix(picture, "#cfe09c", 0.6 * step(0.055, 0.015, across * (0.4 + 0.6 * v))), rng)


def strawberry(rng: np.random.Generator) -> Texture:
    """A strawberry, u around, v from tip to stem: pits with golden seeds in staggered rows, paler under the leaves."""
    u, v = _uv()
    rows, around = 16, 17
    row = v * rows
    index = np.floor(row)
    place = u * around + 0.5 * (index % 2) + 0.12 * noise(9, rng)
    x, y = place - np.floor(place) - 0.5, row - index - 0.5 + 0.12 * noise(9, rng)
    seed = np.hypot(x * 2.5, y * 1.45)  # in the seed's own lengths
    ripe = 0.35 * noise(5, rng) + 0.25 * noise(14, rng)
    picture = _mix("#cf1226", "#9c0716", 0.5 + ripe)
    picture = _mix(picture, "#f2a78f", 0.75 * step(0.84, 1.0, v + 0.05 * noise(10, rng)))
    picture = _mix(picture, "#6d0410", 0.8 * step(0.66, 0.36, seed))
    picture = _mix(picture, "#e0604f", 0.15 * step(0.18, 0.0, np.abs(seed - 0.72)) * (y < 0))
    return _done(_mix(picture, "#d9a544", step(0.32, 0.22, seed)), rng)


def pineapple_slice(rng: np.random.Generator) -> Texture:
    """A sector of a pineapple slice: its apex at (0.5, 0), its rind from the distance 0.85 on."""
    u, v = _uv()
    radius, angle = np.hypot(u - 0.5, v), np.arctan2(u - 0.5, v + 1e-9)
    sacs, shade = cells(angle * 22, radius * 4 + 0.5 * noise(5, rng), rng)
    streak = np.interp(angle.ravel(), np.linspace(-1.6, 1.6, 160), rng.uniform(-1, 1, 160)).reshape(angle.shape)
    tone = 0.45 + 0.6 * (shade - 0.5) + 0.35 * step(0.3, 0.0, sacs) + 0.25 * noise(5, rng) + 0.3 * streak
    picture = _mix("#f9d64c", "#d99c1c", tone)
    picture = _mix(picture, "#f6e08c", 0.7 * step(0.30, 0.22, radius + 0.01 * noise(9, rng)))  # the woody core
    eyes, _ = cells(angle * 9, radius * 7, rng)
    picture = _mix(picture, "#b97f1d", 0.8 * step(0.22, 0.05, eyes) * step(0.72, 0.80, radius))
    bark = _mix("#74552a", "#403a1a", 0.5 + 0.6 * noise(18, rng))
    bark = _mix(bark, "#8f6b2c", 0.6 * step(0.25, 0.6, noise(11, rng)))
    return _done(_mix(picture, bark, step(0.84, 0.87, radius + 0.02 * noise(9, rng))), rng)


def cucumber_slice(rng: np.random.Generator) -> Texture:
    """A slice across a cucumber, middle at (0.5, 0.5), its skin at distance 0.5."""
    radius, angle = _polar(rng)
    lobes = np.cos(3 * angle + rng.uniform(0, 6))
    heart = 0.60 + 0.04 * lobes + 0.012 * noise(9, rng)
    picture = _mix("#e4efbd", "#cfe09b", 0.5 + 0.5 * noise(18, rng))
    picture = _mix(picture, "#a9c95f", step(0.78, 0.95, radius))
    jelly = _mix("#c3d784", "#d9e6a8", 0.5 + 0.6 * noise(12, rng))
    picture = _mix(picture, jelly, step(heart + 0.02, heart - 0.04, radius))
    picture = _mix(picture, "#eaf2c8", 0.8 * step(0.86, 0.97, -lobes) * step(heart, heart - 0.1, radius))
    seeds = _seeds(radius, angle, lobes, rng)
    picture = _mix(picture, "#94ad52", 0.7 * step(1.35, 1.05, seeds))
    picture = _mix(picture, "#f3f3d6", step(1.05, 0.85, seeds))
    skin = _mix("#2d5a1d", "#183f12", 0.5 + 0.7 * noise(16, rng))
    return _done(_mix(picture, skin, step(0.945, 0.965, radius + 0.01 * noise(14, rng))), rng)


def cucumber_ribbon(rng: np.random.Generator) -> Texture:
    """A long thin slice of cucumber, u across it (skin at both edges), v along; seeds down the middle."""
    u, v = _uv()
    across = np.abs(2 * u - 1)
    picture = _mix("#dcebae", "#c3da88", 0.5 + 0.5 * noise(4, rng, across=26))
    picture = _mix(picture, "#cfdf98", step(0.45, 0.35, across))
    place = v * 22 + 0.5 * (u > 0.5)
    seed = np.hypot((across - 0.2) / 0.14, (place - np.round(place)) * 2.4)
    picture = _mix(picture, "#eef2cf", 0.9 * step(1.0, 0.8, seed))
    return _done(_mix(picture, "#235019", step(0.87, 0.92, across + 0.02 * noise(14, rng))), rng)


def celery(rng: np.random.Generator) -> Texture:
    """A stalk of celery, u around it, v up: pale at the foot, greener above, with fibres along it."""
    _, v = _uv()
    fibres = noise(3, rng, across=46)
    picture = _mix("#e6efba", "#8fbb3f", 0.15 + 0.75 * v + 0.3 * fibres)
    return _done(_mix(picture, "#f2f7d2", 0.5 * step(0.25, 0.8, fibres)), rng)


def olive(rng: np.random.Generator) -> Texture:
    """The skin of a green olive, blotched and flecked."""
    u, v = _uv()
    picture = _mix("#9aa02f", "#6d7a1e", 0.5 + 0.6 * noise(4, rng) + 0.2 * noise(22, rng))
    from_border, shade = cells(24 * u, 24 * v, rng)
    return _done(_mix(picture, "#c3c36a", 0.5 * step(0.22, 0.34, from_border) * (shade > 0.6)), rng)


def coffee_bean(rng: np.random.Generator) -> Texture:
    """A roasted bean, u around its long axis with the furrow at u = 0.5, v along it."""
    u, v = _uv()
    wave = 0.5 + 0.018 * np.sin((v - 0.5) * 7)
    tone = 0.5 + 0.5 * noise(7, rng) + 0.2 * noise(30, rng)
    picture = _mix("#4e2c17", "#2c170b", tone)
    picture = _mix(picture, "#7a5030", 0.5 * step(0.05, 0.02, np.abs(u - wave)))
    return _done(_mix(picture, "#160a04", step(0.022, 0.010, np.abs(u - wave))), rng)


def paper_straw(rng: np.random.Generator) -> Texture:
    """Paper with a stripe that winds around: u around, v along."""
    u, v = _uv()
    colour = str(rng.choice(["#c4202c", "#1f1f22", "#1c63b0", "#2e8b46", "#d99a1c", "#d8467f"]))
    turns = int(rng.integers(6, 11))
    phase = (v * turns + u * rng.choice([-1, 1])) % 1.0
    paper = _mix("#f6f2e8", "#e6dfce", 0.3 + 0.5 * noise(30, rng))
    return _done(_mix(paper, colour, step(0.0, 0.03, phase) * step(0.48, 0.45, phase)), rng)


def noise(hills: int, rng: np.random.Generator, across: int | None = None) -> Map:
    """Smooth noise (SIZE, SIZE) in about [-1, 1], `hills` of them along each side, or `across` along u."""
    rows, columns = hills, across or hills
    lattice = rng.uniform(-1, 1, (rows + 1, columns + 1))
    i, s = _lattice_places(rows)
    j, t = _lattice_places(columns)
    low = lattice[i][:, j] * (1 - t) + lattice[i][:, j + 1] * t
    high = lattice[i + 1][:, j] * (1 - t) + lattice[i + 1][:, j + 1] * t
    return low * (1 - s[:, None]) + high * s[:, None]


def cells(u: Map, v: Map, rng: np.random.Generator) -> tuple[Map, Map]:
    """Worley cells of size 1 in the plane of u and v.

    Returns how far every pixel lies from its cell's border (0 on it) and a random number in [0, 1] for its cell.
    """
    i, j = np.floor(u).astype(int), np.floor(v).astype(int)
    i0, j0 = i.min() - 1, j.min() - 1
    table = rng.uniform(0.1, 0.9, (i.max() - i0 + 2, j.max() - j0 + 2, 3))
    nearest, second, shade = np.full(u.shape, 9.0), np.full(u.shape, 9.0), np.zeros(u.shape)
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            seed = table[i + di - i0, j + dj - j0]
            distance = np.hypot(i + di + seed[..., 0] - u, j + dj + seed[..., 1] - v)
            closer = distance < nearest
            second = np.where(closer, nearest, np.minimum(second, distance))
            shade = np.where(closer, seed[..., 2], shade)
            nearest = np.where(closer, distance, nearest)
    return (second - nearest) / 2, shade


def step(start: float | Map, end: float | Map, value: Map) -> Map:
    """0 where `value` has not reached `start`, 1 beyond `end`, smooth between; `end` may be the smaller.

    As `noise.step`, but in double precision, in which these textures were always painted.
    """
    t = np.clip((value - start) / (np.asarray(end) - start), 0, 1)
    return t * t * (3 - 2 * t)


def _segment_depth(radius: Map, angle: Map, edge: float, count: int, rng: np.random.Generator) -> Map:
    """How deep a pixel lies in the segment it belongs to, in slice radii: below 0 outside, corners rounded."""
    widths = rng.uniform(0.78, 1.22, count)
    borders = 2 * np.pi * np.cumsum(widths) / widths.sum()
    wobbled = (angle + 0.05 * noise(5, rng)) % (2 * np.pi)
    which = np.searchsorted(borders, wobbled) % count
    start = np.concatenate([[0], borders[:-1]])[which]
    half = (borders[which] - start) / 2
    aside = np.abs(wobbled - start - half)  # from the segment's middle line
    to_side = radius * np.sin(np.clip(half - aside, 0, np.pi / 2))
    core = 0.05 + rng.uniform(0, 0.06, count)[which]
    sharpness = 26.0
    walls = np.stack([to_side - 0.012, edge - radius, radius - core])
    return -np.log(np.exp(-sharpness * walls).sum(0)) / sharpness + 0.01


def _flesh(fruit: Citrus, sacs: Map, shade: Map, radius: Map, rng: np.random.Generator) -> NDArray[np.float64]:
    """Juice sacs: each of its own tone, light along its border, the whole mottled."""
    tone = 0.5 + 0.8 * (shade - 0.5) + 0.35 * noise(5, rng) + 0.15 * radius
    flesh = _mix(fruit.flesh, fruit.deep, tone)
    return _mix(flesh, fruit.membrane, 0.32 * step(0.11, 0.0, sacs))


def _rind(fruit: Citrus, rng: np.random.Generator) -> NDArray[np.float64]:
    """Rind with pores, mottled."""
    u, v = _uv()
    pores, _ = cells(44 * u, 44 * v, rng)
    tone = 0.45 + 0.45 * noise(4, rng) + 0.2 * noise(12, rng) - 0.25 * step(0.3, 0.0, pores)
    return _mix(fruit.rind, fruit.rind_dark, tone)


def _seeds(radius: Map, angle: Map, lobes: Map, rng: np.random.Generator) -> Map:
    """How far a pixel lies from the nearest of some cucumber seeds, in seed sizes: they line the three lobes."""
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    best = np.full(x.shape, 9.0)
    for turn in np.arange(0, 2 * np.pi, 2 * np.pi / 21) + rng.normal(0, 0.05, 21):
        at = rng.uniform(0.30, 0.48)
        px, py = x - at * np.cos(turn), y - at * np.sin(turn)
        out, aside = px * np.cos(turn) + py * np.sin(turn), py * np.cos(turn) - px * np.sin(turn)
        best = np.minimum(best, np.hypot(out / 0.095, aside / 0.04))
    return np.where(lobes > -0.9, best, 9.0)


def _lattice_places(count: int) -> tuple[NDArray[np.int64], Map]:
    """For every pixel of a side the lattice point before it and how far on it lies, eased."""
    place = (np.arange(SIZE) + 0.5) / SIZE * count
    index = np.minimum(place.astype(int), count - 1)
    t = place - index
    return index, t * t * (3 - 2 * t)


def _uv() -> tuple[Map, Map]:
    line = (np.arange(SIZE) + 0.5) / SIZE
    u, v = np.meshgrid(line, line)
    return u, v


def _polar(rng: np.random.Generator) -> tuple[Map, Map]:
    """Distance from the middle, 1 at the texture's edge, and angle from a random start in [0, 2 pi)."""
    u, v = _uv()
    x, y = 2 * u - 1 + rng.normal(0, 0.015), 2 * v - 1 + rng.normal(0, 0.015)  # no slice is cut quite true
    return np.hypot(2 * u - 1, 2 * v - 1), (np.arctan2(y, x) + rng.uniform(0, 2 * np.pi)) % (2 * np.pi)


def _mix(below: NDArray[np.float64] | str, above: NDArray[np.float64] | str, share: Map) -> NDArray[np.float64]:
    """`above` laid over `below`, each a picture or a colour, at a share in [0, 1] (clipped)."""
    ground, cover = (rgb(layer) if isinstance(layer, str) else layer for layer in (below, above))
    weight = np.clip(share, 0, 1)[..., None]
    return ground * (1 - weight) + cover * weight


def _done(picture: NDArray[np.float64], rng: np.random.Generator) -> Texture:
    """The finished texture, its colour shifted a little: no two fruits are alike."""
    grey = picture.mean(-1, keepdims=True)
    shifted = (grey + SATURATION * (picture - grey)) * (1 + rng.normal(0, 0.025, 3)) * (1 + rng.normal(0, 0.03))
    return np.clip(shifted, 0, 1).astype(np.float32)
