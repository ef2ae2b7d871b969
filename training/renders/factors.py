"""What makes one picture differ from another: drawn anew for each, by its cocktail and index alone.

Everything but the recipe and what follows from it (which pieces of garnish and whether there is ice) is drawn
independently of everything else, so that a style vector can be held against the truth (as in 3D Shapes and CLEVR).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from cocktailman.catalog import GLASSES, Recipe, catalog
from training.renders.backgrounds import BACKGROUNDS
from training.renders.drink import pours
from training.renders.garnish import choose
from training.renders.ice import ICE_KINDS
from training.renders.tables import TABLES

FREE = ""  # the cocktail of a free pour: a recipe that nobody mixes
OWN_GLASS = 0.85  # how often a cocktail comes in the glass of its catalogue; else in any


@dataclass(frozen=True)
class Factors:
    """All that is known of a picture before it is made; angles in degrees."""

    cocktail: str  # a name in the catalogue, or FREE
    index: int  # of the picture among those of its cocktail
    seed: int  # of all that the other factors leave open
    recipe: Recipe
    glass: str  # one of GLASSES
    fill: float  # share of the vessel's inner height
    ice: str  # "none" or one of ICE_KINDS
    garnish: tuple[str, ...]  # pieces
    garnish_azimuth: float  # where around the rim the first piece sits; 0 is to the right
    camera_azimuth: float  # from which side one looks; 0 is straight at the background
    camera_elevation: float  # above the table
    camera_distance: float  # in units of the distance that just frames the drink
    camera_roll: float
    light_azimuth: float  # of the lamp, from the camera, to the right of it
    light_elevation: float
    light_warmth: float  # colour temperature, kelvin
    light_strength: float  # 1 is usual
    table: str  # one of TABLES
    background: str  # one of BACKGROUNDS


def draw(cocktail: str, index: int) -> Factors:
    """The factors of a picture; the same for the same cocktail and index, everywhere."""
    rng = np.random.default_rng([zlib.crc32(cocktail.encode()), index])
    if cocktail == FREE:
        recipe, own = free_recipe(rng), str(rng.choice(GLASSES))
    else:
        recipe, own = catalog().cocktail(cocktail).recipe, catalog().cocktail(cocktail).glass
    glass = own if rng.random() < OWN_GLASS else str(rng.choice(GLASSES))
    return Factors(
        cocktail=cocktail,
        index=index,
        seed=int(rng.integers(2**31)),
        recipe=recipe,
        glass=glass,
        fill=float(rng.uniform(0.6, 0.93)),
        ice=str(rng.choice(ICE_KINDS, p=[0.6, 0.15, 0.15, 0.1])) if "ice" in recipe else "none",
        garnish=choose(recipe, glass, rng),
        garnish_azimuth=float(rng.uniform(0, 360)),
        camera_azimuth=float(rng.uniform(-20, 20)),
        camera_elevation=float(rng.uniform(3, 40)),
        camera_distance=float(rng.uniform(1.05, 1.5)),
        camera_roll=float(rng.uniform(-6, 6)),
        light_azimuth=float(rng.uniform(-160, 160)),
        light_elevation=float(rng.uniform(20, 75)),
        light_warmth=float(rng.uniform(2700, 6800)),
        light_strength=float(np.exp(rng.uniform(np.log(0.4), np.log(1.8)))),
        table=str(rng.choice(TABLES)),
        background=str(rng.choice(BACKGROUNDS)),
    )


def free_recipe(rng: np.random.Generator) -> Recipe:
    """One to four liquids and nought to three of the rest, all equally likely, ice every other time."""
    vocabulary = [item.id for item in catalog().ingredients]
    liquids = [item for item in vocabulary if item in pours().index]
    others = [item for item in vocabulary if item not in pours().index and item != "ice"]
    chosen = [
        *rng.choice(liquids, rng.integers(1, 5), replace=False),
        *rng.choice(others, rng.integers(0, 4), replace=False),
    ]
    return catalog().recipe([str(item) for item in chosen] + ["ice"] * bool(rng.random() < 0.5))
