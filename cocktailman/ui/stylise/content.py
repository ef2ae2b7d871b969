"""What is stylised: a photo or a render, or a drink that a generator paints."""

from functools import partial

import streamlit as st

from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.painted_photo import PAINTED, choose_painted
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.shared.photo_source import photo_source
from cocktailman.ui.stylise.pictures import SEEN, content_picture


def content_source() -> Photo | None:
    """Draws the choice of the content and returns it; None where nothing is chosen yet, or what cannot be used."""
    photos = photo_source({PAINTED: partial(choose_painted, "painter", "cocktail", "drink", transparent=False)})
    if len(photos) > 1:
        st.caption(f"The first of {len(photos)} photos is stylised.")
    if not photos:
        return None
    with shown_errors():
        st.image(content_picture(photos[0], SEEN), width=184, alt=photos[0].name)
        return photos[0]
    return None
