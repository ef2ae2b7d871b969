"""One factor over its whole range, on several drinks at once: a grid, and a sheet of it to download."""

from __future__ import annotations

import json

import streamlit as st
from PIL import Image

from cocktailman.images import png_bytes
from cocktailman.inference.edit_series import columns_of, sheet
from cocktailman.inference.editor import EditSettings, edited
from cocktailman.ui.edit.drinks import Drink, others_like
from cocktailman.ui.edit.settings import editor, is_slow

OTHERS = 2  # drinks besides the chosen one
TILE = 128  # px, the side of one picture of the sheet
ASKED, LAST = "series_asked", "series_last"  # in the session state


def show_series(drink: Drink, model: str, factor: str, settings: EditSettings) -> None:
    """Draws the grid: at once where that is quick, else when asked for."""
    slow = is_slow(model)
    if slow:
        begin, stop = st.columns(2)
        begin.button("Edit the series", icon=":material/grid_on:", type="primary", width="stretch", on_click=_ask)
        stop.button("Stop, and keep what is there", icon=":material/stop_circle:", width="stretch")
    bar = st.empty()
    if not slow or st.session_state.pop(ASKED, False):
        _make(drink, model, factor, settings, bar)
        bar.empty()
    if LAST not in st.session_state:
        st.info("Press *Edit the series*: it takes some seconds a picture.")
        return
    picture, facts = st.session_state[LAST]
    st.image(picture, width="stretch", alt=f"{facts['factor']} over its range, a drink a row")
    names = ", ".join(facts["drinks"])
    st.caption(f"Each row begins with the drink as it is: {names}. {facts['model']}.")
    st.download_button(
        "Save the sheet",
        lambda: png_bytes(picture, {"CocktailMan": json.dumps(facts)}),
        f"edited-series-{facts['factor']}.png",
        "image/png",
        icon=":material/download:",
    )


def _make(drink: Drink, model: str, factor: str, settings: EditSettings, bar) -> None:
    """Edits picture by picture; the sheet of the rows that are done is kept in the session state after each."""
    drinks = [drink, *others_like(drink, factor, OTHERS)]
    columns = columns_of(factor, [item.values for item in drinks])
    headings = ["as it is", *columns]
    facts = {"model": model, "factor": factor, "values": list(columns), "drinks": [item.name for item in drinks]}
    facts |= {"settings": str(settings)}
    rows: list[list[Image.Image]] = []
    for row, each in enumerate(drinks):
        pictures: list[Image.Image] = []
        for column, (heading, values) in enumerate(columns.items()):
            value = values[row]
            bar.progress((row + column / len(columns)) / len(drinks), f"{each.name}: {heading}")
            found = edited(editor(model), each.picture, each.values, {factor: value}, settings)
            pictures += [found.after] if pictures else [found.before, found.after]
        rows.append(pictures)
        st.session_state[LAST] = sheet(headings, rows, TILE), facts


def _ask() -> None:
    st.session_state[ASKED] = True
