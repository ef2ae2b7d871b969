"""The renders as small pictures, a page at a time, in any order of their factors."""

from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.renders import CATEGORICAL, NUMERIC, Renders
from cocktailman.ui.data.filters import PAGE, RESTARTS, first_page
from cocktailman.ui.data.picture import open_picture
from cocktailman.ui.data.statistics import LABELS
from cocktailman.ui.shared.errors import check_choice, show_error
from cocktailman.ui.shared.factor_labels import category_label, value_label

PER_PAGE = 24
TILE = 150  # px, the least width of a picture
MIXED = "Mixed"  # the order that shows most at a glance
ORDERS = {MIXED: "", **{LABELS[name]: name for name in ("cocktail", *NUMERIC, *CATEGORICAL)}}  # shown -> column


def gallery(renders: Renders, chosen: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Draws one page of the chosen pictures, and returns the rows of all of them in the order on show."""
    check_choice("order", ORDERS)
    bar = st.container(horizontal=True, vertical_alignment="center")
    with bar:
        order = st.selectbox(
            "Order",
            list(ORDERS),
            key="order",
            width=220,
            label_visibility="collapsed",
            icon=":material/sort:",
            on_change=first_page,
            bind="query-params",
            persist_state="page",
        )
        descending = st.toggle(
            "Descending",
            key="descending",
            disabled=order == MIXED,
            on_change=first_page,
            bind="query-params",
            persist_state="page",
        )
    rows = ordered(renders, chosen, ORDERS[order], descending)
    pages = -(-len(rows) // PER_PAGE)
    start = _linked_page(pages)
    with bar:
        st.space("stretch")
        restarts = st.session_state.get(RESTARTS, 0)
        page = st.pagination(pages, default=start, max_visible_pages=5, key=f"page_{restarts}")
    _keep_page(page)
    on_page = rows[(page - 1) * PER_PAGE : page * PER_PAGE]
    with st.grid(min_column_width=TILE) as grid:
        for row, picture in zip(on_page.tolist(), renders.images(on_page), strict=True):
            with grid.cell(), st.container(gap="xxsmall"):
                _tile(renders.facts(row), picture, ORDERS[order])
    return rows


def ordered(renders: Renders, chosen: npt.NDArray[np.bool_], column: str, descending: bool) -> npt.NDArray[np.int64]:
    """The chosen rows by a column of the factors, or mixed, always the same way, where that is empty."""
    if not column:
        mixed = np.random.default_rng(0).permutation(len(renders))
        return mixed[chosen[mixed]]
    rows = np.flatnonzero(chosen)
    order = renders.factors[column].iloc[rows].argsort(kind="stable").to_numpy()
    return rows[order[::-1] if descending else order]


def _linked_page(pages: int) -> int:
    """The page that the URL asks for, and the first where there is no such page."""
    linked = st.query_params.get(PAGE, "1")
    page = int(linked) if linked.isdecimal() and len(linked) < 9 else 0
    if 1 <= page <= pages:
        return page
    show_error(InputError(f"the link asks for page {linked[:40]}: choose one from 1 to {pages:,}"))
    return 1


def _keep_page(page: int) -> None:
    """Notes the page in the URL. Not bound to it: `first_page` could not set it then without a warning in the log."""
    if page == 1:
        st.query_params.pop(PAGE, None)
    else:
        st.query_params[PAGE] = str(page)


def _tile(facts: dict[str, Any], picture: Image.Image, column: str) -> None:
    """A picture, and the button that opens it, which says what it was ordered by."""
    st.image(picture, width="stretch", alt=f"{facts['id']}: {catalog().describe(facts['ingredients'].split())}")
    label = category_label("cocktail", facts["cocktail"])
    if column in NUMERIC or column in CATEGORICAL:
        label += f" · {value_label(column, facts[column])}"
    st.button(
        label,
        key=f"open_{facts['id']}",
        type="tertiary",
        width="stretch",
        help=f"open {facts['id']}",
        on_click=open_picture,
        args=(facts["id"],),
    )
