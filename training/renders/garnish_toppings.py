"""What is strewn on a drink: spice, coffee beans and chocolate."""

from __future__ import annotations

import numpy as np

from training.renders import garnish_materials as materials
from training.renders import garnish_shapes as shapes
from training.renders import textures
from training.renders.mesh import joined, turn
from training.renders.parts import Material, Part, Seat


def nutmeg(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A dust of specks, densest near the middle."""
    count = int(rng.integers(500, 1300))
    radius = seat.inner_radius(seat.surface)
    spread = rng.uniform(0.25, 0.5) * radius
    specks = rng.normal(0, spread, (count, 2)) + rng.normal(0, 0.12, 2) * radius
    specks = specks[np.linalg.norm(specks, axis=1) < radius - 0.12]
    sizes = np.clip(rng.lognormal(np.log(0.06), 0.4, len(specks)), 0.03, 0.15)
    on_top = np.column_stack([specks, seat.surface + 0.2 * sizes])
    stuff = materials.plain(str(rng.choice(["#5a3013", "#6b3d1a", "#48270f"])), 0.8, 0.0)
    return [Part(shapes.crumbs(on_top, sizes, rng), stuff, "garnish")]


def coffee_beans(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
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


def chocolate(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A loose heap of shavings in the middle."""
    radius, curls = seat.inner_radius(seat.surface), []
    for _ in range(rng.integers(45, 100)):
        x, y = np.clip(rng.normal(0, 0.28, 2), -0.6, 0.6) * radius
        heap = max(0.35 - float(np.hypot(x, y)) / radius, 0.0) * rng.uniform(0, 1.0) * size
        lying = turn("z", rng.uniform(0, 360)) @ turn("y", rng.normal(0, 18)) @ turn("x", rng.normal(0, 35))
        curls.append(shapes.shaving(rng).scaled(0.85 * size).moved((x, y, seat.surface + 0.02 + heap), lying))
    colour = str(rng.choice(["#3a2015", "#4d2b1a", "#6a4128"]))
    return [Part(joined(curls), materials.plain(colour, 0.42, 0.05), "garnish")]
