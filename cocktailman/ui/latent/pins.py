"""Styles that a visitor pinned to return to, each with its recipe and what was painted from both."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from cocktailman.catalog import Recipe, catalog
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.ui.latent.driver import Driven
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.recipe_picker import RECIPE

TILE = 96  # px


@dataclass(frozen=True)
class Pin:
    """A style and its recipe; the picture shows what else was mixed in."""

    style: tuple[float, ...]
    recipe: Recipe
    picture: Image.Image


def pins(model: Checkpoint, hand: Driven, recipe: Recipe, vector: npt.NDArray[np.float32]) -> None:
    """Draws the button that pins the style of `hand`, painted with a recipe vector (n_ingredients,), and what was
    pinned."""
    kept: list[Pin] = st.session_state.setdefault(f"pins_{model.name}", [])

    def pin() -> None:
        [picture] = cache.generator(model.name).paint_vectors(vector[None], np.array([hand.style], np.float32))
        kept.append(Pin(tuple(hand.style), recipe, picture))

    def go(to: Pin) -> None:
        hand.jump(to.style)
        st.session_state[RECIPE] = list(to.recipe)

    def remove(number: int) -> None:
        kept.pop(number)

    st.button("Pin", icon=":material/keep:", on_click=pin, key=f"pin_{model.name}", help="keep this style to return to")
    if not kept:
        return
    with (
        st.popover(f"Pinned ({len(kept)})", icon=":material/push_pin:"),
        st.container(horizontal=True, gap="small"),
    ):
        for number, item in enumerate(kept):
            key = f"{model.name}_{number}"
            with st.container(width=TILE, gap="xxsmall"):
                st.image(item.picture, width="stretch", alt=f"pinned: {catalog().describe(item.recipe)}")
                st.button("Return", key=f"return_{key}", on_click=go, args=(item,), width="stretch")
                st.button("Remove", key=f"unpin_{key}", on_click=remove, args=(number,), type="tertiary")
