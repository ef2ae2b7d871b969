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
TAGS = "Tags"
VIEWS: dict[str, Callable[[Collection], None]] = {
    TAGS: tags_view,
    "Search": search_view,
    "Clusters": clusters_view,
    "Odd ones out": odd_view,
    "Invent": invent_view,
}


@st.fragment
def views(collection: Collection) -> None:
    """Draws one view; choosing another reruns this and nothing else of the page."""
    check_choice(VIEW, VIEWS)
    view = st.segmented_control(
        "Show", list(VIEWS), default=TAGS, key=VIEW, required=True, label_visibility="collapsed", bind="query-params"
    )
    with shown_errors():
        VIEWS[view or TAGS](collection)
