"""What is in pictures without anyone saying so: tags, search by text, clusters, odd ones out."""

import streamlit as st

from cocktailman.ui.explore.collection import choose_collection
from cocktailman.ui.explore.views import INVENT, choose_view, show_invented, show_view
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors

require_entry_point()
st.title("Explore pictures")
st.markdown(
    "**What is in pictures without anyone saying so.** Pictures and sentences become vectors of one space: a label is "
    "given where both point the same way, and a text finds the pictures that it is true of."
)
with shown_errors():
    view = choose_view()
    if view == INVENT:
        show_invented()
    elif collection := choose_collection():
        show_view(view, collection)
