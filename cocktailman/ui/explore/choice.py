"""What is chosen of several or drawn at random, which the URL carries."""

from collections.abc import Mapping

import streamlit as st

from cocktailman.ui.shared.errors import check_choice
from cocktailman.ui.shared.painting import SEEDS


def choose_by_label(title: str, key: str, labels: Mapping[str, str]) -> str:
    """Draws the choice among labels, the first by default, and returns what the chosen one stands for."""
    check_choice(key, labels.values())
    first = next(iter(labels.values()))
    chosen = st.segmented_control(
        title, list(labels.values()), default=first, key=key, required=True, bind="query-params"
    )
    return next(name for name, label in labels.items() if label == (chosen or first))


def choose_seed(key: str) -> int:
    """Draws the seed of what is drawn at random, 0 by default, with the button that takes the next; to be called in a
    horizontal container that aligns below."""

    def take_next() -> None:
        st.session_state[key] = (int(st.session_state[key]) + 1) % SEEDS

    seed = st.number_input("Seed", 0, SEEDS - 1, step=1, key=key, width=130, bind="query-params", persist_state="page")
    st.button("Others", icon=":material/casino:", key=f"{key}_next", on_click=take_next)
    return int(seed)
