"""What lies under a cut-out: nothing, a colour, or a picture of the visitor's."""

import streamlit as st
from PIL import Image

from cocktailman.cutouts import GREY, NO_GROUND, read_ground
from cocktailman.images import read_image
from cocktailman.inference.generator import Generator, Ground
from cocktailman.ui.shared.brought import NOT_KEPT, bring

PLAIN, NOTHING, COLOUR, PICTURE = "Grey", "Nothing", "A colour", "A picture"
CHOICE, PICKED = "ground_choice", "ground_colour"  # in the session state
DEFAULT_COLOUR = "#f4efe6"


def take_ground(text: str) -> None:
    """Sets the controls to the ground of a link: none, or a colour as #rrggbb; where it says nothing they stay."""
    if text == NO_GROUND:
        st.session_state[CHOICE] = NOTHING
    elif text:
        st.session_state[CHOICE], st.session_state[PICKED] = COLOUR, text


def choose_ground(generator: Generator) -> tuple[Ground, str]:
    """The ground that was chosen, and how a link says so ("" where it cannot, or need not).

    A generator that paints backgrounds itself is asked nothing.
    """
    if not generator.transparent:
        return GREY, ""
    st.session_state.setdefault(CHOICE, PLAIN)
    choice = st.segmented_control(
        "Background",
        [PLAIN, NOTHING, COLOUR, PICTURE],
        key=CHOICE,
        required=True,
        persist_state="session",
        help="The model paints a drink without its background, with coverage (alpha). What lies under it is yours to "
        "choose; nothing leaves the PNG transparent.",
    )
    if choice == NOTHING:
        return None, NO_GROUND
    if choice == COLOUR:
        st.session_state.setdefault(PICKED, DEFAULT_COLOUR)
        colour = st.color_picker("Colour", key=PICKED, persist_state="session")
        return read_ground(colour), colour
    if choice == PICTURE:
        files = bring("Picture", "ground_picture", help=f"it is cropped to a square; {NOT_KEPT}")
        return (read_image(files[0].data, files[0].name) if files else GREY), ""
    return GREY, ""


def shown_on(picture: Image.Image, ground: Ground) -> str:
    """How a caption says what the drink stands on."""
    if picture.mode == "RGBA":
        return " Its background is transparent."
    return "" if isinstance(ground, tuple) else " The background is your picture."
