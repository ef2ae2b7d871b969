"""From a photo of a drink to its ingredients."""

import streamlit as st

from cocktailman.ui.recognise.photo_view import photo_view
from cocktailman.ui.recognise.photos_table import photos_table
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.photo_source import photo_source

require_entry_point()
st.title("Recognise")
st.markdown(
    "**From a photo to a recipe.** A detector finds the drinks, and a classifier names what each is made of. "
    "A photo of yours is read on this machine and forgotten when you close the page."
)
with shown_errors():
    photos = photo_source()
    if photos:
        cache.recogniser()  # loaded first, so that it says so
        photo_view(photos[0] if len(photos) == 1 else photos_table(photos))
