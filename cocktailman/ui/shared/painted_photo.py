"""A drink that a generator paints, where a photo could be brought as well."""

from dataclasses import dataclass
from functools import partial

import streamlit as st
from PIL import Image

from cocktailman.catalog import DEFAULT_COCKTAIL, Recipe, catalog
from cocktailman.cutouts import GREY
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.errors import check_choice
from cocktailman.ui.shared.photo import Photo

PAINTED = "Painted"  # the choice of such a drink, among those of `photo_source`
SIDE = 256  # px


@dataclass(frozen=True)
class PaintedPhoto(Photo):
    """A photo that was painted, whose recipe is thus known."""

    recipe: Recipe = ()


def choose_painted(model_key: str, cocktail_key: str, seed_key: str, transparent: bool) -> list[Photo]:
    """Draws the choice of model, cocktail and seed, which lie in the URL under these keys, and returns the drink."""
    names, cocktails = cache.model_names(), [item.name for item in catalog().cocktails]
    check_choice(model_key, names)
    check_choice(cocktail_key, cocktails)
    first = cocktails.index(DEFAULT_COCKTAIL)
    model = st.selectbox("Painted by", names, key=model_key, bind="query-params", persist_state="page")
    cocktail = st.selectbox("Cocktail", cocktails, first, key=cocktail_key, bind="query-params", persist_state="page")
    seed = int(st.number_input("Seed", 0, 9999, 7, key=seed_key, bind="query-params", persist_state="page"))
    recipe, key = catalog().cocktail(cocktail).recipe, f"painted {model} {cocktail} {seed}"
    return [PaintedPhoto(f"{cocktail} by {model}", key, partial(_paint, model, recipe, seed, transparent), "", recipe)]


def _paint(model: str, recipe: Recipe, seed: int, transparent: bool) -> Image.Image:
    generator = cache.generator(model)
    [picture] = generator.paint(recipe, generator.draw_styles([recipe], seed), SIDE, None if transparent else GREY)
    return picture
