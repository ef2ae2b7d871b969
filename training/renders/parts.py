"""What a scene is a list of: a shape, what it is made of, and what it counts as in the masks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.renders.mesh import Mesh

Colour = tuple[float, float, float]  # linear RGB in [0, 1]
Role = Literal["vessel", "liquid", "ice", "bubble", "garnish", "straw"]


@dataclass(frozen=True)
class Material:
    """What a surface looks like, in the terms of Blender's Principled BSDF; colours are linear."""

    colour: Colour = (0.8, 0.8, 0.8)
    top_colour: Colour | None = None  # the colour runs from `colour` at the shape's lowest point to this at its highest
    roughness: float = 0.3
    metallic: float = 0.0
    transmission: float = 0.0  # 1: clear as glass
    ior: float = 1.45
    absorption: Colour | None = None  # of the light inside, per cm
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


def rgb(colour: str) -> NDArray[np.float64]:
    """A display colour, "#rrggbb", as sRGB in [0, 1], (3,)."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def srgb(colour: str) -> Colour:
    """A display colour, "#rrggbb", as linear RGB (IEC 61966-2-1)."""
    value = rgb(colour)
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return tuple(float(x) for x in linear)  # type: ignore[return-value]
