"""What a scene is a list of: a shape, what it is made of, and what it counts as in the masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cocktailman.colour import LinearRGB
from training.renders.mesh import Mesh

Role = Literal["vessel", "liquid", "ice", "bubble", "garnish", "straw"]


@dataclass(frozen=True)
class Material:
    """What a surface looks like, in the terms of Blender's Principled BSDF; colours are linear."""

    colour: LinearRGB = (0.8, 0.8, 0.8)
    top_colour: LinearRGB | None = None  # it runs from `colour` at the shape's lowest point to this at the highest
    roughness: float = 0.3
    metallic: float = 0.0
    transmission: float = 0.0  # 1: clear as glass
    ior: float = 1.45
    absorption: LinearRGB | None = None  # of the light inside, per cm
    subsurface: float = 0.0  # share of the light that wanders below the surface
    subsurface_radius: float = 0.3  # cm, how far
    bump: float = 0.0  # cm, height of a fine noise
    bump_size: float = 0.5  # cm, how far its hills lie apart
    texture: NDArray[np.float32] | None = None  # (h, w, 3) or, with opacity, (h, w, 4), sRGB; rows from the bottom up


@dataclass(frozen=True)
class Part:
    """One thing in the picture."""

    shape: Mesh
    material: Material
    role: Role

    def moved(self, shift: ArrayLike = (0, 0, 0), turn: NDArray[np.float64] | None = None) -> Part:
        """As `Mesh.moved`."""
        return replace(self, shape=self.shape.moved(shift, turn))


@dataclass(frozen=True)
class Seat:
    """Where things find their place in and on a vessel; all in cm, its axis is the z axis, the table is z = 0."""

    rim_radius: float  # to the middle of the wall, at the rim
    rim_height: float
    wall: float  # thickness of the wall at the rim
    floor: float  # height of the inner bottom
    surface: float  # height of the liquid's surface
    inner_radius: Callable[[float], float]  # of the vessel, at a height
