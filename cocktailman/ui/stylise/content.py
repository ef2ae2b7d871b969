"""What is stylised: a photo or a render, or a drink that a generator paints."""

from functools import partial

import streamlit as st

from cocktailman.catalog import DEFAULT_COCKTAIL, catalog
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.errors import check_choice, shown_errors
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.shared.photo_source import photo_source
from cocktailman.ui.stylise.pictures import SEEN, content_picture

PAINTED = "Painted"
SIDE = 256  # px, of a drink that is painted to be stylised


def content_source() -> Photo | None:
    """Draws the choice of the content and returns it; None where nothing is chosen yet, or what cannot be used."""
    photos = photo_source({PAINTED: _painted})
    if len(photos) > 1:
        st.caption(f"The first of {len(photos)} photos is stylised.")
    if not photos:
        return None
    with shown_errors():
        st.image(content_picture(photos[0], SEEN), width=184, alt=photos[0].name)
        return photos[0]
    return None


def _painted() -> list[Photo]:
    names = cache.model_names()
    cocktails = [item.name for item in catalog().cocktails]
    check_choice("painter", names)
    check_choice("cocktail", cocktails)
    model = st.selectbox("Painted by", names, key="painter", bind="query-params", persist_state="page")
    default = cocktails.index(DEFAULT_COCKTAIL)
    cocktail = st.selectbox(
        "Cocktail", cocktails, index=default, key="cocktail", bind="query-params", persist_state="page"
    )
    seed = st.number_input("Seed", 0, 9999, 7, key="drink", bind="query-params", persist_state="page")
    key = f"painted {model} {cocktail} {seed}"
    return [Photo(f"{cocktail} by {model}", key, partial(_paint, model, cocktail, int(seed)))]


def _paint(model: str, cocktail: str, seed: int):
    generator = cache.generator(model)
    recipe = catalog().cocktail(cocktail).recipe
    [picture] = generator.paint(recipe, generator.sample_styles(1, seed), SIDE)
    return picture
