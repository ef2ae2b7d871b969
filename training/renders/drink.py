"""From a recipe to what is in the glass: colour and clarity of the mixture, its layers, foam and bubbles.

A clear liquid takes light away along its path (Beer and Lambert); a cloudy one also throws it back. Both add up over
the ingredients by volume: absorption K and scattering S of a mixture are the means of its parts', and what a deep
layer of it reflects is R = 1 + K/S - sqrt((K/S)^2 + 2 K/S) (Kubelka & Munk, Zeitschrift fuer technische Physik 12,
1931). `pours.csv` says how much of each ingredient is poured (cl), how it scatters (per cm), whether it fizzes and how
heavy it is; its colour comes from the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cocktailman.catalog import Recipe, catalog
from training.renders.mesh import Mesh, ball, joined, revolve
from training.renders.parts import Colour, Material, Part, srgb
from training.renders.vessels import Vessel

DEPTH = 6.0  # cm of a clear liquid that show the catalogue's colour
CLOUD_DEPTH = 2.5  # cm over which scattering makes a drink cloudy
OVERLAP = 0.02  # cm that a liquid reaches into the wall: with no gap of air its edge looks wet, as it is
WATER = 1.34  # index of refraction, a little above water's: sugar and alcohol
# Ingredients that come in two colours, the paler one, and the company that asks for it.
PALE = {
    "rum": ("#efe8d2", {"mint", "lemon_juice", "coconut_cream", "sugar_syrup"}),
    "vermouth": ("#ece3b0", {"vodka", "gin"}),
    "tequila": ("#f2eed6", {"salt"}),
    "cherry_liqueur": ("#efeadf", {"herbal_liqueur"}),
    "cacao_liqueur": ("#e9dfce", {"mint_liqueur"}),
}
FOAM_WHITE, FOAM_COFFEE, FOAM_BEER = srgb("#f7f3e6"), srgb("#c39a63"), srgb("#f6ecd2")


@dataclass(frozen=True)
class Look:
    """A liquid: light absorbed, per cm, by channel; share of light thrown back at once; the colour it has then."""

    absorption: Colour
    cloud: float
    colour: Colour


@dataclass(frozen=True)
class Layer:
    """A liquid or a foam between two shares of the drink's height; from `look` it runs to `top` where there is one."""

    low: float
    high: float
    look: Look
    top: Look | None = None
    foam: bool = False


@cache
def pours() -> pd.DataFrame:
    """`pours.csv`, by ingredient id."""
    return pd.read_csv(Path(__file__).with_name("pours.csv"), index_col="id")


def mixture(volumes: dict[str, float], company: Iterable[str] = ()) -> Look:
    """How a mixture looks, of these volumes (cl) of liquid ingredients, in the company of a recipe's others."""
    total = sum(volumes.values())
    absorption, scattering = np.zeros(3), 0.0
    for item, volume in volumes.items():
        own = float(pours().at[item, "scattering"])
        absorption += volume / total * _absorption(_colour(item, set(company)), own)
        scattering += volume / total * own
    ratio = absorption / max(scattering, 1e-3)
    reflected = 1 + ratio - np.sqrt(ratio**2 + 2 * ratio)
    cloud = 1 - float(np.exp(-scattering * CLOUD_DEPTH))
    return Look(_rgb(absorption), cloud, _rgb(reflected))


def _colour(item: str, company: set[str]) -> Colour:
    pale, when = PALE.get(item, ("", set[str]()))
    paler = bool(when & company) and "red_bitter" not in company
    return srgb(pale if paler else catalog().ingredient(item).colour)


def _absorption(colour: Colour, scattering: float) -> NDArray[np.float64]:
    """Per cm, so that a clear liquid of DEPTH cm, or an endlessly deep cloudy one, has this colour."""
    value = np.clip(colour, 0.004, 0.96)
    clear, cloudy = -np.log(value) / DEPTH, scattering * (1 - value) ** 2 / (2 * value)
    return np.maximum(cloudy, 0.02) if scattering >= 1 else clear


def _rgb(values: NDArray[np.float64]) -> Colour:
    return tuple(float(x) for x in values)  # type: ignore[return-value]


def layers(recipe: Recipe, rng: np.random.Generator) -> list[Layer]:
    """What a glass of this recipe holds, from its floor up; how much of each is poured varies by a sixth."""
    liquids = [item for item in recipe if item in pours().index]
    if not liquids:
        return []
    poured = {item: float(pours().at[item, "centilitres"] * np.exp(rng.normal(0, 0.16))) for item in liquids}
    if {"cream", "coffee"} <= set(liquids):
        return _floated(poured, "cream", 0.2 + 0.06 * rng.random(), recipe)
    if _is_pousse_cafe(liquids, recipe):
        return _stacked(poured, recipe)
    for heavy, lighter in (("grenadine", {"orange_juice", "pineapple_juice"}), ("berry_liqueur", {"lemon_juice"})):
        if heavy in liquids and lighter & set(liquids) and "egg_white" not in liquids:
            return _sunk(poured, heavy, 0.35 + 0.15 * rng.random(), recipe)
    thick = _foam(recipe, rng)
    mixed = mixture(poured, recipe)
    if thick < 0.02:
        return [Layer(0, 1, mixed)]
    return [Layer(0, 1 - thick, mixed), Layer(1 - thick, 1, _foam_look(recipe, mixed), foam=True)]


def _is_pousse_cafe(liquids: list[str], recipe: Recipe) -> bool:
    """Liqueurs alone, one of them opaque, and no ice: layered over the back of a spoon."""
    kinds = {catalog().ingredient(item).kind for item in liquids}
    return kinds == {"liqueur"} and len(liquids) > 2 and "ice" not in recipe


