"""A picture in the style of another, slowly: the picture itself is optimised (Gatys et al., arXiv 1508.06576)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any, Literal, get_args

import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from cocktailman.errors import InputError
from cocktailman.inference.style_images import (
    as_image,
    as_tensor,
    check_strength,
    check_style_size,
    sized,
    usable,
    with_colours_of,
)
from cocktailman.losses.style import ContentLoss, GramLoss, gram_matrix
from cocktailman.models.precision import fast_convolutions
from cocktailman.models.vgg import STYLE_LAYERS, VGG

Start = Literal["content", "noise", "adain"]
Optimiser = Literal["adam", "lbfgs"]

CONTENT_LAYER = "relu4_1"  # theirs is conv4_2; this one is in what ships
STYLE_WEIGHT = 100.0  # of the style's relative error against the content's, at full strength
STEPS = range(1, 2001)
COARSE = 0.5  # the side of the coarse picture, of that of the fine one
COARSE_STEPS = 0.6  # the share of the steps that the coarse one takes: each costs a quarter
RATE = {"adam": 0.03, "lbfgs": 1.0}


@dataclass(frozen=True)
class GatysSettings:
    """How a picture is optimised.

    strength: 0 leaves the content, 1 carries over all that leaves the drink recognisable. layers: how many carry the
    style, relu1_1 up to relu5_1. steps: evaluations of the network, all scales together. size: px, the longer side.
    coarse_to_fine: whether a picture of half the size comes first. keep_colours: only brightness is painted.
    start: the content, noise, or what AdaIN paints, which who calls brings along.
    """

    strength: float = 1.0
    layers: int = 4
    steps: int = 40
    size: int = 256
    optimiser: Optimiser = "lbfgs"
    coarse_to_fine: bool = False
    keep_colours: bool = False
    start: Start = "content"
    seed: int = 0  # of the noise


@dataclass(frozen=True)
class Sketch:
    """The picture as it is after some steps; `share` of the work is done, which took `seconds`."""

    pixels: Tensor  # (1, 3, h, w)
    content: Image.Image
    keep_colours: bool
    step: int
    share: float
    seconds: float

    @property
    def image(self) -> Image.Image:
        painted = as_image(self.pixels)
        return with_colours_of(self.content, painted) if self.keep_colours else painted

    @property
    def seconds_left(self) -> float:
        return self.seconds * (1 - self.share) / self.share


def settings_of(**given: Any) -> GatysSettings:
    """Settings of which some are given, and the others, which are None, as they are by default.

    Raises `InputError` where one is out of bounds.
    """
    return check_settings(GatysSettings(**{name: value for name, value in given.items() if value is not None}))


def check_settings(settings: GatysSettings) -> GatysSettings:
    """Raises `InputError` where a setting is out of bounds."""
    check_strength(settings.strength)
    check_style_size(settings.size)
    if not 1 <= settings.layers <= len(STYLE_LAYERS):
        raise InputError(f"a style is carried by 1 to {len(STYLE_LAYERS)} layers, not {settings.layers}")
    for name, kinds in (("optimiser", get_args(Optimiser)), ("start", get_args(Start))):
        if getattr(settings, name) not in kinds:
            raise InputError(f"unknown {name} {getattr(settings, name)[:40]!r}: choose one of {', '.join(kinds)}")
    if settings.steps not in STEPS:
        raise InputError(f"{settings.steps} steps are not taken: choose from {STEPS[0]} to {STEPS[-1]}")
    return settings


def sketches(
    vgg: VGG,
    content: Image.Image,
    style: Image.Image,
    settings: GatysSettings = GatysSettings(),
    start: Image.Image | None = None,
) -> Iterator[Sketch]:
    """The picture as it comes into being, after each step; who has seen enough stops asking, and keeps what is there.

    vgg: normalised, with as many layers as the settings ask for. start: what AdaIN painted; without it the
    content takes its place.

    Raises `InputError` where a picture or a setting cannot be used.
    """
    check_settings(settings)
    content, style = usable(content, "the content"), usable(style, "the style image")
    begun, done = perf_counter(), 0
    picture = start
    plan = _plan(settings)
    whole = sum(size**2 * steps for size, steps in plan)
    paid = 0
    for size, steps in plan:
        target = _Target(vgg, sized(content, size), sized(style, size), settings)
        for pixels in _optimised(target, _first(target, settings, picture), steps, settings.optimiser):
            done, paid = done + 1, paid + size**2
            now = Sketch(pixels, content, settings.keep_colours, done, paid / whole, perf_counter() - begun)
            yield now
        picture, settings = as_image(pixels), replace(settings, start="adain")


def stylise(
    vgg: VGG,
    content: Image.Image,
    style: Image.Image,
    settings: GatysSettings = GatysSettings(),
    start: Image.Image | None = None,
) -> Image.Image:
    """The picture when all steps are done; raises as `sketches` does."""
    *_, last = sketches(vgg, content, style, settings, start)
    return last.image


def _plan(settings: GatysSettings) -> list[tuple[int, int]]:
    """The sizes, px, and the steps at each."""
    if not settings.coarse_to_fine or settings.steps < 2:
        return [(settings.size, settings.steps)]
    coarse = max(1, round(settings.steps * COARSE_STEPS))
    return [(round(settings.size * COARSE), coarse), (settings.size, settings.steps - coarse)]


class _Target:
    """What the picture is to have of its content and of its style: the loss of pixels (1, 3, h, w)."""

    def __init__(self, vgg: VGG, content: Image.Image, style: Image.Image, settings: GatysSettings) -> None:
        self.vgg, self.weight = vgg, STYLE_WEIGHT * settings.strength**2
        self.styled = STYLE_LAYERS[: settings.layers]
        self.layers = sorted({*self.styled, CONTENT_LAYER})  # their names sort in the order of the network
        self.content_pixels = as_tensor(content)
        with torch.no_grad():
            self.content = self._maps(self.content_pixels)[CONTENT_LAYER]
            asked = self._maps(as_tensor(style))
        self.grams = [gram_matrix(asked[name]) for name in self.styled]
        self.content_error, self.style_error = ContentLoss(), GramLoss()
        self.scale = self.content.square().mean().clamp(min=1e-6)

    def _maps(self, pixels: Tensor) -> dict[str, Tensor]:
        with fast_convolutions():
            maps = self.vgg.maps(pixels, self.layers)
        return {name: each.float() for name, each in zip(self.layers, maps, strict=True)}

    def __call__(self, pixels: Tensor) -> Tensor:
        maps = self._maps(pixels)
        content = self.content_error(maps[CONTENT_LAYER], self.content) / self.scale
        return content + self.weight * self.style_error([maps[name] for name in self.styled], self.grams)


def _first(target: _Target, settings: GatysSettings, start: Image.Image | None) -> Tensor:
    """The pixels to start from, (1, 3, h, w)."""
    content = target.content_pixels
    if settings.start == "noise":
        return torch.rand(content.shape, generator=torch.Generator().manual_seed(settings.seed))
    if settings.start == "adain" and start is not None:
        return F.interpolate(as_tensor(start), content.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)
    return content.clone()


def _optimised(target: _Target, first: Tensor, steps: int, optimiser: str) -> Iterator[Tensor]:
    """The pixels after each step, in [0, 1]."""
    # Flat: of pixels in channels-last order torch's L-BFGS cannot lay out the gradient.
    flat = first.flatten().clone().requires_grad_()
    algorithm: torch.optim.Optimizer
    if optimiser == "lbfgs":
        algorithm = torch.optim.LBFGS([flat], RATE["lbfgs"], max_iter=1, history_size=20)
    else:
        algorithm = torch.optim.Adam([flat], RATE["adam"], betas=(0.9, 0.99))

    def loss() -> Tensor:
        algorithm.zero_grad()
        error = target(flat.view(first.shape))
        error.backward()
        return error

    for _ in range(steps):
        algorithm.step(loss)
        with torch.no_grad():
            flat.clamp_(0, 1)
        yield flat.detach().view(first.shape).clone()
