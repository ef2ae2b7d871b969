"""The views of a collection, one drawn at a time."""

from collections.abc import Callable

import streamlit as st

from cocktailman.ui.explore.clusters_view import clusters_view
from cocktailman.ui.explore.collection import Collection
from cocktailman.ui.explore.invent_view import invent_view
from cocktailman.ui.explore.odd_view import odd_view
from cocktailman.ui.explore.search_view import search_view
from cocktailman.ui.explore.tags_view import tags_view
from cocktailman.ui.shared.errors import check_choice, shown_errors

VIEW = "show"  # in the URL and in the session state
TAGS, INVENT = "Tags", "Invent"
VIEWS: dict[str, Callable[[Collection], None]] = {
    TAGS: tags_view,
    "Search": search_view,
    "Clusters": clusters_view,
    "Odd ones out": odd_view,
}


def choose_view() -> str:
    """Draws the choice of what is shown, and returns it."""
    views = [*VIEWS, INVENT]
    check_choice(VIEW, views)
    chosen = st.segmented_control(
        "Show", views, default=TAGS, key=VIEW, required=True, label_visibility="collapsed", bind="query-params"
    )
    return chosen or TAGS


@st.fragment
def show_view(view: str, collection: Collection) -> None:
    """Draws a view of a collection; what changes in it reruns nothing else of the page."""
    with shown_errors():
        VIEWS[view](collection)


@st.fragment
def show_invented() -> None:
    """Draws the view that needs no pictures."""
    with shown_errors():
        invent_view()
