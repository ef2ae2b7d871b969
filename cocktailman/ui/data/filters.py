"""Which renders to look at: the widgets, each bound to the URL by its key."""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.renders import LISTED, NUMERIC, SPLITS, Renders, Selection
from cocktailman.ui.data.statistics import LABELS
from cocktailman.ui.shared.errors import check_choice, show_error
from cocktailman.ui.shared.factor_labels import category_label, value_label

PAGE = "page"  # in the URL: the page of the gallery
RESTARTS = "gallery_restarts"  # in the session state: how often the gallery went back to its first page
VIEW, PICTURES = "tab", "Pictures"  # in both: the open tab, and the one with the gallery
AMONG = ("cocktail", "glass", "split", "ice", "table", "background")  # any of the values will do
ROW = ("cocktail", "ingredients", "glass", "split")  # always to be seen; the others wait behind a button
NARROW = 150  # px, the least width of a filter: two fit side by side on a phone


def filters(renders: Renders) -> Selection:
    """Draws the filters, and returns what they ask for."""
    options = {name: _options(renders, name) for name in (*AMONG, *LISTED)}
    limits = {name: bounds(renders, name) for name in NUMERIC}
    _check_link(options, limits)
    values: dict[str, Sequence[str]] = {}
    with st.grid(len(ROW) + 1, min_column_width=NARROW, vertical_alignment="bottom"):
        for name in ROW:
            values[name] = _values(name, options[name])
        with st.popover("More filters", icon=":material/tune:", width="stretch"):
            for name in options:
                if name not in ROW:
                    values[name] = _values(name, options[name])
            ranges = {name: _range(name, *limits[name]) for name in NUMERIC}
    return Selection(
        among={name: values[name] for name in AMONG if values[name]},
        containing={name: values[name] for name in LISTED if values[name]},
        between={name: range for name, range in ranges.items() if range != limits[name]},
    )


def clear_filters(renders: Renders) -> None:
    """Sets every filter to what lets everything through."""
    for name in (*AMONG, *LISTED):
        st.session_state[name] = []
    for name in NUMERIC:
        everything = bounds(renders, name)
        if st.session_state[name] != everything:  # what a slider has by default is not set without a warning in the log
            st.session_state[name] = everything
    first_page()


def show_pictures(column: str, value: str) -> None:
    """Goes to the pictures that have a value in a column."""
    st.session_state[column] = [category_label(column, value)]
    st.session_state[VIEW] = PICTURES
    first_page()


def first_page() -> None:
    """Other pictures begin at their beginning."""
    st.query_params.pop(PAGE, None)
    st.session_state[RESTARTS] = st.session_state.get(RESTARTS, 0) + 1


def describe_selection(selection: Selection) -> str:
    """What a selection asks for, as a person would say it; empty where it asks nothing."""
    parts = [" or ".join(category_label(name, value) for value in values) for name, values in selection.among.items()]
    parts += [
        " and ".join(category_label(name, value) for value in values) for name, values in selection.containing.items()
    ]
    parts += [
        f"{LABELS[name].lower()} {value_label(name, lowest)} to {value_label(name, highest)}"
        for name, (lowest, highest) in selection.between.items()
    ]
    return "; ".join(parts)


def bounds(renders: Renders, name: str) -> tuple[float, float]:
    """The least and the greatest value of a numeric factor, rounded outwards to its step."""
    step, values = NUMERIC[name].step, renders.factors[name].to_numpy()
    lowest, highest = math.floor(np.nanmin(values) / step), math.ceil(np.nanmax(values) / step)
    return round(lowest * step, 6), round(max(highest, lowest + 1) * step, 6)


def _options(renders: Renders, name: str) -> dict[str, str]:
    """The values that a column of the renders has, by how they are shown, in an order in which one finds them."""
    there = set(renders.indicators[name].columns if name in LISTED else renders.factors[name].unique())
    match name:
        case "split":
            values = [value for value in SPLITS if value in there]
        case "ingredients":
            values = [item.id for item in catalog().ingredients if item.id in there]
        case _:
            values = sorted(there, key=lambda value: (value == "", value))  # free pours last
    return {category_label(name, value): value for value in values}


def _values(name: str, options: dict[str, str]) -> list[str]:
    chosen = st.multiselect(
        f"{LABELS[name]}, all of" if name in LISTED else LABELS[name],
        list(options),
        key=name,
        placeholder="any",
        on_change=first_page,
        bind="query-params",
    )
    return [options[text] for text in chosen]


def _range(name: str, lowest: float, highest: float) -> tuple[float, float]:
    return st.slider(
        NUMERIC[name].label,
        lowest,
        highest,
        (lowest, highest),
        step=NUMERIC[name].step,
        format=NUMERIC[name].form,
        key=name,
        on_change=first_page,
        bind="query-params",
    )


def _check_link(options: dict[str, dict[str, str]], limits: dict[str, tuple[float, float]]) -> None:
    """Says what of the URL fits no filter: Streamlit drops it without a word."""
    for name, values in options.items():
        check_choice(name, values)
    for name, ends in limits.items():
        values = st.query_params.get_all(name)
        if values and not _is_range(values, *ends):
            lowest, highest = (value_label(name, end) for end in ends)
            show_error(
                InputError(
                    f"the link asks for {LABELS[name].lower()} {' to '.join(values)[:40]}: "
                    f"choose a range from {lowest} to {highest}"
                )
            )


def _is_range(texts: Sequence[str], lowest: float, highest: float) -> bool:
    try:
        first, last = map(float, texts)
    except ValueError:  # not two, or not numbers
        return False
    return lowest <= first <= last <= highest
