"""From a recipe to what is in the glass: its layers, foam and bubbles; how a mixture looks is told by
`cocktailman.mixtures`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cocktailman.catalog import Recipe, catalog
from cocktailman.colour import srgb
from cocktailman.mixtures import Look, linear_rgb, mixture, pours
from training.renders.mesh import Mesh, ball, joined, revolve
from training.renders.parts import Material, Part
from training.renders.vessels import Vessel

CLIMB = 0.09  # cm that a liquid stands higher at the wall
OVERLAP = 0.02  # cm that a liquid reaches into the wall: with no gap of air its edge looks wet, as it is
WATER = 1.34  # index of refraction, a little above water's: sugar and alcohol
FOAM_WHITE, FOAM_COFFEE, FOAM_BEER = srgb("#f7f3e6"), srgb("#c39a63"), srgb("#f6ecd2")


@dataclass(frozen=True)
class Layer:
    """A liquid or a foam between two shares of the drink's height; from `look` it runs to `top` where there is one."""

    low: float
    high: float
    look: Look
    top: Look | None = None
    foam: bool = False


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
    return Look((0.1, 0.1, 0.1), 1.0, linear_rgb(np.array(base) * tint))


def liquid_parts(drink: list[Layer], vessel: Vessel, fill: float) -> list[Part]:
    """The layers as they lie in a vessel that is full to this share of its inner height."""
    floor, surface = vessel.floor, vessel.surface(fill)
    parts = []
    for position, layer in enumerate(drink):
        low, high = floor + layer.low * (surface - floor), floor + layer.high * (surface - floor)
        last = position == len(drink) - 1
        parts.append(Part(filled(vessel, low, high, dome=layer.foam and last), _material(layer), "liquid"))
    return parts


def filled(vessel: Vessel, low: float, high: float, dome: bool) -> Mesh:
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
        climb = [(OVERLAP, CLIMB), (-0.05, 0.05), (-0.15, 0.012), (-0.35, 0.0)]  # cm from the wall, and up
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
