"""One factor of a scene changed, and nothing else: what a photographer cannot do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from cocktailman.catalog import GLASSES, Recipe, catalog
from cocktailman.errors import InputError
from training.renders.drink import pours
from training.renders.factors import Factors
from training.renders.garnish_pieces import MAKERS
from training.renders.ice import ICE_KINDS

UNMASKED = "straw"  # the one piece that masks leave out: it cannot be judged


def _fill(factors: Factors, rng: np.random.Generator) -> Factors:
    return replace(factors, fill=_other(factors.fill, 0.12, lambda: rng.uniform(0.3, 0.95)))


def _glass(factors: Factors, rng: np.random.Generator) -> Factors:
    return replace(factors, glass=_another(GLASSES, factors.glass, rng))


def _ice(factors: Factors, rng: np.random.Generator) -> Factors:
    ice = _another(("none", "none", *ICE_KINDS), factors.ice, rng)
    return with_ice(factors, ice)


def _garnish(factors: Factors, rng: np.random.Generator) -> Factors:
    """The last piece goes, or another comes instead of it or beside it: those before it stay where they are."""
    pieces = factors.garnish
    kept = pieces[:-1] if pieces and rng.random() < 0.6 else pieces
    goes = len(kept) < len(pieces) and rng.random() < 0.5
    new = _another([piece for piece in MAKERS if piece not in (*pieces, UNMASKED)], "", rng)
    return replace(factors, garnish=kept if goes else (*kept, new))


def _ingredients(factors: Factors, rng: np.random.Generator) -> Factors:
    """One liquid goes, or another comes instead of it or beside it."""
    poured = [item for item in factors.recipe if item in pours().index]
    others = [item for item in pours().index if item not in factors.recipe]
    goes = [str(rng.choice(poured))] if poured and rng.random() < 0.6 else []
    comes = [str(rng.choice(others))] if not goes or len(poured) == 1 or rng.random() < 0.6 else []
    kept = [item for item in factors.recipe if item not in goes]
    return replace(factors, recipe=catalog().recipe([*kept, *comes]))


def _light_azimuth(factors: Factors, rng: np.random.Generator) -> Factors:
    return replace(factors, light_azimuth=_other(factors.light_azimuth, 45, lambda: rng.uniform(-160, 160)))


def _light_warmth(factors: Factors, rng: np.random.Generator) -> Factors:
    return replace(factors, light_warmth=_other(factors.light_warmth, 1000, lambda: rng.uniform(2700, 6800)))


def _light_strength(factors: Factors, rng: np.random.Generator) -> Factors:
    lowest, highest = np.log(0.4), np.log(1.8)
    strength = _other(float(np.log(factors.light_strength)), np.log(1.4), lambda: rng.uniform(lowest, highest))
    return replace(factors, light_strength=float(np.exp(strength)))


CHANGES: dict[str, Callable[[Factors, np.random.Generator], Factors]] = {
    "fill": _fill,
    "glass": _glass,
    "ice": _ice,
    "garnish": _garnish,
    "ingredients": _ingredients,
    "light_azimuth": _light_azimuth,
    "light_warmth": _light_warmth,
    "light_strength": _light_strength,
}


def changing(names: str, changes: int) -> list[str]:
    """The factors named, between commas, or all; raises `InputError` where one is none or where they are too few."""
    chosen = [name.strip() for name in names.split(",") if name.strip()] or list(CHANGES)
    if unknown := [name for name in chosen if name not in CHANGES]:
        raise InputError(f"{', '.join(unknown)}: no factor that changes; those are {', '.join(CHANGES)}")
    if len(chosen) < changes:
        raise InputError(f"{changes} changes of {len(chosen)} factors: name more, or ask for fewer --changes")
    return chosen


def with_ice(factors: Factors, ice: str) -> Factors:
    """Ice is an ingredient as well, and comes and goes with it."""
    recipe: list[str] = [item for item in factors.recipe if item != "ice"] + ["ice"] * (ice != "none")
    return replace(factors, ice=ice, recipe=_recipe(recipe))


def _recipe(items: list[str]) -> Recipe:
    return catalog().recipe(items) if items else ()


def _other(old: float, apart: float, drawn: Callable[[], float]) -> float:
    """A number drawn until it is this far from the old one."""
    while True:
        new = float(drawn())
        if abs(new - old) >= apart:
            return new


def _another(among: Sequence[str], old: str, rng: np.random.Generator) -> str:
    return str(rng.choice([item for item in among if item != old]))
