"""A drink in the manner of a painting, at once or slowly; a render as a photo, and back."""

import streamlit as st

from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.link import follow_link, write_link
from cocktailman.ui.stylise.at_once import at_once
from cocktailman.ui.stylise.content import content_source
from cocktailman.ui.stylise.slowly import slowly
from cocktailman.ui.stylise.style import style_source
from cocktailman.ui.stylise.translated import translated

METHODS = {"adain": "At once (AdaIN)", "gatys": "Slowly (Gatys)", "cyclegan": "Photo or render (CycleGAN)"}

require_entry_point()
st.title("Stylise")
st.markdown(
    "**A drink in the manner of a painting.** Choose what is painted and in whose manner: at once, by a network that "
    "learned to, or slowly, by optimising the picture itself while you watch. Or see a render as a photo, and back."
)
with shown_errors():
    look, choose = st.columns([3, 2], gap="large")
    with look:
        follow_link("method", list(METHODS), "adain")
        method = st.segmented_control(
            "Method",
            list(METHODS),
            format_func=METHODS.__getitem__,
            key="method",
            required=True,
            label_visibility="collapsed",
            persist_state="page",
        )
        write_link("method")
    with choose:
        content = content_source()
        style = None if method == "cyclegan" else style_source()
    with look:
        if content and method == "cyclegan":
            translated(content)
        elif content and style:
            (slowly if method == "gatys" else at_once)(content, style)
