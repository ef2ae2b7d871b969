"""Straws of paper, metal and plastic."""

from __future__ import annotations

import numpy as np

from cocktailman.colour import srgb
from training.renders import garnish_materials as materials
from training.renders import garnish_places as places
from training.renders import garnish_shapes as shapes
from training.renders import textures
from training.renders.mesh import turn
from training.renders.parts import Material, Part, Seat


def straw(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """A straw that stands in the glass and leans on the rim."""
    kind = rng.choice(["paper", "metal", "plastic"])
    radius = {"paper": 0.3, "metal": 0.3, "plastic": rng.uniform(0.22, 0.35)}[kind] * min(size, 1.0)
    low, rim = places.leaning_line(seat, radius)
    reach = float(np.linalg.norm(rim - low))
    length = reach + rng.uniform(3.0, 7.0) * size
    shape = shapes.hollow_tube(length, radius, 0.05).moved(turn=turn("z", rng.uniform(0, 360)))
    return [Part(shape.moved(low, shapes.aimed((rim - low) / reach)), _straw_stuff(str(kind), rng), "straw")]


def _straw_stuff(kind: str, rng: np.random.Generator) -> Material:
    if kind == "paper":
        return Material(roughness=0.65, texture=textures.paper_straw(rng))
    if kind == "metal":
        colour = srgb(str(rng.choice(["#d8d8dc", "#d9b36a", "#d99a7c"])))
        return Material(colour=colour, metallic=1.0, roughness=rng.uniform(0.1, 0.3))
    return materials.plain("#0b0b0c", 0.25, 0.0)
