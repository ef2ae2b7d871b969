"""CycleGAN: a render as a photo, a photo as a render, and back again, which shows what was lost on the way."""

import streamlit as st
from PIL import Image

from cocktailman.inference.translator import OTHER, Direction, Translator
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.link import follow_link, write_link
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.stylise.pictures import by_key
from cocktailman.ui.stylise.shown import SEEN, show

TO: dict[Direction, str] = {"photos": "As a photo", "renders": "As a render"}
REMEMBERED = 200  # pictures, 70 kB each
SIDE = 184  # px, the picture that went there and back


@st.fragment
def translated(content: Photo) -> None:
    """Draws the picture and the direction; one fragment: the choice reruns this and nothing else of the page."""
    place = st.container(key=SEEN)
    with shown_errors():
        follow_link("to", TO, "photos")
        chosen = st.segmented_control(
            "Direction", list(TO), format_func=TO.__getitem__, key="to", required=True, persist_state="page"
        )
        write_link("to")
        to: Direction = chosen or "photos"
        picture = _there(content, to)
        show(place, picture, {"method": "cyclegan", "content": content.name, "style": to})
        st.image(_there_and_back(content, to), width=SIDE, alt=f"{content.name}, there and back")
        st.caption("There and back: what differs from the drink itself is what the first way did not keep.")


@st.cache_resource(show_spinner="Loading CycleGAN (a few seconds, once) …")
def _translator() -> Translator:
    return Translator.load()


@st.cache_data(show_spinner="Painting …", max_entries=REMEMBERED, ttl="1h", hash_funcs=by_key)
def _there(content: Photo, to: Direction) -> Image.Image:
    return _translator().translate(content.read(), to)


@st.cache_data(show_spinner=False, max_entries=REMEMBERED, ttl="1h", hash_funcs=by_key)
def _there_and_back(content: Photo, to: Direction) -> Image.Image:
    return _translator().translate(_there(content, to), OTHER[to])
