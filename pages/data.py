"""The rendered bar, and its drinks in a plain studio: the pictures, what there is how often, and what made them."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from cocktailman.renders import SPLITS, Renders
from cocktailman.ui.data import charts as data_charts
from cocktailman.ui.data.filters import PICTURES, VIEW, clear_filters, describe_selection, filters, first_page
from cocktailman.ui.data.gallery import gallery
from cocktailman.ui.data.picture import picture_in_link, show_picture
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import check_choice, shown_errors

CHARTS = {
    "Class balance": data_charts.class_balance,
    "Co-occurrence": data_charts.together,
    "Factors": data_charts.factors,
    "Scatter": data_charts.scatter,
    "Independence": data_charts.independence,
}
SET, BAR, STUDIO = "set", "In the bar", "In a plain studio"  # the key, in the URL too, and the sets of renders
SETS = {BAR: cache.renders, STUDIO: cache.studio}
EACH = {
    BAR: "each with its box, its masks and every factor that made it",
    STUDIO: "each without a background, glass as clear as it is, with its coverage, its box, its masks and its factors",
}


def choose_set() -> str:
    """Which renders to look at."""
    check_choice(SET, SETS)
    return st.segmented_control(
        "Where they were rendered",
        list(SETS),
        key=SET,
        default=BAR,
        required=True,
        label_visibility="collapsed",
        on_change=first_page,
        bind="query-params",
    )


def headline(renders: Renders, chosen: str) -> str:
    """What there is."""
    named, split = renders.factors["cocktail"].to_numpy() != "", renders.factors["split"].value_counts()
    cocktails = renders.factors.loc[named, "cocktail"].nunique()
    return (
        f"**{len(renders):,} path-traced pictures** of {cocktails} cocktails and {(~named).sum():,} free pours (random "
        f"recipes that nobody mixes), {EACH[chosen]}: "
        f"{', '.join(f'{split[name]:,} {name}' for name in SPLITS if name in split)}."
    )


def count(renders: Renders, chosen: npt.NDArray[np.bool_], asked: str) -> None:
    """How many pictures the filters let through, of how many, and the way back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{chosen.sum():,} of {len(renders):,} pictures**: {asked}", width="content")
        st.button("Clear", icon=":material/close:", type="tertiary", on_click=clear_filters, args=(cache.renders(),))


def downloads(table: pd.DataFrame) -> None:
    """The factors of the chosen pictures to take away."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"All factors of these {len(table):,} pictures:", width="content")
        save_csv(table, "renders.csv", "CSV")
        kind, icon = "application/vnd.apache.parquet", ":material/download:"
        st.download_button("Parquet", lambda: table.to_parquet(index=False), "renders.parquet", kind, icon=icon)


def views(renders: Renders, chosen: npt.NDArray[np.bool_]) -> None:
    """The open tab, and over it the opened picture."""
    is_open = picture_in_link(renders)
    check_choice(VIEW, [PICTURES, *CHARTS])
    pictures, *charts = st.tabs([PICTURES, *CHARTS], key=VIEW, bind="query-params")
    rows = np.flatnonzero(chosen)
    if pictures.open:
        with pictures, shown_errors():
            rows = gallery(renders, chosen)
    for tab, draw in zip(charts, CHARTS.values(), strict=True):
        if tab.open:
            with tab, shown_errors():
                draw(renders, chosen)
    if is_open:
        show_picture(renders, rows)


require_entry_point()
st.title("Data")
with shown_errors():
    where = choose_set()
    renders = SETS[where]()
    st.markdown(headline(renders, where))
    selection = filters(cache.renders())  # the studio's drinks are among those of the bar: a choice holds for both
    chosen = renders.chosen(selection)
    asked = describe_selection(selection)
    if asked:
        count(renders, chosen, asked)
    if chosen.any():
        views(renders, chosen)
        downloads(renders.factors.loc[chosen])
    else:
        st.info("No picture has all of this: take something away.")
