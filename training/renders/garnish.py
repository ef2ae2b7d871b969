"""Garnishes: which pieces a recipe gets, and how they go around a vessel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cocktailman.catalog import Recipe
from training.renders.garnish_pieces import MAKERS
from training.renders.mesh import turn
from training.renders.parts import Part, Seat

SHOWN = 0.85  # how often a garnish of the recipe is there to be seen
STRAW, STRAW_IN_TALL = 0.08, 0.3
SUGAR = 0.1
TALL = ("highball", "collins", "hurricane", "pint")
SOUR_STEMMED = ("coupe", "martini", "margarita")
CREAMY = ("irish_cream", "coconut_cream", "milk", "cream", "egg_white", "ice_cream")
PLAIN_SIZE = 3.8  # cm, the rim radius that garnishes are cut for

# What an ingredient may be cut into, and how often; a cut may be several pieces.
_CITRUS_CUTS = {"wheel": 0.28, "half_wheel": 0.22, "wedge": 0.2, "peel": 0.15, "floating": 0.15}
CUTS: dict[str, dict[tuple[str, ...], float]] = {
    **{kind: {(f"{kind}_{cut}",): p for cut, p in _CITRUS_CUTS.items()} for kind in ("lemon", "lime", "orange")},
    "mint": {("mint_sprig",): 0.75, ("mint_floating",): 0.25},
    "strawberry": {("strawberry",): 0.5, ("berries",): 0.5},
    "cherry": {("cherry",): 0.5, ("cherry_floating",): 0.3, ("cherry_sunk",): 0.2},
    "pineapple": {("pineapple_wedge",): 0.45, ("pineapple_wedge", "pineapple_leaf"): 0.4, ("pineapple_leaf",): 0.15},
    "olive": {("olive_pick",): 1.0},
    "cucumber": {("cucumber_wheel",): 0.4, ("cucumber_ribbon",): 0.3, ("cucumber_floating",): 0.3},
    "celery": {("celery_stalk",): 1.0},
    "salt": {("salt_rim",): 1.0},
}


def choose(recipe: Recipe, glass: str, rng: np.random.Generator) -> tuple[str, ...]:
    """The pieces a recipe is dressed with: each garnish shows with p = 0.85, in a cut drawn independent of all else.

    Spice on a creamy drink, chocolate, and coffee without cream count as garnishes, too; now and then there is a straw,
    and sugar on the rim of a stemmed sour.
    """
    pieces = [piece for item in recipe if item in CUTS and rng.random() < SHOWN for piece in _cut(item, rng)]
    creamy = not set(CREAMY).isdisjoint(recipe)
    for item, piece, fits in (
        ("spice", "nutmeg", creamy),
        ("coffee", "coffee_beans", not creamy),
        ("chocolate", "chocolate", True),
    ):
        if item in recipe and fits and rng.random() < SHOWN:
            pieces.append(piece)
    sour = "lemon_juice" in recipe and "salt" not in recipe
    if sour and glass in SOUR_STEMMED and rng.random() < SUGAR:
        pieces.append("sugar_rim")
    if rng.random() < (STRAW_IN_TALL if glass in TALL else STRAW):
        pieces.append("straw")
    return tuple(pieces)


def dress(pieces: Sequence[str], seat: Seat, azimuth: float, rng: np.random.Generator) -> list[Part]:
    """The pieces on a vessel, the first at `azimuth` degrees around it, the others following to one side."""
    return [part for _, parts in around(pieces, seat, azimuth, rng) for part in parts]


def around(
    pieces: Sequence[str], seat: Seat, azimuth: float, rng: np.random.Generator
) -> Iterator[tuple[float, list[Part]]]:
    """Where each piece sits, in degrees around the vessel, and what it is made of."""
    size = float(np.clip((seat.rim_radius / PLAIN_SIZE) ** 0.6, 0.72, 1.15))
    side = rng.choice((-1, 1))
    for piece in pieces:
        place = turn("z", azimuth)
        yield azimuth, [part.moved(turn=place) for part in MAKERS[piece](seat, size, rng)]
        azimuth += side * rng.uniform(38, 62) * float(np.clip(PLAIN_SIZE / seat.rim_radius, 0.7, 1.5))


def _cut(item: str, rng: np.random.Generator) -> tuple[str, ...]:
    cuts = list(CUTS[item])
    return cuts[rng.choice(len(cuts), p=np.array(list(CUTS[item].values())))]
