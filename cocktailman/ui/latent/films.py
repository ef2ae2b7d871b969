"""Films of a style on its way, to be taken away as GIF or MP4; painted when they are asked for."""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.film import gif_bytes, mp4_bytes
from cocktailman.inference.generator import Generator
from cocktailman.latent.paths import evenly, mixed
from cocktailman.ui.latent.driver import Driven
from cocktailman.ui.shared.errors import sentence_case

FRAMES, SIZE = 36, 256  # of a film one way, and px
FORMATS = {"GIF": gif_bytes, "MP4": mp4_bytes}
MIMETYPES = {"GIF": "image/gif", "MP4": "video/mp4"}

Array = npt.NDArray[np.float32]
Paint = Callable[[], list[Image.Image]]


def film_of_path(generator: Generator, hand: Driven, vector: Array) -> None:
    """Draws the films along the path that was driven, of one recipe vector (n_ingredients,); or why there is none."""

    def paint() -> list[Image.Image]:
        return generator.paint_vectors(np.tile(vector, (FRAMES, 1)), evenly(hand.path, FRAMES), SIZE)

    try:
        evenly(hand.path, 2)
    except InputError as error:
        st.caption(sentence_case(str(error)) + ".")
        return
    _films("Along the path", paint, generator.name, f"path_{generator.name}")


def film_of_mixing(generator: Generator, other: str, ends: tuple[Array, Array], styles: tuple[Array, Array]) -> None:
    """Draws the films from one recipe vector and style to those of the cocktail `other`."""

    def paint() -> list[Image.Image]:
        shares = np.linspace(0, 1, FRAMES)
        recipes, moved = (np.stack([mixed(*pair, share) for share in shares]) for pair in (ends, styles))
        return generator.paint_vectors(recipes, moved, SIZE)

    _films(f"To {other}", paint, f"{generator.name}-mix", f"mix_{generator.name}")


def _films(title: str, paint: Paint, name: str, key: str) -> None:
    st.markdown(f"{title}, there and back, {FRAMES} frames each way")
    with st.container(horizontal=True):
        for format, packed in FORMATS.items():
            st.download_button(
                format,
                partial(_film, paint, packed),
                f"{name}.{format.lower()}",
                MIMETYPES[format],
                icon=":material/movie:",
                key=f"{format}_{key}",
            )


def _film(paint: Paint, packed: Callable[[list[Image.Image]], bytes]) -> bytes:
    return packed(paint())
