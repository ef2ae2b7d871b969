"""How a mixture of liquids looks: its colour and how clear it is.

A clear liquid takes light away along its path (Beer and Lambert); a cloudy one also throws it back. Both add up over
the ingredients by volume: absorption K and scattering S of a mixture are the means of its parts', and what a deep
layer of it reflects is R = 1 + K/S - sqrt((K/S)^2 + 2 K/S) (Kubelka & Munk, Zeitschrift fuer technische Physik 12,
1931). `data/pours.csv` says how much of each ingredient is poured (cl), how it scatters (per cm), whether it fizzes and
how heavy it is; its colour comes from the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cocktailman.catalog import DATA, catalog
from cocktailman.colour import LinearRGB, srgb

DEPTH = 6.0  # cm of a clear liquid that show the catalogue's colour
CLOUD_DEPTH = 2.5  # cm over which scattering makes a drink cloudy
# Ingredients that come in two colours, the paler one, and the company that asks for it.
PALE = {
    "rum": ("#efe8d2", {"mint", "lemon_juice", "coconut_cream", "sugar_syrup"}),
    "vermouth": ("#ece3b0", {"vodka", "gin"}),
    "tequila": ("#f2eed6", {"salt"}),
    "cherry_liqueur": ("#efeadf", {"herbal_liqueur"}),
    "cacao_liqueur": ("#e9dfce", {"mint_liqueur"}),
}


@dataclass(frozen=True)
class Look:
    """A liquid: light absorbed, per cm, by channel; share of light thrown back at once; the colour it has then."""

    absorption: LinearRGB
    cloud: float
    colour: LinearRGB


@cache
def pours() -> pd.DataFrame:
    """data/pours.csv, by ingredient id: centilitres of it in a drink, scattering per cm, whether it fizzes, density."""
    return pd.read_csv(DATA / "pours.csv", index_col="id")


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
    return Look(linear_rgb(absorption), cloud, linear_rgb(reflected))


def look_of(recipe: Iterable[str]) -> Look | None:
    """How the liquids of a recipe look, as much poured of each as is usual; None where there is none among them."""
    items = list(recipe)
    volumes = {item: float(pours().at[item, "centilitres"]) for item in items if item in pours().index}
    return mixture(volumes, items) if volumes else None


def _colour(item: str, company: set[str]) -> LinearRGB:
    pale, when = PALE.get(item, ("", set[str]()))
    paler = bool(when & company) and "red_bitter" not in company
    return srgb(pale if paler else catalog().ingredient(item).colour)


def _absorption(colour: LinearRGB, scattering: float) -> NDArray[np.float64]:
    """Per cm, so that a clear liquid of DEPTH cm, or an endlessly deep cloudy one, has this colour."""
    value = np.clip(colour, 0.004, 0.96)
    clear, cloudy = -np.log(value) / DEPTH, scattering * (1 - value) ** 2 / (2 * value)
    return np.maximum(cloudy, 0.02) if scattering >= 1 else clear


def linear_rgb(values: NDArray[np.float64]) -> LinearRGB:
    """Three numbers as a colour."""
    return tuple(float(x) for x in values)  # type: ignore[return-value]
