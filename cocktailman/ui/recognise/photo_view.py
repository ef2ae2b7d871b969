"""One photo opened: the drinks found on it, and beside it what the chosen one is made of."""

from operator import attrgetter

import streamlit as st
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.images import png_bytes
from cocktailman.inference.oddness import METHODS
from cocktailman.ui.recognise.layers import blurred_around, enlarged, heated, outlined
from cocktailman.ui.recognise.reading_view import reading_view
from cocktailman.ui.recognise.side_by_side import side_by_side
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.cut_out import cut_out, describe_confidence
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.photo import Drink, Photo, RecognisedPhoto, heat_map, recognise_photo

DRINKS, HEAT, FOCUS, CUT = "Drinks found", "Where seen", "Background blurred", "Cut out"
BESIDE = -1  # of the numbers of drinks: all of them side by side
WHOLE = "read_as_a_whole"  # in the session state: the keys of the photos that are read so, for want of a drink


@st.fragment
def photo_view(photo: Photo) -> None:
    """Draws it; choosing another drink or another layer reruns this and nothing else of the page."""
    with shown_errors():
        recognised = _recognise(photo)
        if recognised is None:
            return
        number = _choose(photo, recognised)
        if number == BESIDE:
            side_by_side(recognised)
            return
        left, right = st.columns([2, 3], gap="medium")
        with left:
            drink = recognised.drinks[number]
            _picture(photo, recognised, number)
        with right:
            reading_view(photo, recognised, drink)


def _recognise(photo: Photo) -> RecognisedPhoto | None:
    """What is to be shown of a photo; None where no drink was found, which it says, and where nobody asked for more."""
    whole: set[str] = st.session_state.setdefault(WHOLE, set())
    with st.spinner("Looking at it …"):
        recognised = recognise_photo(photo, photo.key in whole)
    if recognised.drinks:
        return recognised
    looks = "it does not look like a drink" if _is_odd(photo, recognised.picture) else "though it looks like one"
    st.info(f"No drink was found in this picture: {looks}.", icon=":material/search_off:")
    st.button(
        "Read the whole picture", icon=":material/fullscreen:", on_click=whole.add, args=(photo.key,), type="primary"
    )
    st.image(recognised.picture, width=512, alt=f"{photo.name}, in which no drink was found")
    return None


@st.cache_data(show_spinner=False, max_entries=500, hash_funcs={Photo: attrgetter("key")})
def _is_odd(photo: Photo, _picture: Image.Image) -> bool:
    """Whether a photo is far from all drinks, by the best of what tells odd ones out."""
    scorer = cache.odd_one_out(METHODS[0])
    return bool(scorer.scores([_picture])[0] >= scorer.threshold)


def _choose(photo: Photo, recognised: RecognisedPhoto) -> int:
    """The drink to be read, or `BESIDE` for all of them; asks only where there are several."""
    numbers = range(len(recognised.drinks))
    if len(numbers) == 1:
        return 0
    number = st.segmented_control(
        "Drink",
        [*numbers, BESIDE],
        format_func=lambda number: "Side by side" if number == BESIDE else f"Drink {number + 1}",
        default=0,
        required=True,
        key=f"drink_{photo.key}",
        label_visibility="collapsed",
    )
    return number or 0


def _picture(photo: Photo, recognised: RecognisedPhoto, number: int) -> None:
    """The photo, or the drink cut from it, with what one wants to see on it."""
    drink = recognised.drinks[number]
    layers = [DRINKS, HEAT, FOCUS, CUT] if drink.box else [HEAT, CUT]
    layer = st.segmented_control(
        "Show", layers, default=layers[0], required=True, key="layer", label_visibility="collapsed", wrap=True
    )
    picture = enlarged(recognised.picture)
    if layer == CUT:
        found = cut_out(drink.cut_from(picture), photo.name)
        picture, caption = found.picture, "the drink without its background"
        st.caption(describe_confidence(found))
    elif layer == HEAT or not drink.box:
        picture, caption = _heated(drink, drink.cut_from(picture))
    elif layer == FOCUS:
        picture, caption = blurred_around(picture, drink.box), "its background blurred"
    else:
        picture, caption = outlined(picture, recognised.boxes, number), "with the drinks found on it"
    st.image(picture, width="stretch", alt=f"{photo.name}, {caption}")
    st.download_button(
        "Save as PNG",
        lambda: png_bytes(picture),
        f"{_stem(photo)}.png",
        "image/png",
        icon=":material/download:",
        type="tertiary",
    )


def _heated(drink: Drink, crop: Image.Image) -> tuple[Image.Image, str]:
    best = [id for id, _ in cache.recogniser().classifier.ingredients(drink.reading)]
    chosen = st.selectbox(
        "Where was it seen?", best, format_func=lambda id: catalog().ingredient(id).name, key="heat_of"
    )
    return heated(crop, heat_map(crop, chosen)), f"where {catalog().ingredient(chosen).name} was seen"


def _stem(photo: Photo) -> str:
    return photo.name.rpartition("/")[2].rpartition(".")[0] or photo.name[-40:] or "drink"
