"""Cucumber, celery and olives."""

from __future__ import annotations

import numpy as np

from cocktailman.colour import srgb
from training.renders import garnish_materials as materials
from training.renders import garnish_places as places
from training.renders import garnish_shapes as shapes
from training.renders import textures
from training.renders.mesh import Mesh, Points, ball, joined, mesh, tube, turn
from training.renders.parts import Material, Part, Seat


def cucumber_wheel(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A slice of cucumber astride the rim."""
    shape = places.wheel_on_rim(rng.uniform(1.9, 2.4) * size, 0.4 * size, seat, rng)
    return [Part(shape, materials.flesh(textures.cucumber_slice(rng)), "garnish")]


def cucumber_floating(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A slice of cucumber on the drink, or in it against the wall."""
    shape = places.slice_inside(rng.uniform(1.8, 2.2) * size, 0.3 * size, seat, rng)
    return [Part(shape, materials.flesh(textures.cucumber_slice(rng)), "garnish")]


def cucumber_ribbon(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
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
    return [
        Part(mesh(shape.vertices, shape.faces, both_sides), materials.flesh(textures.cucumber_ribbon(rng)), "garnish")
    ]


def celery_stalk(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A stalk with its leaves that leans on the rim."""
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
    parts.append(Part(leaves, materials.leaf(textures.leaf("#9ccb4c", "#5c9a2c", rng, veins=5)), "garnish"))
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


def olive_pick(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """One to three stuffed olives on a pick that leans on the rim."""
    width = rng.uniform(1.5, 1.8) * min(size, 1.0)
    length, count = 1.25 * width, int(rng.integers(1, 4))
    low, rim = places.leaning_line(seat, 0.1, clear=width / 2 + 0.15)
    reach = float(np.linalg.norm(rim - low))
    along = (rim - low) / reach
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
        parts.append(Part(heart.moved(at, facing), materials.plain("#c4301a", 0.3, 0.2), "garnish"))
    return parts


def _pick(low: Points, high: Points, rng: np.random.Generator) -> list[Part]:
    """A cocktail pick: steel with a ball at its end, or bare wood."""
    line = low + (high - low) * np.linspace(0, 1, 8)[:, None]
    if rng.random() < 0.5:
        steel = Material(colour=(0.75, 0.75, 0.78), metallic=1.0, roughness=0.18)
        return [Part(joined([tube(line, 0.07, 10), ball(0.2, 14).moved(high)]), steel, "garnish")]
    return [Part(tube(line, 0.1, 10), materials.plain("#d9b77c", 0.6, 0.0), "garnish")]
