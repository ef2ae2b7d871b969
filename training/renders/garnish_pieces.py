"""The pieces garnishes come in, dressed up as parts: each maker sets its piece on a vessel at azimuth 0, towards +x."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from training.renders import garnish_places as places
from training.renders import garnish_shapes as shapes
from training.renders import textures
from training.renders.mesh import Mesh, Points, ball, joined, mesh, revolve, tube, turn
from training.renders.parts import Colour, Material, Part, Seat, srgb

Maker = Callable[[Seat, float, np.random.Generator], list[Part]]  # the number scales it: 1 on a usual rocks glass

MINT = ("#5aa840", "#286a2b")  # its light and its dark green


# Fruit on the rim


def _citrus_wheel(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    radius = _citrus_radius(kind, size, rng)
    skin = _flesh(textures.citrus_slice(kind, rng))
    return [Part(places.wheel_on_rim(radius, 0.5 * size, seat, rng), skin, "garnish")]


def _citrus_half_wheel(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    radius = _citrus_radius(kind, size, rng)
    depth = rng.uniform(0.4, 0.6)
    shape = shapes.half_slice(radius, 0.5 * size, places.slit(seat), depth).moved((0, -depth * radius, 0))
    stuff = _flesh(textures.citrus_slice(kind, rng))
    return [Part(places.on_rim(places.upright(shape, rng, roll=9), seat), stuff, "garnish")]


def _citrus_wedge(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    radius = _citrus_radius(kind, size, rng) * 0.95
    length = 2 * radius * textures.CITRUS[kind].stretch
    shape = shapes.fruit_wedge(length, radius, rng.uniform(52, 72))
    shape = shape.moved((rng.normal(0, 0.05) * length, 0, -rng.uniform(0.4, 0.6) * radius))
    tilt = turn("z", rng.normal(0, 16)) @ turn("y", rng.normal(0, 14)) @ turn("x", rng.normal(0, 8))
    stuff = _flesh(textures.citrus_wedge(kind, rng))
    return [Part(places.on_rim(shape.moved(turn=tilt), seat), stuff, "garnish")]


def _citrus_peel(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    shape = _coiled_peel(size, rng) if rng.random() < 0.65 else _leaning_peel(size, rng)
    stuff = Material(roughness=0.4, subsurface=0.15, bump=0.015, bump_size=0.1, texture=textures.citrus_peel(kind, rng))
    return [Part(places.on_rim(shape, seat), stuff, "garnish")]


def _coiled_peel(size: float, rng: np.random.Generator) -> Mesh:
    """A twist that rides on the rim, one end in the glass, the other down its outside."""
    t = np.linspace(0, 1, 60)
    coil = rng.uniform(0.32, 0.45) * size
    x = np.interp(t, (0, 1), (-rng.uniform(0.8, 1.2), rng.uniform(0.9, 1.3))) * size
    z = (0.55 + coil) - (1.15 + rng.uniform(0, 0.3)) * np.abs(x) ** 1.6 / size**0.6
    axis = np.stack([x, np.zeros_like(x), z], 1)
    along = np.gradient(axis, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.cross((0.0, 1.0, 0.0), along)
    phase = rng.choice((-1, 1)) * 2 * np.pi * rng.uniform(1.6, 2.6) * t + rng.uniform(0, 6)
    outward = np.cos(phase)[:, None] * across + np.sin(phase)[:, None] * np.array([0.0, 1.0, 0.0])
    width = rng.uniform(0.75, 1.0) * size * np.clip(6 * t * (1 - t) + 0.25, 0, 1)
    return shapes.strip(axis + coil * outward, outward, width, 0.16 * size)


def _leaning_peel(size: float, rng: np.random.Generator) -> Mesh:
    """A broad swath of peel that stands in the glass, leaning out over the rim."""
    t = np.linspace(0, 1, 24)
    lean, length = np.radians(rng.uniform(25, 45)), rng.uniform(4.5, 6.0) * size
    bow = rng.uniform(0.5, 1.0) * size * (1 - (2 * t - 1) ** 2)
    along, out = np.array([np.sin(lean), 0, np.cos(lean)]), np.array([np.cos(lean), 0, -np.sin(lean)])
    path = along * (length * (t - 0.42))[:, None] - out * (0.45 * size + bow - bow.max())[:, None]
    twist = np.radians(rng.normal(0, 25)) * (t - 0.3)
    outward = np.cos(twist)[:, None] * out + np.sin(twist)[:, None] * np.array([0.0, 1.0, 0.0])
    width = rng.uniform(1.3, 1.9) * size * np.clip(8 * t * (1 - t) + 0.3, 0, 1)
    return shapes.strip(path, -outward if rng.random() < 0.3 else outward, width, 0.18 * size)


def _cucumber_wheel(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    shape = places.wheel_on_rim(rng.uniform(1.9, 2.4) * size, 0.4 * size, seat, rng)
    return [Part(shape, _flesh(textures.cucumber_slice(rng)), "garnish")]


def _pineapple_wedge(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    radius, depth = rng.uniform(4.4, 5.4) * size, rng.uniform(0.42, 0.52)
    bumps = 0.022 * np.abs(np.sin(np.linspace(0, rng.uniform(7, 10), 25))) + rng.normal(0, 0.006, 25)
    shape = shapes.sector_slice(radius, rng.uniform(38, 54), 1.2 * size, places.slit(seat), depth, bumps)
    shape = places.upright(shape.moved((0, -depth * radius, 0)), rng, roll=10)
    stuff = _flesh(textures.pineapple_slice(rng), bump=0.05, bump_size=0.25)
    return [Part(places.on_rim(shape, seat), stuff, "garnish")]


def _pineapple_leaves(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    return [_pineapple_leaf(seat, size, rng) for _ in range(rng.integers(1, 4))]


def _pineapple_leaf(seat: Seat, size: float, rng: np.random.Generator) -> Part:
    shape = shapes.blade(rng.uniform(7.5, 11) * size, rng.uniform(1.6, 2.3) * size, rng)
    shape = shape.moved(turn=turn("y", rng.uniform(4, 22)) @ turn("z", rng.normal(0, 25)))
    down = 2.0 * size  # how far it stands in the glass
    at = (-0.95 * size - down * 0.25, rng.normal(0, 0.5) * size, -down)
    stuff = _leaf_stuff(textures.leaf("#8fa860", "#4d7038", rng, veins=0), roughness=0.45)
    return Part(places.on_rim(shape.moved(at), seat), stuff, "garnish")


def _strawberry(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    length, width = rng.uniform(2.8, 3.6) * size, rng.uniform(2.4, 2.9) * size
    tilt = turn("z", rng.uniform(0, 360)) @ turn("y", rng.normal(0, 13))
    sunk = rng.uniform(0.35, 0.5) * length  # the wall's way into it
    body = shapes.strawberry(length, width, rng)
    star = shapes.calyx(0.55 * width, rng).moved((0, 0, 0.95 * length))
    bend = np.linspace(0, 1, 6)
    stalk = tube(np.stack([0.3 * bend**2, 0 * bend, 0.92 * length + bend * rng.uniform(0.3, 0.9)], 1), 0.08 * size, 8)
    flesh = Material(roughness=0.28, subsurface=0.15, bump=0.02, bump_size=0.15, texture=textures.strawberry(rng))
    green = _leaf_stuff(textures.leaf("#7fb548", "#3c7a26", rng, veins=3))
    sit = (0, 0, -sunk)
    return [
        Part(places.on_rim(shape.moved(sit).moved(turn=tilt), seat), stuff, "garnish")
        for shape, stuff in ((body, flesh), (joined([star, stalk]), green))
    ]


def _cherry_on_rim(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    radius = _cherry_radius(size, rng)
    cherry = _put(_cherry(radius, rng), (0, 0, rng.uniform(0.15, 0.4) * radius))
    return [Part(places.on_rim(part.shape, seat), part.material, part.role) for part in cherry]


# In the glass and on the drink


def _cherry_floating(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    radius = _cherry_radius(size, rng)
    free = max(places.calm_radius(seat) - radius - 0.1, 0.0)
    return _put(_cherry(radius, rng), (float(free * np.sqrt(rng.random())), 0, seat.surface))


def _cherry_sunk(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    radius = _cherry_radius(size, rng)
    height, free = places.at_bottom(seat, 1.05 * radius)
    return _put(_cherry(radius, rng), (rng.uniform(0, free), 0, height))


def _cherry(radius: float, rng: np.random.Generator) -> list[Part]:
    """A cocktail cherry about the origin, its stem up and leaning to about -x, away from the wall."""
    t = np.linspace(0, 1, 19)
    angle = np.pi * (t - 0.5)
    dent = 0.28 * np.exp(-((np.pi / 2 - angle) ** 2) / 0.10)
    profile = radius * np.stack([np.cos(angle), np.sin(angle) * 0.94 - dent], 1)
    profile[0, 0] = profile[-1, 0] = 0
    bend = np.linspace(0, 1, 10)
    length, lean = rng.uniform(2.0, 3.4) * radius, rng.uniform(0.2, 0.7)
    path = np.stack([lean * length * bend**1.8, 0.1 * length * np.sin(3 * bend), 0.6 * radius + length * bend], 1)
    stem = tube(path, radius * (0.055 + 0.03 * (bend > 0.95)), 8)
    deep = rng.random() < 0.5  # an Italian cherry is nearly black, an American one bright
    colour = srgb(str(rng.choice(["#4a0510", "#33040c", "#5e0712"] if deep else ["#b00d1c", "#c4122a", "#930a1a"])))
    skin = Material(colour=colour, roughness=0.12, subsurface=0.1, subsurface_radius=0.2, ior=1.5)
    stalk = Material(colour=srgb(str(rng.choice(["#5a3a1c", "#7a2a22", "#6f7a2c"]))), roughness=0.5)
    lean_turn = turn("z", 180 + rng.normal(0, 50)) @ turn("y", rng.normal(0, 14))
    return [
        Part(revolve(profile, 28).moved(turn=lean_turn), skin, "garnish"),
        Part(stem.moved(turn=lean_turn), stalk, "garnish"),
    ]


def _citrus_floating(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    shape = places.slice_inside(_citrus_radius(kind, size, rng), 0.42 * size, seat, rng)
    return [Part(shape, _flesh(textures.citrus_slice(kind, rng)), "garnish")]


def _cucumber_floating(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    shape = places.slice_inside(rng.uniform(1.8, 2.2) * size, 0.3 * size, seat, rng)
    return [Part(shape, _flesh(textures.cucumber_slice(rng)), "garnish")]


def _cucumber_ribbon(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A long thin slice that winds up along the inside of the wall."""
    t = np.linspace(0, 1, 72)
    width = min(2.4 * size, 0.45 * (seat.surface - seat.floor))
    low, high = seat.floor + 0.75 * width, max(seat.surface, seat.floor + 1.2 * width) - 0.1 * width
    angle = np.radians(rng.uniform(300, 520)) * t * rng.choice((-1, 1))
    height = low + (high - low) * t
    outward = np.stack([np.cos(angle), np.sin(angle), np.zeros_like(t)], 1)
    reach = np.array([min(seat.inner_radius(z + s * width / 2) for s in (-1, 0, 1)) for z in height])
    path = outward * np.maximum(reach - 0.16 - 0.1 * t, 0.3)[:, None] + height[:, None] * np.array([0.0, 0.0, 1.0])
    shape = shapes.strip(path, outward, width, 0.14)
    both_sides = np.stack([np.where(shape.uv[:, 0] < 0.5, 2, -2) * (shape.uv[:, 0] - 0.5) % 1.0, shape.uv[:, 1]], 1)
    return [Part(mesh(shape.vertices, shape.faces, both_sides), _flesh(textures.cucumber_ribbon(rng)), "garnish")]


