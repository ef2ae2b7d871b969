"""Which models are looked at: one, or two side by side."""

import streamlit as st

from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.registry import Can
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.model_picker import WIDTH, model_picker

MODEL, BESIDE = "map_model", "beside"  # in the session state: names


def choose_models() -> list[Checkpoint]:
    """Draws the choice, behind the names of those that are chosen, and returns them."""
    able = {item.name: item for item in cache.checkpoints(Can.DRIVE)}
    first = st.session_state.get(MODEL)
    named = [first if first in able else next(iter(able)), st.session_state.get(BESIDE)]
    label = " and ".join(name for name in dict.fromkeys(named) if name in able)
    with st.popover(label, icon=":material/deployed_code:", help="the models whose styles are looked at"):
        model = model_picker(MODEL, Can.DRIVE)
        others = [name for name in able if name != model.name]
        beside = st.selectbox("Beside it", others, None, key=BESIDE, placeholder="no other model", width=WIDTH)
    return [model, able[beside]] if beside in others else [model]
