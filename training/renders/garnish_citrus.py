"""Lemon, lime and orange: wheels, half wheels, wedges and peels."""

from __future__ import annotations

import numpy as np

from training.renders import garnish_materials as materials
from training.renders import garnish_places as places
from training.renders import garnish_shapes as shapes
from training.renders import textures
from training.renders.mesh import Mesh, turn
from training.renders.parts import Material, Part, Seat


def wheel(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A slice astride the rim."""
    radius = _radius(kind, size, rng)
    skin = materials.flesh(textures.citrus_slice(kind, rng))
    return [Part(places.wheel_on_rim(radius, 0.5 * size, seat, rng), skin, "garnish")]


def half_wheel(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Half a slice astride the rim, its round side up."""
    radius = _radius(kind, size, rng)
    depth = rng.uniform(0.4, 0.6)
    shape = shapes.half_slice(radius, 0.5 * size, places.slit(seat), depth).moved((0, -depth * radius, 0))
    stuff = materials.flesh(textures.citrus_slice(kind, rng))
    return [Part(places.on_rim(places.upright(shape, rng, roll=9), seat), stuff, "garnish")]


def wedge(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A wedge astride the rim."""
    radius = _radius(kind, size, rng) * 0.95
    length = 2 * radius * textures.CITRUS[kind].stretch
    shape = shapes.fruit_wedge(length, radius, rng.uniform(52, 72))
    shape = shape.moved((rng.normal(0, 0.05) * length, 0, -rng.uniform(0.4, 0.6) * radius))
    tilt = turn("z", rng.normal(0, 16)) @ turn("y", rng.normal(0, 14)) @ turn("x", rng.normal(0, 8))
    stuff = materials.flesh(textures.citrus_wedge(kind, rng))
    return [Part(places.on_rim(shape.moved(turn=tilt), seat), stuff, "garnish")]


def peel(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A strip of peel on the rim, coiled or straight."""
    shape = _coiled_peel(size, rng) if rng.random() < 0.65 else _leaning_peel(size, rng)
    stuff = Material(roughness=0.4, subsurface=0.15, bump=0.015, bump_size=0.1, texture=textures.citrus_peel(kind, rng))
    return [Part(places.on_rim(shape, seat), stuff, "garnish")]


def floating(kind: str, seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A slice on the drink, or in it against the wall."""
    shape = places.slice_inside(_radius(kind, size, rng), 0.42 * size, seat, rng)
    return [Part(shape, materials.flesh(textures.citrus_slice(kind, rng)), "garnish")]


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


def _radius(kind: str, size: float, rng: np.random.Generator) -> float:
    return textures.CITRUS[kind].radius * size * rng.uniform(0.9, 1.1)
