"""AdaIN: the picture at once, and again whenever a slider moves."""

import streamlit as st

from cocktailman.inference.style_images import with_colours_of
from cocktailman.inference.stylizer import mixed_styles
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.stylise.pictures import content_features, content_picture, style_moments, stylizer
from cocktailman.ui.stylise.shown import show
from cocktailman.ui.stylise.style import Style

SIZES = (256, 384, 512)


@st.fragment
def at_once(content: Photo, style: Style) -> None:
    """Draws the controls and the picture; one fragment: a slider reruns this and nothing else of the page."""
    with shown_errors():
        left, middle, right = st.columns([3, 2, 2], vertical_alignment="bottom")
        percent = left.slider(
            "Strength", 0, 100, 100, format="%d %%", key="strength", bind="query-params", persist_state="page"
        )
        size = middle.segmented_control(
            "Size", SIZES, default=SIZES[0], key="size", required=True, persist_state="page"
        )
        keep = right.toggle("Keep its colours", key="keep", help="only brightness is painted", persist_state="page")
        size = size or SIZES[0]
        with st.spinner("Painting …"):
            stylizer()  # loaded first, so that it says so
            moments = mixed_styles([style_moments(image, size) for image in style.images], style.share)
            picture = stylizer().paint(content_features(content, size), moments, percent / 100)
            if keep:
                picture = with_colours_of(content_picture(content, size), picture)
        facts = {"method": "adain", "content": content.name, "style": style.name, "strength": str(percent / 100)}
        show(st.container(), picture, facts)
