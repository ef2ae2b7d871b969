"""Ice: cubes, one large block, a ball, or crushed, floating as far up as there is room."""

from __future__ import annotations

import numpy as np

from training.renders.mesh import Mesh, any_turn, ball, block, joined, turn
from training.renders.parts import Material, Part
from training.renders.vessels import Vessel

ICE_KINDS = ("cubes", "crushed", "large", "balls")
# Between ice in air (1.31) and ice in water (0.98): one number has to serve above and below the surface.
ICE = Material((0.97, 0.985, 1.0), roughness=0.04, transmission=1.0, ior=1.18, bump=0.035, bump_size=0.6)
TRIES = 400


def ice_part(kind: str, vessel: Vessel, fill: float, rng: np.random.Generator) -> Part:
    """The ice of one drink; a piece that finds no room without cutting far into another is left out."""
    surface = vessel.surface(fill)
    room = vessel.inner_radius(surface) - 0.1  # cm
    size = min({"cubes": 2.5, "crushed": 1.05, "large": 5.0, "balls": 4.6}[kind], 1.25 * room)  # cm, of one piece
    wanted = {"cubes": int(rng.integers(3, 8)), "crushed": 55, "large": 1, "balls": 1}[kind]
    reach = size * (0.62 if kind in {"cubes", "large"} else 0.5)  # from a piece's middle to where it touches the wall
    centres: list[np.ndarray] = []
    pieces: list[Mesh] = []
    for attempt in range(TRIES):
        depth = 0.1 if kind in {"large", "balls"} else attempt / TRIES  # the upper places are taken first
        rise = 1.4 if kind == "crushed" else 0.22 * size  # above the surface
        height = surface + rise - rng.uniform(0, 0.3 + depth * 1.3) * (surface - vessel.floor)
        height = max(height if kind != "large" else surface - 0.3 * size, vessel.floor + reach)
        free = min(vessel.inner_radius(min(height + s * reach * 0.7, vessel.rim_height)) for s in (-1, 0, 1)) - reach
        if free < 0 and not (kind in {"large", "balls"} or not pieces):
            continue
        radius, angle = max(free, 0) * np.sqrt(rng.random()), rng.uniform(0, 2 * np.pi)
        centre = np.array([radius * np.cos(angle), radius * np.sin(angle), height])
        if all(np.linalg.norm(centre - other) > 0.92 * size for other in centres):
            centres.append(centre)
            pieces.append(_piece(kind, size, rng).moved(centre))
        if len(pieces) == wanted:
            break
    return Part(joined(pieces), ICE, "ice")


def _piece(kind: str, size: float, rng: np.random.Generator) -> Mesh:
    if kind == "balls":
        return ball(size / 2, 40)
    sides = size * rng.uniform(0.82, 1.0, 3)
    if kind == "crushed":
        return block(tuple(sides * rng.uniform(0.5, 1.1, 3)), power=4, steps=4).moved(turn=any_turn(rng))
    tilt = turn("x", rng.normal(0, 14)) @ turn("y", rng.normal(0, 14)) @ turn("z", rng.uniform(0, 90))
    return block(tuple(sides), power=7, steps=10).moved(turn=tilt)
