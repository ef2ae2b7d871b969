"""One thing about a drink changed, and the rest left alone."""

from dataclasses import replace

import streamlit as st

from cocktailman.ui.edit.change import choose_direction, choose_factor, choose_value
from cocktailman.ui.edit.drinks import choose_drink
from cocktailman.ui.edit.known import choose_known
from cocktailman.ui.edit.mask import choose_mask
from cocktailman.ui.edit.result import show_edit
from cocktailman.ui.edit.series import show_series
from cocktailman.ui.edit.settings import choose_model, choose_settings
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.link import follow_link, write_link

SHOWS = {"one": "This drink", "series": "All values, several drinks"}

require_entry_point()
st.title("Edit")
st.markdown(
    "**Change one thing and leave the rest**, learnt from scenes that were rendered twice with one factor changed. How "
    "strong the light is, and how warm, it does; the colour of other ingredients and how full the glass is, in part, "
    "of photos hardly; another glass it puts there with the drink in it and the garnish on it; a garnish it takes "
    "away, or puts about where you say; ice changes a little: `docs/edit.md` has the figures."
)
with shown_errors():
    look, choose = st.columns([3, 2], gap="large")
    with choose:
        place = st.container()
        factor = choose_factor()
        with place:
            drink = choose_drink(factor)
            if drink:
                drink = replace(drink, values=choose_known(drink.key, drink.values))
        follow_link("shows", list(SHOWS), "one")
        shows = st.segmented_control(
            "Of what",
            list(SHOWS),
            format_func=SHOWS.__getitem__,
            key="shows",
            required=True,
            label_visibility="collapsed",
            persist_state="page",
        )
        write_link("shows")
        value = choose_value(factor, drink.values) if drink and shows == "one" else None
        if drink and value is not None and factor == "garnish":
            drink = replace(drink, values=choose_direction(drink.key, drink.values))
        model = choose_model()
        settings = choose_settings(model) if model else None
        mask = choose_mask(drink) if drink and shows == "one" else None
    with look:
        if drink and settings and value is not None:
            show_edit(drink, model, {factor: value}, settings, mask)
        elif drink and settings:
            show_series(drink, model, factor, settings)
