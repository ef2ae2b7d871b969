"""A text becomes a recipe: the box above the ingredients."""

import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.inference.embedder import OURS
from cocktailman.inference.text_to_recipe import NEAREST, text_to_recipe
from cocktailman.inference.vectors import SHIPPED, Embedded, read_vectors
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.errors import show_error
from cocktailman.ui.shared.recipe_picker import RECIPE

TEXT, WRONG = "described", "described_wrong"  # in the session state


def describe_box() -> None:
    """Draws the box; what is written there replaces the recipe."""
    st.text_input(
        "Describe a drink",
        key=TEXT,
        placeholder="something red in a flute",
        on_change=_take,
        help="ingredients and cocktails that it names are taken; where it names none, what is frequent in the recipes "
        f"of the {NEAREST} renders that it fits best",
    )
    if error := st.session_state.pop(WRONG, None):
        show_error(error)


def _take() -> None:
    text = str(st.session_state[TEXT]).strip()
    if not text:
        return
    try:
        recipes = [catalog().recipe(ids.split()) for ids in cache.renders().factors["ingredients"]]
        st.session_state[RECIPE] = list(text_to_recipe(text, _vectors(), recipes, cache.embedder(OURS)))
    except InputError as error:
        st.session_state[WRONG] = error


@st.cache_resource(show_spinner="Reading the renders' vectors …")
def _vectors() -> Embedded:
    return read_vectors(SHIPPED, cache.embedder(OURS).dim)
