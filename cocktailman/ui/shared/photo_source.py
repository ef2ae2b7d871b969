"""Where a photo comes from: a render to try things on, an upload, a URL or the camera."""

import random
from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st

from cocktailman.renders import Renders
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.brought import NOT_KEPT, Brought, bring, brought, put
from cocktailman.ui.shared.errors import check_choice
from cocktailman.ui.shared.photo import Photo

SAMPLE, UPLOAD, URL, CAMERA = "Sample", "Upload", "URL", "Camera"
SOURCE, PICKED, ADDRESS = "source", "sample", "url"  # in the URL of the page, and in the session state
PHOTOS, SHOT = "photos", "shot"  # where uploads and the camera's picture are kept
FIRST = "Mojito"  # the cocktail of the sample that is shown first


def photo_source(
    others: Mapping[str, Callable[[], list[Photo]]] | None = None, rendered: Callable[[], Renders] = cache.renders
) -> list[Photo]:
    """Draws the choice of a source and its widgets, and returns the photos chosen: none, one or several.

    others: sources of the page's own, by name, each of which draws its widgets and returns its photos.
    rendered: the renders that samples are taken from.
    """
    sources = {SAMPLE: partial(_sample, rendered), **(others or {}), UPLOAD: _upload, URL: _url, CAMERA: _camera}
    check_choice(SOURCE, list(sources))
    source = st.segmented_control(
        "Where the photo comes from",
        list(sources),
        key=SOURCE,
        default=URL if ADDRESS in st.query_params else SAMPLE,
        required=True,
        label_visibility="collapsed",
        wrap=True,
        bind="query-params",
        persist_state="session",
    )
    return sources[source or SAMPLE]()


def samples(renders: Renders) -> list[str]:
    """The ids of the renders that nothing was trained on, those of `FIRST` first."""
    unseen = renders.factors["split"].to_numpy() != "train"
    ids, cocktails = (renders.factors[column].to_numpy()[unseen] for column in ("id", "cocktail"))
    return [*ids[cocktails == FIRST], *ids[cocktails != FIRST]]


def _sample(rendered: Callable[[], Renders]) -> list[Photo]:
    renders = rendered()
    ids = samples(renders)
    check_choice(PICKED, ids)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        id = st.selectbox(
            "A render that no model was trained on",
            ids,
            key=PICKED,
            bind="query-params",
            persist_state="page",
        )
        st.button("Another", icon=":material/casino:", on_click=_pick_another, args=(ids,))
    return [Photo.of_render(renders, id)]


def _pick_another(ids: list[str]) -> None:
    st.session_state[PICKED] = random.choice([id for id in ids if id != st.session_state[PICKED]])


def _upload() -> list[Photo]:
    help = f"JPEG, HEIC, PNG, WebP and others, at most 20 MB each; {NOT_KEPT}"
    files = bring("Photos of drinks", PHOTOS, several=True, help=help)
    if not files:
        st.info("One photo is shown with all that is seen in it, several as a table.")
    return [Photo.of_bytes(file.name, file.data) for file in files]


def _url() -> list[Photo]:
    url = st.text_input(
        "The address of a picture",
        key=ADDRESS,
        placeholder="https://…/drink.jpg",
        help="http or https, at most 20 MB; the picture itself, not the page around it",
        bind="query-params",
        persist_state="page",
    ).strip()
    if not url:
        st.info("Right-click a picture in your browser, copy its address and paste it above.")
    return [Photo.of_url(url)] if url else []


def _camera() -> list[Photo]:
    def take() -> None:
        shot = st.session_state["camera"]
        put(SHOT, [Brought("camera.jpg", shot.getvalue())] if shot else [])

    st.camera_input("A photo of your drink", resolution="720p", width=480, key="camera", on_change=take)
    return [Photo.of_bytes(shot.name, shot.data) for shot in brought(SHOT)]  # also of an earlier look at the page
