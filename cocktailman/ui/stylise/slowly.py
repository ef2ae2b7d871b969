"""Gatys' method: the picture comes into being while one looks, and is kept where one stops."""

from time import monotonic
from typing import Any

import streamlit as st
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.inference.gatys import GatysSettings, sketches
from cocktailman.inference.stylise import SHIPPED_LAYERS, vgg_for
from cocktailman.models.vgg import VGG
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.link import follow_link, write_link
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.stylise.pictures import content_picture, stylizer, turns
from cocktailman.ui.stylise.shown import SEEN, keep_toggle, show, strength_slider
from cocktailman.ui.stylise.style import Style

SIZES = (192, 256, 384)
SHOW_EVERY = 1.0  # seconds between two looks at the picture
ASKED = "gatys_asked"  # in the session state: whether a picture was just asked for
LAST = "gatys_last"  # in the session state: the picture that is there, and what it was made of
STARTS = {"content": "the content", "adain": "what AdaIN paints", "noise": "noise"}
OPTIMISERS = {"lbfgs": "L-BFGS", "adam": "Adam"}
LINKED: Any = {"bind": "query-params", "persist_state": "page"}  # what makes a widget's value part of the address


def slowly(content: Photo, style: Style) -> None:
    """Draws the picture and the controls, and paints where that is asked for.

    No fragment: a click in a fragment waits until its run is over, and nothing would stop.
    """
    place = st.container(key=SEEN).empty()
    with shown_errors():
        bar = st.empty()
        begin, stop = st.columns(2)
        begin.button("Paint", icon=":material/brush:", type="primary", width="stretch", on_click=_ask)
        stop.button(  # a click on anything ends what runs; what was last drawn is in the session state
            "Stop, and keep what is there", icon=":material/stop_circle:", width="stretch", key="gatys_stop"
        )
        settings = _settings()
        facts = {"method": "gatys", "content": content.name, "style": style.images[0].name} | {
            name: str(value) for name, value in vars(settings).items()
        }
        if st.session_state.pop(ASKED, False):
            _paint(content, style.images[0], settings, facts, bar, place)
            bar.empty()
        if LAST in st.session_state:
            show(place, *st.session_state[LAST])
        else:
            place.info("Press *Paint* and watch: the picture itself is optimised, step by step.")


def _ask() -> None:
    st.session_state[ASKED] = True


def _settings() -> GatysSettings:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        percent = strength_slider()
        size = st.segmented_control("Size", SIZES, default=256, key="gatys_size", required=True, **LINKED)
        keep = keep_toggle()
    standard = GatysSettings()
    with st.expander("How it is optimised"):
        steps = st.slider("Steps", 10, 300, standard.steps, step=5, key="steps", **LINKED)
        layers = st.slider(
            "Layers that carry the style",
            1,
            5,
            standard.layers,
            key="layers",
            help="from relu1_1, colours and grain, to relu5_1, large shapes. The fifth is in a network that does not "
            "ship: it is fetched once, 70 to 550 MB",
            **LINKED,
        )
        start: Any = _choice("Start from", "start", STARTS)
        optimiser: Any = _choice("Optimiser", "optimiser", OPTIMISERS)
        write_link("start", "optimiser")
        help = "first at half the size"
        coarse = st.toggle("Coarse to fine", standard.coarse_to_fine, key="coarse", help=help, **LINKED)
    return GatysSettings(
        percent / 100,
        layers,
        steps,
        size or standard.size,
        optimiser,
        coarse,
        keep,
        start,
    )


def _choice(label: str, key: str, options: dict[str, str]) -> str:
    follow_link(key, options, next(iter(options)))
    return st.selectbox(label, list(options), format_func=options.__getitem__, key=key, persist_state="page")


def _paint(content: Photo, style: Photo, settings: GatysSettings, facts: dict[str, str], bar, place) -> None:
    """Draws the picture as it comes into being; each sketch shown is kept in the session state."""
    st.session_state.pop(LAST, None)
    vgg = _vgg(settings.layers, bar)

    def waiting(ahead: int) -> None:
        others = "another visitor's picture" if ahead == 1 else f"{ahead} other pictures"
        bar.progress(0.0, f"In the queue: {others} first …")

    with turns().turn(waiting):
        bar.progress(0.0, "Beginning …")
        picture, look = content_picture(content, settings.size), style.read()
        start: Image.Image | None = None
        if settings.start == "adain":
            start = stylizer().stylise(picture, look, settings.strength, settings.size)
        shown = 0.0
        for sketch in sketches(vgg, picture, look, settings, start):
            if sketch.share < 1 and monotonic() - shown < SHOW_EVERY:
                continue
            shown = monotonic()
            image = sketch.image
            st.session_state[LAST] = image, facts | {"steps": str(sketch.step)}
            place.image(image, width=512, alt=f"{content.name}, being painted")
            bar.progress(
                sketch.share, f"Step {sketch.step} of {settings.steps}, about {_time(sketch.seconds_left)} left"
            )


def _vgg(layers: int, bar) -> VGG:
    """The network; what must be fetched for it is fetched with a word and a bar."""
    stylizer()
    if layers <= SHIPPED_LAYERS:
        return vgg_for(layers)
    bar.progress(0.0, "Fetching the network of the fifth layer, once …")
    try:
        return vgg_for(layers, lambda share: bar.progress(share, f"Fetching the network, once: {share:.0%}"))
    except InputError:
        bar.empty()
        raise


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
