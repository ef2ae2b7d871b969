"""Extra sliders of the driver's seat: directions with a meaning, and how far from the prior's mean a style is."""

from typing import Any

import numpy as np
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.inference.generator import Generator
from cocktailman.latent.directions import Direction, factor_directions, response_directions
from cocktailman.latent.tables import style_matrix
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.renders import NUMERIC, RENDERED
from cocktailman.ui.shared import cache

PAINTED, SIDE = 222, 32  # pictures that a decoder's response is measured on, and px at which they are compared
FACTORS = 6  # of renders, that get a slider at most


def extra_sliders(model: Checkpoint) -> list[dict[str, Any]]:
    """What the seat in the browser needs to draw those along directions: a name and a unit vector each."""
    found = _of_response(model.name, cache.generator(model.name))
    said = [(f"{item.name}, {item.share:.0%} of the picture's variance", item) for item in found]
    if model.domain == RENDERED:
        said += [(f"{item.name}, R² {item.share:.2f}", item) for item in _of_factors(model.name)[:FACTORS]]
    return [{"name": name, "vector": item.vector.tolist()} for name, item in said]


@st.cache_data(show_spinner="Looking for the directions in which pictures change most …")
def _of_response(name: str, _generator: Generator) -> list[Direction]:
    """Of all cocktails in turn, each picture less the mean of its cocktail's: what styles change, not recipes."""
    recipes = [item.recipe for item in catalog().cocktails]
    per_recipe = max(2, PAINTED // len(recipes))
    styles = _generator.sample_styles(per_recipe * len(recipes), seed=0)
    pictures = _generator.paint_each([recipe for recipe in recipes for _ in range(per_recipe)], styles, SIDE)
    pixels = np.stack([np.asarray(picture, np.float32).ravel() for picture in pictures])
    by_recipe = pixels.reshape(len(recipes), per_recipe, -1)
    return response_directions(styles, (by_recipe - by_recipe.mean(1, keepdims=True)).reshape(len(styles), -1))


@st.cache_data(show_spinner=False)
def _of_factors(name: str) -> list[Direction]:
    table = cache.styles(name)
    factors = cache.renders().factors.set_index("id").loc[table["file"]]
    return factor_directions(
        style_matrix(table), {factor.label: factors[column].to_numpy() for column, factor in NUMERIC.items()}
    )
