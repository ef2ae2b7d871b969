"""The drink cut out of its background, made once however often the page is drawn."""

import streamlit as st
import torch
from PIL import Image

from cocktailman.inference.segmenter import CutOut, Segmenter

SURE = 0.6  # confidence below which it is said that the cut-out may be wrong


@st.cache_resource(show_spinner="Loading the segmenter (a few seconds, once) …")
def segmenter() -> Segmenter:
    """The shipped segmenter, held once however many look at it."""
    torch.set_num_threads(1)  # as in `cache.generator`
    return Segmenter.load()


@st.cache_data(show_spinner="Cutting it out …", max_entries=100)
def cut_out(picture: Image.Image, name: str) -> CutOut:
    """The drink in a picture; raises `InputError` where there is none."""
    return segmenter().cut_out(picture, name)


def describe_confidence(found: CutOut) -> str:
    """How sure the segmenter is, as a sentence under the picture."""
    doubt = "" if found.confidence >= SURE else ": look at its edges, a part may be missing or too much"
    return f"The segmenter is {found.confidence:.0%} sure of this cut-out{doubt}."
