"""One of several, which the URL carries under the name that a person reads."""

from collections.abc import Mapping

import streamlit as st

from cocktailman.ui.shared.errors import check_choice


def choose_by_label(title: str, key: str, labels: Mapping[str, str]) -> str:
    """Draws the choice among labels, the first by default, and returns what the chosen one stands for."""
    check_choice(key, labels.values())
    first = next(iter(labels.values()))
    chosen = st.segmented_control(
        title, list(labels.values()), default=first, key=key, required=True, bind="query-params"
    )
    return next(name for name, label in labels.items() if label == (chosen or first))
