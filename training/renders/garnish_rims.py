"""Salt and sugar around the rim."""

from __future__ import annotations

import numpy as np

from cocktailman.colour import LinearRGB
from training.renders import garnish_places as places
from training.renders import garnish_shapes as shapes
from training.renders.mesh import Mesh, joined
from training.renders.parts import Material, Part, Seat


def salt_rim(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Coarse grains around the rim."""
    return _crusted_rim(seat, rng.uniform(0.07, 0.12), (0.93, 0.93, 0.92), rng)


def sugar_rim(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Finer and whiter grains around the rim."""
    return _crusted_rim(seat, rng.uniform(0.045, 0.075), (0.96, 0.95, 0.92), rng)


def _crusted_rim(seat: Seat, grain: float, colour: LinearRGB, rng: np.random.Generator) -> list[Part]:
    stuff = Material(colour=colour, roughness=0.45, subsurface=0.3, subsurface_radius=0.08, bump=0.02, bump_size=0.06)
    return [Part(_crust(seat, grain, rng), stuff, "garnish")]


def _crust(seat: Seat, grain: float, rng: np.random.Generator) -> Mesh:
    """A crust of grains `grain` cm wide over the lip and down the outside, its lower border ragged."""
    columns = 145
    teeth = rng.uniform(0.7, 1.3, 40)
    ragged = np.interp(np.linspace(0, 40, columns), np.arange(41), np.append(teeth, teeth[0]))
    depth = rng.uniform(0.35, 0.8) * ragged  # cm, how far it reaches down the outside
    # From inside over the lip and down: the share of that depth, the place across the wall, how thick the crust is.
    share = np.array([-0.25, -0.12, -0.02, 0.0, 0.0, 0.02, 0.2, 0.4, 0.6, 0.8, 0.93, 1.0])[:, None]
    across = np.array([-0.5, -0.5, -0.5, -0.3, 0.3, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])[:, None] * seat.wall
    cover = np.array([0.1, 0.7, 1, 1, 1, 1, 1, 1, 1, 0.8, 0.5, 0.05])[:, None]
    thick = grain * cover * rng.uniform(0.15, 1.25, (len(share), columns))
    thick[:, -1] = thick[:, 0]
    on_lip = np.abs(across) < 0.45 * seat.wall
    height = seat.rim_height - np.abs(share) * depth + np.where(on_lip, thick, 0)
    lean = places.inner_radii(seat, np.minimum(height, seat.rim_height)) - seat.inner_radius(seat.rim_height)
    radius = seat.rim_radius + lean + across + np.where(on_lip, 0, np.sign(across) * thick)
    angle = np.linspace(0, 2 * np.pi, columns)
    vertices = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], -1)
    crust = shapes.grid(vertices, np.zeros((*vertices.shape[:2], 2))).inside_out()
    within = vertices[1:-1].reshape(-1, 3)
    loose = shapes.grains(within[rng.choice(len(within), 420, replace=False)], grain, rng)
    return joined([crust, loose])
