"""The 14 glasses: profiles in cm, turned into a vessel with a wall that has two sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from training.renders.mesh import Mesh, Points, directions, joined, revolve, rounded, tube
from training.renders.parts import Material, Part

GLASS = Material(colour=(0.98, 0.99, 0.985), roughness=0.0, transmission=1.0, ior=1.5)
COPPER = Material(colour=(0.85, 0.38, 0.22), roughness=0.18, metallic=1.0, bump=0.02, bump_size=0.9)
SILVER = Material(colour=(0.75, 0.74, 0.72), roughness=0.16, metallic=1.0)


@dataclass(frozen=True)
class Vessel:
    """A glass, mug or cup that stands on z = 0 about the z axis.

    inner: profile (n, 2) of radius and height, cm, from the middle of its floor to its rim. outer: the same of its
    outside, from the middle of its foot to its rim. handle: the path (n, 3) of its middle line, if it has one.
    """

    inner: Points
    outer: Points
    material: Material = GLASS
    handle: Points | None = None

    @property
    def floor(self) -> float:
        """Height of the inner bottom, cm."""
        return float(self.inner[0, 1])

    @property
    def rim_height(self) -> float:
        """cm."""
        return float(self.inner[-1, 1])

    @property
    def rim_radius(self) -> float:
        """To the middle of the wall, cm."""
        return float(self.inner[-1, 0] + self.outer[-1, 0]) / 2

    @property
    def wall(self) -> float:
        """Thickness at the rim, cm."""
        return float(self.outer[-1, 0] - self.inner[-1, 0])

    @property
    def opaque(self) -> bool:
        """Whether one sees what is in it through its mouth alone."""
        return self.material.transmission == 0

    def inner_radius(self, height: float) -> float:
        """cm, at a height in cm between floor and rim."""
        return float(np.interp(height, self.inner[:, 1], self.inner[:, 0]))

    def surface(self, fill: float) -> float:
        """Height in cm of a liquid that fills this share of the inner height."""
        return self.floor + fill * (self.rim_height - self.floor)

    def part(self) -> Part:
        """The vessel as it is drawn."""
        lip = rounded([self.outer[-2], self.outer[-1], self.inner[-1], self.inner[-2]])
        shape = revolve(np.concatenate([self.outer[:-1], lip[1:-1], self.inner[::-1][1:]]))
        if self.handle is not None:
            shape = joined([shape, tube(self.handle, 0.45, flat=0.7)])
        return Part(shape, self.material, "vessel")


def vessel(glass: str, size: float = 1.0) -> Vessel:
    """One of `catalog.GLASSES`, `size` times as large as it usually is."""
    made = VESSELS[glass]()
    handle = None if made.handle is None else made.handle * size
    return Vessel(made.inner * size, made.outer * size, made.material, handle)


def _tumbler(bottom: float, top: float, height: float, base: float, wall: float, material: Material = GLASS) -> Vessel:
    """Straight walls between two outer radii, on a base; all cm."""
    outer = rounded(
        [(0, 0), (bottom - 0.25, 0), (bottom, 0.3), (bottom + (top - bottom) * 0.5, height / 2), (top, height)]
    )
    inner_bottom = bottom + (top - bottom) * base / height - wall
    inner = rounded(
        [
            (0, base),
            (inner_bottom * 0.8, base),
            (inner_bottom, base + 0.4),
            ((inner_bottom + top - wall) / 2, (base + height) / 2),
            (top - wall, height),
        ]
    )
    return Vessel(inner, outer, material)


def _stemmed(bowl: list[tuple[float, float]], stem: float, foot: float, wall: float, thick: float = 0.35) -> Vessel:
    """A bowl (inner profile from its bottom, at height 0, to its rim) on a stem of this length and a foot; all cm."""
    inner = rounded([(radius, height + stem) for radius, height in bowl])
    walls = _beside(inner, wall)
    walls = walls[walls[:, 0] > thick * 1.6]
    below = [
        (0, 0),
        (foot, 0),
        (foot, 0.15),
        (foot * 0.5, 0.35),
        (thick * 1.6, 0.75),
        (thick, 1.6),
        (thick, 0.55 * stem),
        (thick, 0.85 * stem),
    ]
    outer = np.concatenate(
        [rounded(below)[:-1], rounded([(thick, 0.85 * stem), (thick * 1.1, stem - 0.3), tuple(walls[0])], 2), walls[1:]]
    )
    return Vessel(inner, outer)


def _beside(profile: Points, distance: float) -> Points:
    """The profile, moved outwards along its normals."""
    along = directions(profile)
    return profile + distance * np.stack([along[:, 1], -along[:, 0]], 1)


def _handle(radius: float, low: float, high: float, reach: float) -> Points:
    """An ear in the plane y = 0, from the outer wall at one height to the wall at another."""
    corners = [(radius - 0.15, high), (radius + reach, high + 0.2), (radius + reach, low), (radius - 0.15, low - 0.2)]
    path = rounded(corners, 3)
    return np.stack([path[:, 0], np.zeros(len(path)), path[:, 1]], 1)


def _highball() -> Vessel:
    return _tumbler(3.1, 3.4, 14.5, 1.2, 0.2)


def _collins() -> Vessel:
    return _tumbler(2.9, 3.05, 16.5, 1.0, 0.18)


def _rocks() -> Vessel:
    return _tumbler(3.8, 4.35, 8.8, 1.5, 0.26)


def _shot() -> Vessel:
    return _tumbler(1.9, 2.5, 6.2, 1.2, 0.25)


def _pint() -> Vessel:
    return _tumbler(3.0, 4.3, 15.0, 0.8, 0.22)


def _julep_cup() -> Vessel:
    return _tumbler(2.9, 3.9, 9.6, 0.4, 0.16, SILVER)


def _copper_mug() -> Vessel:
    outer = rounded([(0, 0), (3.5, 0), (4.1, 0.8), (4.4, 3.5), (4.3, 6.5), (4.0, 8.4), (4.05, 9.2)])
    inner = rounded([(0, 0.25), (3.4, 0.25), (3.95, 0.9), (4.25, 3.5), (4.15, 6.5), (3.85, 8.4), (3.9, 9.2)])
    return Vessel(inner, outer, COPPER, _handle(4.3, 2.2, 7.2, 2.3))


def _irish_coffee() -> Vessel:
    bowl = [(0, 0), (1.6, 0.1), (2.5, 1.2), (2.9, 4), (3.1, 7), (3.35, 10)]
    made = _stemmed(bowl, 3.0, 3.5, 0.22, 0.8)
    return Vessel(made.inner, made.outer, handle=_handle(3.1, 5.2, 9.6, 1.9))


def _coupe() -> Vessel:
    return _stemmed([(0, 0), (2.0, 0.1), (4.0, 1.2), (4.75, 2.8), (4.85, 4.3)], 8.0, 3.6, 0.14)


def _martini() -> Vessel:
    return _stemmed([(0, 0), (0.4, 0.05), (2.9, 2.9), (5.6, 5.9)], 9.0, 3.9, 0.15)


def _margarita() -> Vessel:
    bowl = [(0, 0), (1.9, 0.1), (2.7, 1.2), (2.75, 2.4), (3.2, 3.0), (5.2, 3.5), (5.6, 4.6), (5.75, 6.0)]
    return _stemmed(bowl, 7.0, 3.8, 0.17)


def _hurricane() -> Vessel:
    bowl = [(0, 0), (1.3, 0.1), (2.4, 2.0), (3.5, 6.0), (3.4, 9.0), (2.75, 12.5), (3.0, 15.0), (3.7, 18.0)]
    return _stemmed(bowl, 3.0, 3.7, 0.18, 0.7)


def _wine() -> Vessel:
    bowl = [(0, 0), (2.4, 0.2), (4.4, 2.6), (4.8, 5.2), (4.3, 8.0), (3.5, 11.0)]
    return _stemmed(bowl, 8.0, 3.8, 0.13)


def _flute() -> Vessel:
    bowl = [(0, 0), (0.5, 0.2), (1.7, 3.5), (2.45, 8.0), (2.5, 11.5), (2.2, 15.5)]
    return _stemmed(bowl, 7.0, 3.4, 0.13)


VESSELS: dict[str, Callable[[], Vessel]] = {
    "highball": _highball,
    "collins": _collins,
    "rocks": _rocks,
    "coupe": _coupe,
    "martini": _martini,
    "margarita": _margarita,
    "hurricane": _hurricane,
    "wine": _wine,
    "flute": _flute,
    "copper_mug": _copper_mug,
    "irish_coffee": _irish_coffee,
    "shot": _shot,
    "pint": _pint,
    "julep_cup": _julep_cup,
}


def mouth(made: Vessel) -> Mesh:
    """The disc that the inner rim encloses: what is in an opaque vessel is seen through it."""
    return revolve([(float(made.inner[-1, 0]), made.rim_height), (0, made.rim_height)])
