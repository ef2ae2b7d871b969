"""Choices that a link carries by their ids, where people read labels: a bound widget would carry the label."""

from collections.abc import Collection

import streamlit as st

from cocktailman.ui.shared.errors import check_choice


def follow_link(key: str, options: Collection[str], default: str) -> None:
    """Before the widget `key` is drawn: what the URL says of it, at first and where Back changed it; what is none of
    the options is said."""
    check_choice(key, options)
    asked = st.query_params.get(key, default)
    if key not in st.session_state or (key in st.query_params and asked != st.session_state.get(_written(key))):
        st.session_state[key] = asked if asked in options else default


def write_link(*keys: str) -> None:
    """After the widgets are drawn: what they say, in the URL."""
    said = {key: st.session_state[key] for key in keys}
    st.session_state.update({_written(key): value for key, value in said.items()})
    if any(st.query_params.get(key) != value for key, value in said.items()):
        st.query_params.update(said)  # at once: each message to the browser would be a step


def _written(key: str) -> str:
    return f"{key}_written"  # in the session state
