"""Which model: first the domain it was trained on, where there are several, then its name."""

import streamlit as st

from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.registry import Can
from cocktailman.ui.shared import cache

WIDTH = 200  # px at most


def model_picker(key: str, able: Can = Can.PAINT) -> Checkpoint:
    """Draws the choice among those that are able and returns it; its name is `key` in the session state, where a link
    may have put it."""
    checkpoints = {item.name: item for item in cache.checkpoints(able)}
    domains = sorted({item.domain for item in checkpoints.values()})
    chosen = checkpoints.get(st.session_state.get(key, ""), next(iter(checkpoints.values())))
    if len(domains) > 1:
        st.session_state[f"{key}_domain"] = chosen.domain  # follows the model, also where a link changed that

        def take_domain() -> None:
            domain = st.session_state[f"{key}_domain"]
            st.session_state[key] = next(item.name for item in checkpoints.values() if item.domain == domain)

        st.segmented_control(
            "Domain", domains, key=f"{key}_domain", format_func=str.capitalize, required=True, on_change=take_domain
        )
    names = [item.name for item in checkpoints.values() if item.domain == chosen.domain]
    return checkpoints[st.selectbox("Model", names, key=key, width=WIDTH, persist_state="session")]
