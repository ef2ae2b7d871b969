"""The factors of a render as a person would write them."""

import math
from typing import Any

from cocktailman.catalog import catalog
from cocktailman.renders import FREE_POUR, NUMERIC


def category_label(column: str, word: str) -> str:
    """A word of a column as a person would write it."""
    match column:
        case "cocktail":
            return word or FREE_POUR
        case "ingredients":
            return catalog().ingredient(word).name
        case "split":
            return word
        case _:
            return word.replace("_", " ").capitalize()


def value_label(column: str, value: Any) -> str:
    """A value of a factor with its unit, or its words."""
    if column in NUMERIC:
        return "" if math.isnan(value) else NUMERIC[column].form % value
    return ", ".join(category_label(column, word) for word in value.split()) or "None"
