"""Mint: a sprig in the glass, or leaves on the drink."""

from __future__ import annotations

import numpy as np

from cocktailman.colour import srgb
from training.renders import garnish_materials as materials
from training.renders import garnish_places as places
from training.renders import garnish_shapes as shapes
from training.renders import textures
from training.renders.mesh import Mesh, joined, tube, turn
from training.renders.parts import Material, Part, Seat

MINT = ("#5aa840", "#286a2b")  # its light and its dark green


def mint_sprig(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Pairs of leaves crosswise up a stem that leans on the rim; the upper ones small and upright."""
    pairs = int(rng.integers(3, 5))
    top = np.array([seat.inner_radius(seat.rim_height - 0.2) - 0.5 * size, 0, seat.rim_height + 1.3 * size])
    foot = np.array([top[0] - 1.3 * size, rng.normal(0, 0.3), max(seat.surface - 2.0, seat.floor + 0.3)])
    foot[0] = min(foot[0], seat.inner_radius(foot[2]) - 0.4)
    lean = shapes.aimed((0.35, rng.normal(0, 0.15), 1))
    texture = textures.leaf(*MINT, rng)
    leaves = [leaf.moved(top, lean) for leaf in _mint_leaves(pairs, size, rng)]
    young = 3  # the last ones are lighter
    stem = tube(foot + (top - foot) * np.linspace(0, 1, 8)[:, None], 0.13 * size, 8)
    return [
        Part(joined(leaves[:-young]), materials.leaf(texture), "garnish"),
        Part(joined(leaves[-young:]), materials.leaf(np.clip(texture * 1.18, 0, 1)), "garnish"),
        Part(stem, Material(colour=srgb("#5f8a3c"), roughness=0.5, subsurface=0.1), "garnish"),
    ]


def _mint_leaves(pairs: int, size: float, rng: np.random.Generator) -> list[Mesh]:
    """The leaves about a stem along z that ends near the origin, from the lowest pair to the single one at the tip."""
    leaves = []
    for number in range(2 * pairs + 1):
        pair, half = divmod(number, 2)
        height = pair / pairs
        length = rng.uniform(3.0, 3.9) * (1 - 0.55 * height) * size
        leaf = shapes.leaf(length, length * rng.uniform(0.68, 0.85), rng, curl=rng.uniform(0.1, 0.5) * (1 - height))
        rise = 12 + 58 * height**1.2 + rng.normal(0, 8)
        spin = 180 * half + 90 * pair + 25 + rng.normal(0, 12)
        leaf = leaf.moved((0.1 * length, 0, 0), turn("y", -rise)).moved(turn=turn("z", spin))
        leaves.append(leaf.moved((0, 0, (height - 0.75) * 1.5 * size)))
    return leaves


def mint_floating(seat: Seat, size: float, rng: np.random.Generator) -> list[Part]:
    """Two to four leaves on the drink."""
    leaves = []
    for _ in range(rng.integers(2, 5)):
        length = min(rng.uniform(2.2, 3.4) * size, 1.5 * places.calm_radius(seat))
        one = shapes.leaf(length, length * rng.uniform(0.6, 0.75), rng, curl=rng.uniform(-0.12, 0.12))
        one = one.moved((-length / 2, 0, 0)).moved(turn=turn("y", rng.normal(0, 5)) @ turn("x", rng.normal(0, 7)))
        one = one.moved(turn=turn("z", rng.uniform(0, 360)))
        leaves.append(one.moved(places.spot(seat, length / 2, seat.surface + 0.15, rng)))
    return [Part(joined(leaves), materials.leaf(textures.leaf(*MINT, rng)), "garnish")]
