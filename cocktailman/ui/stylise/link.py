"""Choices that a link carries by their ids, where people read labels: a bound widget would carry the label."""

from collections.abc import Collection

import streamlit as st

from cocktailman.ui.shared.errors import check_choice


def follow_link(key: str, options: Collection[str], default: str) -> None:
    """Before the widget `key` is first drawn: what the URL says of it; what is none of the options is said."""
    check_choice(key, options)
    if key not in st.session_state:
        asked = st.query_params.get(key, default)
        st.session_state[key] = asked if asked in options else default


def write_link(*keys: str) -> None:
    """After the widgets are drawn: what they say, in the URL."""
    for key in keys:
        st.query_params[key] = st.session_state[key]
