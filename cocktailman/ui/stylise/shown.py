"""A stylised picture, what both methods ask about it, and what can be taken away from it."""

import json
from collections.abc import Mapping

import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from cocktailman.images import png_bytes

DISPLAYED = 512  # px at most, so that controls and picture fit one screen
SEEN = "in_sight"  # the container of the picture: on a phone it stays in sight, see page.css
STRENGTH = "strength"  # the slider's key, and its name in the URL


def strength_slider() -> int:
    """How much of the style, in %."""
    look = {"format": "%d %%", "width": 240, "bind": "query-params", "persist_state": "page"}
    return st.slider("Strength", 0, 100, 100, key=STRENGTH, **look)


def keep_toggle() -> bool:
    """Whether the content's colours stay."""
    help = "only brightness is painted"
    return st.toggle("Keep its colours", key="keep", help=help, bind="query-params", persist_state="page")


def show(place: DeltaGenerator, picture: Image.Image, facts: Mapping[str, str]) -> None:
    """Draws the picture at its place and, where one is, what saves it with these facts in the file."""
    place.image(picture, width=DISPLAYED, alt=f"{facts['content']} in the style of {facts['style']}")
    st.caption(f"{picture.width} × {picture.height} px, painted on this machine.")
    st.download_button(
        "Save as PNG",
        lambda: png_bytes(picture, {"CocktailMan": json.dumps(dict(facts))}),
        f"stylised-{facts['method']}.png",
        "image/png",
        icon=":material/download:",
    )
