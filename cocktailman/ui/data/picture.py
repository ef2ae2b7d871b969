"""One render, opened over the page: large, with its box and masks on demand, beside all that is known of it."""

import json
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.images import png_bytes
from cocktailman.overlay import COLOURS, mask_channels, overlaid
from cocktailman.renders import EDGES, NUMERIC, Renders
from cocktailman.ui.data.statistics import LABELS
from cocktailman.ui.shared.csv import save_csv
from cocktailman.ui.shared.errors import show_error, shown_errors
from cocktailman.ui.shared.factor_labels import category_label, value_label

PICTURE = "picture"  # in the URL: the id of the opened picture
SHOWN, DIALOG = 512, 1000  # px: the picture enlarged, and the width of all
INK = {"box": "red", "vessel": "blue", "liquid": "orange", "garnish": "green"}  # COLOURS, as Streamlit calls them


def open_picture(id: str) -> None:
    """Opens a picture at the next run, and names it in the URL."""
    st.query_params[PICTURE] = id


def close_picture() -> None:
    """Forgets the opened picture."""
    st.query_params.pop(PICTURE, None)


def picture_in_link(renders: Renders) -> bool:
    """Whether the URL names a picture to open; says so, and forgets it, where there is none of that name."""
    if PICTURE not in st.query_params:
        return False
    try:
        renders.row(st.query_params[PICTURE])
    except InputError as error:
        show_error(error)
        close_picture()
        return False
    return True


def show_picture(renders: Renders, rows: npt.NDArray[np.int64]) -> None:
    """Shows the picture that the URL names over the page; `rows` are those one leafs through."""
    st.dialog("Picture", width=DIALOG, on_dismiss=close_picture)(_dialog)(renders, rows)


def facts_table(facts: dict[str, Any]) -> pd.DataFrame:
    """What is known of a picture besides its recipe, as a person would read it: one column, a row a factor."""
    columns = dict.fromkeys(("glass", "fill", "ice", "garnish", *NUMERIC, "table", "background"))
    lines = {LABELS[name]: value_label(name, facts[name]) for name in columns}
    lines |= {"Seed": str(facts["seed"]), "Rendered in": f"{facts['seconds']:.1f} s"}
    return pd.DataFrame({"value": lines.values()}, index=[name.replace(" ", "\N{NO-BREAK SPACE}") for name in lines])


def _dialog(renders: Renders, rows: npt.NDArray[np.int64]) -> None:
    """A fragment of its own: leafing reruns nothing else."""
    with shown_errors():
        row = renders.row(st.query_params[PICTURE])
        facts, picture, mask = renders.facts(row), renders.image(row), renders.mask(row)
        look, know = st.columns([5, 4], gap="medium")
        with look:
            _look(facts, picture, mask)
            _leaf(renders, rows, row)
            _take_away(facts, picture, mask)
        with know:
            st.header(category_label("cocktail", facts["cocktail"]), anchor=False)
            st.markdown(catalog().describe(facts["ingredients"].split()))
            st.caption(f"{facts['id']} · {facts['split']} split · {picture.width} × {picture.height} px")
            st.table(facts_table(facts), border="horizontal", hide_header=True)


def _look(facts: dict[str, Any], picture: Image.Image, mask: npt.NDArray[np.uint8]) -> None:
    """The picture, with what one wants to see on it; the labels are the legend."""
    layers = st.pills(
        "Show on it",
        list(COLOURS),
        selection_mode="multi",
        format_func=lambda name: f":{INK[name]}[■] {name.capitalize()}",
        key="layers",
        label_visibility="collapsed",
        persist_state="session",
    )
    shown = overlaid(picture, mask, [facts[edge] for edge in EDGES], layers, SHOWN)
    drawn = f", with {' and '.join(layers)} drawn on it" if layers else ""
    st.image(shown, width="stretch", alt=f"{facts['id']}{drawn}")


def _leaf(renders: Renders, rows: npt.NDArray[np.int64], row: int) -> None:
    """Buttons to the neighbours in the order on show; the arrow keys do the same."""
    ids = renders.factors["id"].to_numpy()[rows]
    place = int(np.argmax(rows == row)) if row in rows else -2  # where the filters leave it out: no neighbours

    def turn(label: str, to: int, **look: Any) -> None:
        there = 0 <= to < len(rows)
        id = ids[to] if there else ""
        st.button(label, disabled=not there, on_click=open_picture, args=(id,), type="tertiary", **look)

    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        turn("Previous", place - 1, icon=":material/chevron_left:", shortcut="Left")
        if place >= 0:
            st.caption(f"{place + 1:,} of {len(rows):,}", width="content")
        turn("Next", place + 1, icon=":material/chevron_right:", icon_position="right", shortcut="Right")


def _take_away(facts: dict[str, Any], picture: Image.Image, mask: npt.NDArray[np.uint8]) -> None:
    """The picture, its masks and its factors as files, and its recipe to the page Generate."""
    id, icon = facts["id"], ":material/download:"

    def png() -> bytes:
        return png_bytes(picture, {"CocktailMan": json.dumps(facts)})

    def masks() -> bytes:
        return png_bytes(mask_channels(mask))

    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button("Picture", png, f"{id}.png", "image/png", icon=icon, help="PNG; its text holds the factors")
        explained = "PNG: vessel in red, liquid in green, garnish in blue"
        st.download_button("Masks", masks, f"{id}-masks.png", "image/png", icon=icon, help=explained)
        save_csv(pd.DataFrame([facts]), f"{id}.csv", "Factors, CSV")
        recipe = {"recipe": ",".join(facts["ingredients"].split())}
        st.page_link(
            "pages/generate.py",
            label="Paint this recipe",
            icon=":material/palette:",
            query_params=recipe,
            width="content",
        )