def _mint_sprig(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Pairs of leaves crosswise up a stem that leans on the rim; the upper ones small and upright."""
    pairs = int(rng.integers(3, 5))
    top = np.array([seat.inner_radius(seat.rim_height - 0.2) - 0.5 * size, 0, seat.rim_height + 1.3 * size])
    foot = np.array([top[0] - 1.3 * size, rng.normal(0, 0.3), max(seat.surface - 2.0, seat.floor + 0.3)])
    foot[0] = min(foot[0], seat.inner_radius(foot[2]) - 0.4)
    lean = shapes.aimed((0.35, rng.normal(0, 0.15), 1))
    texture = textures.leaf(*MINT, rng)
    leaves = [leaf.moved(top, lean) for leaf in _mint_leaves(pairs, size, rng)]
    young = 3  # the last ones are lighter
    stem = tube(foot + (top - foot) * np.linspace(0, 1, 8)[:, None], 0.13 * size, 8)
    return [
        Part(joined(leaves[:-young]), _leaf_stuff(texture), "garnish"),
        Part(joined(leaves[-young:]), _leaf_stuff(np.clip(texture * 1.18, 0, 1)), "garnish"),
        Part(stem, Material(colour=srgb("#5f8a3c"), roughness=0.5, subsurface=0.1), "garnish"),
    ]


def _mint_leaves(pairs: int, size: float, rng: np.random.Generator) -> list[Mesh]:
    """The leaves about a stem along z that ends near the origin, from the lowest pair to the single one at the tip."""
    leaves = []
    for number in range(2 * pairs + 1):
        pair, half = divmod(number, 2)
        height = pair / pairs
        length = rng.uniform(3.0, 3.9) * (1 - 0.55 * height) * size
        leaf = shapes.leaf(length, length * rng.uniform(0.68, 0.85), rng, curl=rng.uniform(0.1, 0.5) * (1 - height))
        rise = 12 + 58 * height**1.2 + rng.normal(0, 8)
        spin = 180 * half + 90 * pair + 25 + rng.normal(0, 12)
        leaf = leaf.moved((0.1 * length, 0, 0), turn("y", -rise)).moved(turn=turn("z", spin))
        leaves.append(leaf.moved((0, 0, (height - 0.75) * 1.5 * size)))
    return leaves


def _mint_floating(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    leaves = []
    for _ in range(rng.integers(2, 5)):
        length = min(rng.uniform(2.2, 3.4) * size, 1.5 * places.calm_radius(seat))
        one = shapes.leaf(length, length * rng.uniform(0.6, 0.75), rng, curl=rng.uniform(-0.12, 0.12))
        one = one.moved((-length / 2, 0, 0)).moved(turn=turn("y", rng.normal(0, 5)) @ turn("x", rng.normal(0, 7)))
        one = one.moved(turn=turn("z", rng.uniform(0, 360)))
        leaves.append(one.moved(places.spot(seat, length / 2, seat.surface + 0.15, rng)))
    return [Part(joined(leaves), _leaf_stuff(textures.leaf(*MINT, rng)), "garnish")]


def _berries(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Two to four raspberries or blackberries, half in the drink."""
    raspberry = rng.random() < 0.5
    colour, top = ("#b3122f", "#d8385a") if raspberry else ("#1d0b22", "#351536")
    stuff = Material(colour=srgb(colour), top_colour=srgb(top), roughness=0.3 if raspberry else 0.18, subsurface=0.15)
    radius = rng.uniform(0.85, 1.0) * size
    most = next((n for n in (4, 3, 2) if _ring(n, radius) + 1.2 * radius < places.calm_radius(seat)), 1)
    count = int(rng.integers(min(2, most), most + 1))
    middle = places.spot(seat, _ring(count, radius) + 1.2 * radius, seat.surface + 0.25 * radius, rng)
    parts = []
    for number in range(count):
        angle = 2 * np.pi * number / count + rng.normal(0, 0.15)
        at = middle + _ring(count, radius) * np.array([np.cos(angle), np.sin(angle), 0])
        shape = shapes.drupelets(radius, radius * rng.uniform(2.1, 2.6), rng)
        lying = turn("z", rng.uniform(0, 360)) @ turn("y", rng.uniform(20, 100))
        parts.append(Part(shape.moved(at, lying), stuff, "garnish"))
    return parts


def _ring(count: int, radius: float) -> float:
    """How far from their middle `count` balls of a radius lie that touch in a ring."""
    return 1.1 * radius / np.sin(np.pi / count) if count > 1 else 0.0


def _olive_pick(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    width = rng.uniform(1.5, 1.8) * min(size, 1.0)
    length, count = 1.25 * width, int(rng.integers(1, 4))
    low, rim = places.leaning_line(seat, 0.1, clear=width / 2 + 0.15)
    along = (rim - low) / np.linalg.norm(rim - low)
    reach = float(np.linalg.norm(rim - low))
    pick_end = rim + along * rng.uniform(1.2, 3.0)
    middle = np.clip((seat.surface + rng.uniform(-0.6, 0.4) - low[2]) / max(along[2], 1e-3), 0.35 * reach, 0.62 * reach)
    parts = _pick(low, pick_end, rng)
    skin = Material(roughness=0.22, subsurface=0.15, texture=textures.olive(rng))
    for number in range(count):
        at = low + along * (middle + (number - (count - 1) / 2) * 1.02 * width)
        facing = shapes.aimed(along) @ turn("z", rng.uniform(0, 360)) @ turn("x", rng.uniform(50, 90))
        body = shapes.olive_body(length, width, 0.2 * width)
        heart = ball(0.2 * width, 14).scaled((1, 1, 0.7)).moved((0, 0, 0.44 * length))
        parts.append(Part(body.moved(at, facing), skin, "garnish"))
        parts.append(Part(heart.moved(at, facing), _plain("#c4301a", 0.3, 0.2), "garnish"))
    return parts


def _pick(low: Points, high: Points, rng: np.random.Generator) -> list[Part]:
    """A cocktail pick: steel with a ball at its end, or bare wood."""
    line = low + (high - low) * np.linspace(0, 1, 8)[:, None]
    if rng.random() < 0.5:
        steel = Material(colour=(0.75, 0.75, 0.78), metallic=1.0, roughness=0.18)
        return [Part(joined([tube(line, 0.07, 10), ball(0.2, 14).moved(high)]), steel, "garnish")]
    return [Part(tube(line, 0.1, 10), _plain("#d9b77c", 0.6, 0.0), "garnish")]


def _celery_stalk(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    width = min(rng.uniform(1.9, 2.5) * size, 1.1 * seat.inner_radius(seat.floor + 0.5))
    low, rim = places.leaning_line(seat, 0.6 * width)
    t = np.linspace(0, 1, 24)[:, None]
    along = (rim - low) / np.linalg.norm(rim - low)
    end = rim + along * rng.uniform(2.5, 5.0) * size
    bow = 0.35 * size * np.maximum(t - 0.55, 0) ** 2 * 8  # above the rim it bends outward
    path = low + (end - low) * t + bow * np.array([1.0, 0, 0])
    stalk = shapes.swept(path, shapes.celery_section(width), 1 - 0.35 * t[:, 0])
    parts = [Part(stalk, Material(roughness=0.35, subsurface=0.25, texture=textures.celery(rng)), "garnish")]
    twigs, leaves = _celery_top(path[-1], along, width, size, rng)
    parts.append(Part(twigs, Material(colour=srgb("#a5c95c"), roughness=0.4, subsurface=0.2), "garnish"))
    parts.append(Part(leaves, _leaf_stuff(textures.leaf("#9ccb4c", "#5c9a2c", rng, veins=5)), "garnish"))
    return parts


def _celery_top(at: Points, along: Points, width: float, size: float, rng: np.random.Generator) -> tuple[Mesh, Mesh]:
    """The twigs a stalk forks into, and the three-lobed leaves at their ends and along them."""
    twigs, leaves = [], []
    t = np.linspace(0, 1, 7)[:, None]
    for number in range(3):
        out = np.array([rng.normal(0, 0.35), (number - 1) * 0.5 + rng.normal(0, 0.1), 0])
        length = rng.uniform(2.4, 4.2) * size
        start = at - along * 0.3 + np.array([0, (number - 1) * 0.25 * width, 0]) * (1 - t)
        path = start + (along * t + out * t**1.5) * length
        twigs.append(tube(path, width * (0.16 - 0.11 * t[:, 0]), 8))
        for share in (0.55, 0.8, 1.0):
            for lobe in (-40, 0, 40):
                blade = shapes.leaf(rng.uniform(1.9, 2.8) * size, 1.5 * size, rng, teeth=4, curl=rng.uniform(0, 0.4))
                spin = turn("z", lobe + rng.normal(0, 8)) @ turn("y", -rng.uniform(0, 30))
                if share < 1:
                    spin = turn("z", rng.uniform(0, 360)) @ spin
                    blade = blade.scaled(0.7)
                facing = shapes.aimed(along + out) @ turn("y", -45) @ spin
                leaves.append(blade.moved(path[int(share * 6)], facing))
    return joined(twigs), joined(leaves)


def _nutmeg(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A dust of specks, densest near the middle."""
    count = int(rng.integers(500, 1300))
    radius = seat.inner_radius(seat.surface)
    spread = rng.uniform(0.25, 0.5) * radius
    specks = rng.normal(0, spread, (count, 2)) + rng.normal(0, 0.12, 2) * radius
    specks = specks[np.linalg.norm(specks, axis=1) < radius - 0.12]
    sizes = np.clip(rng.lognormal(np.log(0.06), 0.4, len(specks)), 0.03, 0.15)
    on_top = np.column_stack([specks, seat.surface + 0.2 * sizes])
    stuff = _plain(str(rng.choice(["#5a3013", "#6b3d1a", "#48270f"])), 0.8, 0.0)
    return [Part(shapes.crumbs(on_top, sizes, rng), stuff, "garnish")]


def _coffee_beans(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Three beans like petals in the middle."""
    stuff = Material(roughness=0.32, texture=textures.coffee_bean(rng))
    start, parts = rng.uniform(0, 360), []
    for number in range(3):
        length = rng.uniform(1.0, 1.2) * max(size, 0.85)
        lying = turn("z", start + 120 * number + rng.normal(0, 10)) @ turn("x", rng.normal(0, 8))
        away = turn("z", start + 120 * number) @ np.array([0.68 * length, 0, 0])
        shape = shapes.bean(length).moved(away + np.array([0, 0, seat.surface + 0.12]), lying)
        parts.append(Part(shape, stuff, "garnish"))
    return parts


def _chocolate(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A loose heap of shavings in the middle."""
    radius, curls = seat.inner_radius(seat.surface), []
    for _ in range(rng.integers(45, 100)):
        x, y = np.clip(rng.normal(0, 0.28, 2), -0.6, 0.6) * radius
        heap = max(0.35 - float(np.hypot(x, y)) / radius, 0.0) * rng.uniform(0, 1.0) * size
        lying = turn("z", rng.uniform(0, 360)) @ turn("y", rng.normal(0, 18)) @ turn("x", rng.normal(0, 35))
        curls.append(shapes.shaving(rng).scaled(0.85 * size).moved((x, y, seat.surface + 0.02 + heap), lying))
    colour = str(rng.choice(["#3a2015", "#4d2b1a", "#6a4128"]))
    return [Part(joined(curls), _plain(colour, 0.42, 0.05), "garnish")]


# Around the rim


def _salt_rim(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    return _crusted_rim(seat, rng.uniform(0.07, 0.12), (0.93, 0.93, 0.92), rng)


def _sugar_rim(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    return _crusted_rim(seat, rng.uniform(0.045, 0.075), (0.96, 0.95, 0.92), rng)


def _crusted_rim(seat: Seat, grain: float, colour: Colour, rng: np.random.Generator) -> list[Part]:
    stuff = Material(colour=colour, roughness=0.45, subsurface=0.3, subsurface_radius=0.08, bump=0.02, bump_size=0.06)
    return [Part(places.rim_crust(seat, grain, rng), stuff, "garnish")]


# Straws


def _straw(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    kind = rng.choice(["paper", "metal", "plastic"])
    radius = {"paper": 0.3, "metal": 0.3, "plastic": rng.uniform(0.22, 0.35)}[kind] * min(size, 1.0)
    low, rim = places.leaning_line(seat, radius)
    along = (rim - low) / np.linalg.norm(rim - low)
    length = float(np.linalg.norm(rim - low)) + rng.uniform(3.0, 7.0) * size
    shape = shapes.hollow_tube(length, radius, 0.05).moved(turn=turn("z", rng.uniform(0, 360)))
    return [Part(shape.moved(low, shapes.aimed(along)), _straw_stuff(str(kind), rng), "straw")]


def _straw_stuff(kind: str, rng: np.random.Generator) -> Material:
    if kind == "paper":
        return Material(roughness=0.65, texture=textures.paper_straw(rng))
    if kind == "metal":
        colour = srgb(str(rng.choice(["#d8d8dc", "#d9b36a", "#d99a7c"])))
        return Material(colour=colour, metallic=1.0, roughness=rng.uniform(0.1, 0.3))
    return _plain("#0b0b0c", 0.25, 0.0)


# Sizes and stuff


def _put(parts: list[Part], place: ArrayLike) -> list[Part]:
    return [Part(part.shape.moved(place), part.material, part.role) for part in parts]


def _cherry_radius(size: float, rng: np.random.Generator) -> float:
    return rng.uniform(0.85, 1.05) * max(size, 0.85)


def _citrus_radius(kind: str, size: float, rng: np.random.Generator) -> float:
    return textures.CITRUS[kind].radius * size * rng.uniform(0.9, 1.1)


def _flesh(texture: textures.Texture, bump: float = 0.02, bump_size: float = 0.15) -> Material:
    """Wet flesh: glossy, light wanders in it."""
    return Material(
        roughness=0.25, subsurface=0.3, subsurface_radius=0.25, bump=bump, bump_size=bump_size, texture=texture
    )


def _leaf_stuff(texture: textures.Texture, roughness: float = 0.5) -> Material:
    return Material(roughness=roughness, subsurface=0.12, subsurface_radius=0.1, texture=texture)


def _plain(colour: str, roughness: float, subsurface: float) -> Material:
    return Material(colour=srgb(colour), roughness=roughness, subsurface=subsurface)


MAKERS: dict[str, Maker] = {
    **{f"{kind}_wheel": partial(_citrus_wheel, kind) for kind in textures.CITRUS},
    **{f"{kind}_half_wheel": partial(_citrus_half_wheel, kind) for kind in textures.CITRUS},
    **{f"{kind}_wedge": partial(_citrus_wedge, kind) for kind in textures.CITRUS},
    **{f"{kind}_peel": partial(_citrus_peel, kind) for kind in textures.CITRUS},
    **{f"{kind}_floating": partial(_citrus_floating, kind) for kind in textures.CITRUS},
    "mint_sprig": _mint_sprig,
    "mint_floating": _mint_floating,
    "cherry": _cherry_on_rim,
    "cherry_floating": _cherry_floating,
    "cherry_sunk": _cherry_sunk,
    "olive_pick": _olive_pick,
    "strawberry": _strawberry,
    "berries": _berries,
    "pineapple_wedge": _pineapple_wedge,
    "pineapple_leaf": _pineapple_leaves,
    "celery_stalk": _celery_stalk,
    "cucumber_wheel": _cucumber_wheel,
    "cucumber_floating": _cucumber_floating,
    "cucumber_ribbon": _cucumber_ribbon,
    "salt_rim": _salt_rim,
    "sugar_rim": _sugar_rim,
    "nutmeg": _nutmeg,
    "coffee_beans": _coffee_beans,
    "chocolate": _chocolate,
    "straw": _straw,
}
