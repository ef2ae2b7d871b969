"""What the page keeps of pictures: read once, however often a slider moves."""

from operator import attrgetter
from typing import Any

import streamlit as st
import torch
from PIL import Image
from torch import Tensor

from cocktailman.inference.style_images import sized, usable
from cocktailman.inference.stylise import adain
from cocktailman.inference.stylizer import AdaINStylizer
from cocktailman.models.adain.network import Moments
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.stylise.turns import Turns

SEEN = 256  # px, at which what was chosen is shown
KEPT = 40  # pictures of each kind, up to 4 MB each

by_key: Any = {Photo: attrgetter("key")}


@st.cache_resource(show_spinner="Loading the stylizer (a few seconds, once) …")
def stylizer() -> AdaINStylizer:
    """The shipped stylizer, held once however many look at it."""
    torch.set_num_threads(1)  # as in `cache.generator`
    return adain()


@st.cache_resource
def turns() -> Turns:
    """The queue of all visitors before Gatys' method."""
    return Turns()


@st.cache_data(show_spinner=False, max_entries=KEPT, ttl="1h", hash_funcs=by_key)
def content_picture(photo: Photo, size: int) -> Image.Image:
    """A picture at its size; raises `InputError` where it cannot be used."""
    return sized(usable(photo.read(), photo.name), size)


@st.cache_resource(show_spinner=False, max_entries=KEPT, ttl="1h", hash_funcs=by_key)
def content_features(photo: Photo, size: int) -> Tensor:
    return stylizer().read_content(content_picture(photo, size), size)


@st.cache_resource(show_spinner=False, max_entries=KEPT, ttl="1h", hash_funcs=by_key)
def style_moments(photo: Photo, size: int) -> Moments:
    return stylizer().read_style(usable(photo.read(), photo.name), size)
