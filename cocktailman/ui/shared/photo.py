"""A photo that a visitor chose, and what is seen in it: recognised once, however often a page is drawn."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from operator import attrgetter

import streamlit as st
from PIL import Image

from cocktailman.catalog import Recipe
from cocktailman.errors import InputError
from cocktailman.images import read_image
from cocktailman.inference.recogniser import Array, Box, Reading, Recognition
from cocktailman.renders import Renders
from cocktailman.ui.shared import cache
from cocktailman.web import fetch_picture

SHOWN = 1024  # px, the longer side of what is kept of a photo to be looked at
REMEMBERED = 500  # photos whose recognition is kept, 0.2 MB each


@dataclass(frozen=True)
class Photo:
    """A picture yet to be read, which may fail; `key` stands for its content."""

    name: str
    key: str
    read: Callable[[], Image.Image]
    render: str = ""  # the id of the render that it is

    @classmethod
    def of_bytes(cls, name: str, data: bytes) -> "Photo":
        """The photo of an upload or a camera."""
        return cls(name, hashlib.sha256(data).hexdigest(), partial(read_image, data, name))

    @classmethod
    def of_url(cls, url: str) -> "Photo":
        """The photo that a URL leads to."""
        return cls(url, f"url {url}", partial(fetch_picture, url))

    @classmethod
    def of_render(cls, renders: Renders, id: str) -> "Photo":
        """A render as if it were a photo; raises `InputError` where there is none of this id."""
        row = renders.row(id)
        return cls(id, f"render {renders.pictures} {id}", partial(renders.image, row), id)


@dataclass(frozen=True)
class Drink:
    """A drink in a photo, or all of the photo where `box` is None, and what it is made of."""

    box: Box | None
    reading: Reading

    def cut_from(self, picture: Image.Image) -> Image.Image:
        """What of the photo was read."""
        return self.box.crop(picture) if self.box else picture


@dataclass(frozen=True)
class RecognisedPhoto:
    """What is seen in a photo, and a copy of it to look at."""

    jpeg: bytes
    drinks: tuple[Drink, ...]  # best first

    @property
    def picture(self) -> Image.Image:
        return Image.open(BytesIO(self.jpeg)).convert("RGB")

    @property
    def boxes(self) -> tuple[Box, ...]:
        return tuple(drink.box for drink in self.drinks if drink.box)

    def recognition(self, drink: Drink) -> Recognition:
        """All drinks, and the reading of one of them."""
        return Recognition(self.boxes, drink.reading)


@st.cache_data(
    show_spinner=False,
    max_entries=REMEMBERED,
    ttl="1h",  # of a URL the content may change
    hash_funcs={Photo: attrgetter("key")},
)
def recognise_photo(photo: Photo, whole: bool = False) -> RecognisedPhoto:
    """The drinks in a photo, each read by itself, or all of it as one; raises `InputError` where it is no picture."""
    image, recogniser = photo.read(), cache.recogniser()
    if whole:
        drinks = [Drink(None, reading) for reading in recogniser.classifier.classify([[image]])]
    else:
        [boxes] = recogniser.detector.detect([image])
        drinks = list(map(Drink, boxes, recogniser.readings(image, boxes)))
    image.thumbnail((SHOWN, SHOWN))
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=90)
    return RecognisedPhoto(jpeg.getvalue(), tuple(drinks))


@st.cache_data(show_spinner=False, max_entries=REMEMBERED)
def heat_map(crop: Image.Image, ingredient: str) -> Array:
    """Where in a crop an ingredient was seen, (h, w) in [0, 1]."""
    return cache.recogniser().classifier.heat_map(crop, ingredient)


def style_of(crop: Image.Image, recipe: Recipe, model: str) -> tuple[float, ...] | None:
    """The style in which a generator paints this recipe most like a drink; None where it can read none: it has no
    encoder, or sees no drink to cut out."""
    try:
        return tuple(cache.generator(model).invert([crop], [recipe])[0].tolist())
    except InputError:
        return None
