"""AdaIN: the picture at once, again whenever a slider moves, and nearly so while the strength is dragged."""

import streamlit as st
from PIL import Image

from cocktailman.inference.style_images import with_colours_of
from cocktailman.inference.stylizer import mixed_styles
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.stylise.dragged import STRENGTHS, follow_slider
from cocktailman.ui.stylise.pictures import by_key, content_features, content_picture, style_moments, stylizer
from cocktailman.ui.stylise.shown import SEEN, STRENGTH, keep_toggle, show, strength_slider
from cocktailman.ui.stylise.style import Style

SIZES = (256, 384, 512)
SERIES = 64  # that are remembered, up to 4 MB each


@st.fragment
def at_once(content: Photo, style: Style) -> None:
    """Draws the picture and the controls; one fragment: a slider reruns this and nothing else of the page."""
    place = st.container(key=SEEN)
    with shown_errors():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            percent = strength_slider()
            size = st.segmented_control(
                "Size", SIZES, default=SIZES[0], key="size", required=True, bind="query-params", persist_state="page"
            )
            keep = keep_toggle()
        size = size or SIZES[0]
        with st.spinner("Painting …"):
            stylizer()  # loaded first, so that it says so
            picture = _painted(content, style, size, keep, percent)
        facts = {"method": "adain", "content": content.name, "style": style.name, "strength": str(percent / 100)}
        show(place, picture, facts)
        series = [_remembered(content, style, size, keep, strength) for strength in STRENGTHS]
        follow_slider(series, percent, STRENGTH, SEEN)


@st.cache_data(show_spinner=False, max_entries=SERIES * len(STRENGTHS), ttl="1h", hash_funcs=by_key)
def _remembered(content: Photo, style: Style, size: int, keep: bool, percent: int) -> Image.Image:
    return _painted(content, style, size, keep, percent)


def _painted(content: Photo, style: Style, size: int, keep: bool, percent: int) -> Image.Image:
    moments = mixed_styles([style_moments(image, size) for image in style.images], style.share)
    picture = stylizer().paint(content_features(content, size), moments, percent / 100)
    return with_colours_of(content_picture(content, size), picture) if keep else picture
