"""Two models side by side: what both make of the same pictures, recipes and styles, and what was measured of them."""

import streamlit as st

from cocktailman.ui.compare.choice import choose
from cocktailman.ui.compare.views import report_button, views
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.words import explain

require_entry_point()
st.title("Compare")
with shown_errors():
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choice = choose()
        explain("style vector", "prior", "KL divergence", "seed")
        report_button(choice)  # last: a fragment takes all of the line that is left
    views(choice)