def _stacked(poured: dict[str, float], recipe: Recipe) -> list[Layer]:
    order = sorted(poured, key=lambda item: -pours().at[item, "density"])
    ends = np.cumsum([poured[item] for item in order]) / sum(poured.values())
    lows = [0.0, *ends[:-1]]
    return [
        Layer(low, high, mixture({item: 1}, recipe)) for item, low, high in zip(order, lows, ends.tolist(), strict=True)
    ]


def _floated(poured: dict[str, float], light: str, share: float, recipe: Recipe) -> list[Layer]:
    rest = {item: volume for item, volume in poured.items() if item != light}
    return [
        Layer(0, 1 - share, mixture(rest, recipe)),
        Layer(1 - share, 1, mixture({light: 1}), foam=True),
    ]


def _sunk(poured: dict[str, float], heavy: str, height: float, recipe: Recipe) -> list[Layer]:
    rest = {item: volume for item, volume in poured.items() if item != heavy}
    above = mixture(rest, recipe)
    below = mixture({heavy: 3.0} | {item: 0.4 * volume / sum(rest.values()) for item, volume in rest.items()}, recipe)
    return [Layer(0, height, below, top=above), Layer(height, 1, above)]


def _foam(recipe: Recipe, rng: np.random.Generator) -> float:
    """Share of the drink's height that is foam."""
    company = set(recipe)
    if "beer" in company:
        return 0.08 + 0.12 * rng.random()
    if "egg_white" in company:
        return 0.12 + 0.1 * rng.random()
    if "coffee" in company and company & {"coffee_liqueur", "vodka"}:
        return 0.08 + 0.06 * rng.random()
    if "pineapple_juice" in company or "milk" in company:
        return 0.04 * rng.random()
    return 0.0


def _foam_look(recipe: Recipe, below: Look) -> Look:
    base = FOAM_BEER if "beer" in recipe else FOAM_COFFEE if "coffee" in recipe else FOAM_WHITE
    tint = np.clip(np.exp(-np.array(below.absorption) * 0.25), 0.2, 1) if "egg_white" in recipe else np.ones(3)
    return Look((0.1, 0.1, 0.1), 1.0, _rgb(np.array(base) * tint))


def liquid_parts(drink: list[Layer], vessel: Vessel, fill: float) -> list[Part]:
    """The layers as they lie in a vessel that is full to this share of its inner height."""
    floor, surface = vessel.floor, vessel.surface(fill)
    parts = []
    for position, layer in enumerate(drink):
        low, high = floor + layer.low * (surface - floor), floor + layer.high * (surface - floor)
        last = position == len(drink) - 1
        parts.append(Part(_filled(vessel, low, high, dome=layer.foam and last), _material(layer), "liquid"))
    return parts


def _filled(vessel: Vessel, low: float, high: float, dome: bool) -> Mesh:
    """The inside of the vessel between two heights; a liquid climbs the wall a little, a foam stands up from it."""
    inner = vessel.inner
    at_floor = low <= vessel.floor + 1e-6
    between = inner[(inner[:, 1] > low + 0.02) & (inner[:, 1] < high - 0.08) & (inner[:, 0] > 0)]
    wall = between if at_floor else np.concatenate([[(vessel.inner_radius(low), low)], between])
    wall = wall + np.array([OVERLAP, 0])
    if dome:
        edge = vessel.inner_radius(high)
        top = [(edge + OVERLAP, high - 0.05), (edge * 0.97, high + 0.08), (edge * 0.6, high + 0.16), (0, high + 0.2)]
    else:
        climb = [(OVERLAP, 0.09), (-0.05, 0.05), (-0.15, 0.012), (-0.35, 0.0)]  # cm from the wall, and up
        top = [(vessel.inner_radius(high + up) + out, high + up) for out, up in climb]
        top.append((0, high))
    bottom = [(0, low - OVERLAP if at_floor else low)]
    return revolve(np.concatenate([bottom, wall, top]))


def _material(layer: Layer) -> Material:
    look, top = layer.look, layer.top
    if layer.foam:
        return Material(look.colour, roughness=0.6, bump=0.01, bump_size=0.12)
    return Material(
        look.colour,
        top_colour=top.colour if top else None,
        roughness=0.0,
        transmission=1 - (max(look.cloud, top.cloud) if top else look.cloud),
        ior=WATER,
        absorption=look.absorption,
    )


def fizzes(recipe: Recipe) -> bool:
    """Whether something in it sparkles."""
    return any(item in pours().index and pours().at[item, "fizz"] for item in recipe)


def bubbles(vessel: Vessel, fill: float, rng: np.random.Generator) -> Part:
    """Bubbles of gas at the wall and on their way up, most of them small, and a few around the edge of the surface."""
    surface = vessel.surface(fill)
    small = ball(1.0, segments=8)
    count = int(rng.integers(50, 130))
    made = []
    for _ in range(count):
        size = float(np.clip(rng.lognormal(-3.1, 0.35), 0.02, 0.1))  # cm
        height = surface - size if rng.random() < 0.3 else rng.uniform(vessel.floor + 0.3, surface - 0.2)
        reach = vessel.inner_radius(height) - size - 0.04
        radius = reach if rng.random() < 0.6 else reach * np.sqrt(rng.random())
        angle = rng.uniform(0, 2 * np.pi)
        made.append(small.scaled(size).moved((radius * np.cos(angle), radius * np.sin(angle), height)))
    # Seen from the liquid, the gas is the thinner medium.
    return Part(joined(made), Material((1, 1, 1), roughness=0, transmission=1, ior=1 / WATER), "bubble")
