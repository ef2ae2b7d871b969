"""One way to call each of the ways from one picture to another: what the command line and the measurements share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Literal

import torch
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.inference.gatys import GatysSettings, stylise
from cocktailman.inference.style_images import as_tensor, sized, usable, with_colours_of
from cocktailman.inference.stylizer import AdaINStylizer
from cocktailman.inference.translator import Direction, Translator
from cocktailman.models.packaged import OnProgress
from cocktailman.models.vgg import VGG, best_vgg, is_fetched, normalise
from cocktailman.shelf import shelf

Method = Literal["adain", "gatys", "cyclegan"]
METHODS: tuple[Method, ...] = ("adain", "gatys", "cyclegan")
SHIPPED_LAYERS = 4  # of those that carry a style, how many AdaIN's encoder has
CALIBRATED = 128  # px of the shelf's pictures, over which a VGG's layers are made comparable


@dataclass(frozen=True)
class Stylised:
    """A picture, how long it took and how many steps, 1 where there are none."""

    image: Image.Image
    seconds: float
    steps: int


def vgg_for(layers: int, on_progress: OnProgress | None = None) -> VGG:
    """A normalised VGG with so many style layers: what ships up to the fourth, beyond it one that is fetched once.

    Raises `InputError` where it cannot be had.
    """
    if layers <= SHIPPED_LAYERS:
        return adain().encoder
    try:
        if on_progress and not is_fetched():
            best_vgg(on_progress)
        return _whole_vgg()
    except InputError as error:
        raise InputError(
            f"the fifth layer needs a network that cannot be had ({error}): go online, or take 4"
        ) from error


@cache
def adain() -> AdaINStylizer:
    """The shipped stylizer, loaded once."""
    return AdaINStylizer.load()


@cache
def _whole_vgg() -> VGG:
    pictures = [as_tensor(item.image().resize((CALIBRATED, CALIBRATED))) for item in shelf().values()]
    return normalise(best_vgg(), torch.cat(pictures)).to(memory_format=torch.channels_last)


def stylised(
    method: Method,
    content: Image.Image,
    style: Image.Image | None,
    settings: GatysSettings,
    to: Direction = "photos",
) -> Stylised:
    """The content in the look of a style image or, by CycleGAN, of the domain `to`.

    AdaIN heeds the strength, size and colours of the settings, CycleGAN none. Raises `InputError` where a picture or a
    setting cannot be used, or a model is not there. Loading models does not count as time.
    """
    if method == "cyclegan":
        translator = Translator.load()
        begun = perf_counter()
        return Stylised(translator.translate(content, to), perf_counter() - begun, 1)
    if style is None:
        raise InputError("a style image is missing: name one of the shelf, or a file")
    quick = adain()
    vgg = vgg_for(settings.layers) if method == "gatys" else quick.encoder
    begun = perf_counter()
    start = None
    if method == "adain" or settings.start == "adain":
        start = quick.stylise(content, style, settings.strength, settings.size)
    if method == "gatys":
        image = stylise(vgg, content, style, settings, start)
        return Stylised(image, perf_counter() - begun, settings.steps)
    assert start is not None
    if settings.keep_colours:
        start = with_colours_of(sized(usable(content, "the content"), settings.size), start)
    return Stylised(start, perf_counter() - begun, 1)
