"""Which label is true of which picture, as far as it is known.

Of a render everything is known: its labels are read off its factors. Of a photo its recipe is known, and of some the
glass; what stands around it is `UNKNOWN`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.labels.vocabulary import Label
from cocktailman.renders import CATEGORICAL, LISTED, MASKS

Truth = npt.NDArray[np.int8]
TRUE, FALSE, UNKNOWN = 1, 0, -1
FEWEST = 30  # px of liquid that tell its colour

_FRUIT = {"berries": "strawberry"}  # of a piece of garnish, where its name does not begin with it
_GLASSES = {  # as the sources of photos write them
    "cocktail glass": "martini",
    "martini glass": "martini",
    "highball glass": "highball",
    "collins glass": "collins",
    "old-fashioned glass": "rocks",
    "whiskey glass": "rocks",
    "shot glass": "shot",
    "champagne flute": "flute",
    "hurricane glass": "hurricane",
    "pint glass": "pint",
    "wine glass": "wine",
    "white wine glass": "wine",
    "irish coffee cup": "irish_coffee",
    "copper mug": "copper_mug",
    "margarita glass": "margarita",
    "margarita/coupette glass": "margarita",
}


def truth_of(facts: pd.DataFrame, labels: Sequence[Label]) -> Truth:
    """Which picture has which label, (n, labels): `TRUE`, `FALSE`, or `UNKNOWN`.

    facts: one row a picture, columns of space-separated words (of `cocktail`, one name); missing where not known.
    """
    found = np.full((len(facts), len(labels)), UNKNOWN, np.int8)
    for column in facts:
        codes, texts = pd.factorize(facts[column], use_na_sentinel=False)
        words = [_words(str(column), text) for text in texts]
        for place, label in enumerate(labels):
            if label.column == column:
                known = [UNKNOWN if each is None else int(not label.words.isdisjoint(each)) for each in words]
                found[:, place] = np.array(known, np.int8)[codes]
    return found


def facts_of_renders(factors: pd.DataFrame, colours: Sequence[str]) -> pd.DataFrame:
    """What labels are read from, of renders with these factors and drinks of these colours ("": not to be seen)."""
    facts = pd.DataFrame(factors[["cocktail", *CATEGORICAL, *LISTED]])
    facts["fruit"] = [
        " ".join(_FRUIT.get(piece, piece.split("_")[0]) for piece in str(text).split())
        for text in facts["garnish"].tolist()
    ]
    facts["foam"] = ["foam" if _foams(set(text.split())) else "" for text in facts["ingredients"].tolist()]
    facts["colour"] = pd.Series(list(colours), facts.index, dtype=object).replace("", None)
    return facts


def facts_of_photos(table: pd.DataFrame) -> pd.DataFrame:
    """What labels are read from, of photos: columns drink, ingredients and glass, in the words of their sources."""
    fruits = {item.id for item in catalog().ingredients if item.kind == "garnish"}
    return pd.DataFrame(
        {
            "cocktail": table["drink"],
            "ingredients": table["ingredients"],
            "fruit": [" ".join(fruits & set(text.split())) for text in table["ingredients"]],
            "glass": [_GLASSES.get(str(text).strip().lower()) for text in table["glass"]],
        }
    )


def drink_colour(image: Image.Image, mask: npt.NDArray[np.uint8]) -> str:
    """The colour of a render's liquid, one of `COLOURS`, or "" where hardly any of it is to be seen.

    The median of its pixels that no garnish covers, named by hue, saturation and value.
    """
    liquid = ((mask & MASKS["liquid"]) > 0) & ((mask & MASKS["garnish"]) == 0)
    if liquid.sum() < FEWEST:
        return ""
    median = np.median(np.asarray(image)[liquid], axis=0).round().astype(np.uint8)
    hue, saturation, value = np.asarray(Image.fromarray(median[None, None]).convert("HSV"))[0, 0] / 255
    return _colour_name(float(hue) * 360, float(saturation), float(value))


def _colour_name(hue: float, saturation: float, value: float) -> str:
    if value < 0.16:
        return "black"
    if saturation < 0.25:
        return "white" if value > 0.62 else "colourless"
    if value < 0.5 and 14 <= hue < 50:
        return "brown"
    if hue < 14 or hue >= 335:
        return "red" if saturation > 0.55 else "pink"
    ends = {"orange": 35, "yellow": 62, "green": 160, "blue": 260, "purple": 335}
    return next(name for name, end in ends.items() if hue < end)


def _words(column: str, text: object) -> set[str] | None:
    """The words of a cell, or None where it says nothing."""
    if not isinstance(text, str):
        return None
    return {text} if column == "cocktail" else set(text.split())


def _foams(recipe: set[str]) -> bool:
    """Whether the renders of a recipe have foam or cream on top, as `training/renders/drink.py` pours it."""
    coffee = "coffee" in recipe and bool(recipe & {"coffee_liqueur", "vodka", "cream"})
    return coffee or bool(recipe & {"beer", "egg_white"})
