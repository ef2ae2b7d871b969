"""Pineapple, strawberries, cherries and berries."""

from __future__ import annotations

import numpy as np

from cocktailman.colour import srgb
from training.renders import garnish_materials as materials
from training.renders import garnish_places as places
from training.renders import garnish_shapes as shapes
from training.renders import textures
from training.renders.mesh import joined, revolve, tube, turn
from training.renders.parts import Material, Part, Seat


def pineapple_wedge(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A sector of a slice astride the rim."""
    radius, depth = rng.uniform(4.4, 5.4) * size, rng.uniform(0.42, 0.52)
    bumps = 0.022 * np.abs(np.sin(np.linspace(0, rng.uniform(7, 10), 25))) + rng.normal(0, 0.006, 25)
    shape = shapes.sector_slice(radius, rng.uniform(38, 54), 1.2 * size, places.slit(seat), depth, bumps)
    shape = places.upright(shape.moved((0, -depth * radius, 0)), rng, roll=10)
    stuff = materials.flesh(textures.pineapple_slice(rng), bump=0.05, bump_size=0.25)
    return [Part(places.on_rim(shape, seat), stuff, "garnish")]


def pineapple_leaves(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """One to three leaves that stand in the glass and lean on the rim."""
    return [_pineapple_leaf(seat, size, rng) for _ in range(rng.integers(1, 4))]


def _pineapple_leaf(seat: Seat, size: float, rng: np.random.Generator) -> Part:
    shape = shapes.blade(rng.uniform(7.5, 11) * size, rng.uniform(1.6, 2.3) * size, rng)
    shape = shape.moved(turn=turn("y", rng.uniform(4, 22)) @ turn("z", rng.normal(0, 25)))
    down = 2.0 * size  # how far it stands in the glass
    at = (-0.95 * size - down * 0.25, rng.normal(0, 0.5) * size, -down)
    stuff = materials.leaf(textures.leaf("#8fa860", "#4d7038", rng, veins=0), roughness=0.45)
    return Part(places.on_rim(shape.moved(at), seat), stuff, "garnish")


def strawberry(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A whole one on the rim, with its leaves and its stalk."""
    length, width = rng.uniform(2.8, 3.6) * size, rng.uniform(2.4, 2.9) * size
    tilt = turn("z", rng.uniform(0, 360)) @ turn("y", rng.normal(0, 13))
    sunk = rng.uniform(0.35, 0.5) * length  # the wall's way into it
    body = shapes.strawberry(length, width, rng)
    star = shapes.calyx(0.55 * width, rng).moved((0, 0, 0.95 * length))
    bend = np.linspace(0, 1, 6)
    stalk = tube(np.stack([0.3 * bend**2, 0 * bend, 0.92 * length + bend * rng.uniform(0.3, 0.9)], 1), 0.08 * size, 8)
    flesh = Material(roughness=0.28, subsurface=0.15, bump=0.02, bump_size=0.15, texture=textures.strawberry(rng))
    green = materials.leaf(textures.leaf("#7fb548", "#3c7a26", rng, veins=3))
    return [
        Part(places.on_rim(shape.moved((0, 0, -sunk)).moved(turn=tilt), seat), stuff, "garnish")
        for shape, stuff in ((body, flesh), (joined([star, stalk]), green))
    ]


def cherry_on_rim(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A cherry on the rim."""
    radius = _cherry_radius(size, rng)
    cherry, lift = _cherry(radius, rng), (0, 0, rng.uniform(0.15, 0.4) * radius)
    return [Part(places.on_rim(part.shape.moved(lift), seat), part.material, part.role) for part in cherry]


def cherry_floating(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A cherry half in the drink."""
    radius = _cherry_radius(size, rng)
    free = max(places.calm_radius(seat) - radius - 0.1, 0.0)
    cherry, at = _cherry(radius, rng), (free * np.sqrt(rng.random()), 0, seat.surface)
    return [part.moved(at) for part in cherry]


def cherry_sunk(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A cherry at the bottom of the glass."""
    radius = _cherry_radius(size, rng)
    height, free = places.at_bottom(seat, 1.05 * radius)
    cherry, at = _cherry(radius, rng), (rng.uniform(0, free), 0, height)
    return [part.moved(at) for part in cherry]


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


def _cherry_radius(size: float, rng: np.random.Generator) -> float:
    return rng.uniform(0.85, 1.05) * max(size, 0.85)


def berries(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
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
