"""The two pictures of a style transfer, its content and its style image: sized, checked, and the colours kept."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cocktailman.errors import InputError
from cocktailman.images import on_white

SMALLEST = 32  # px, the shorter side of a picture to go by: VGG halves it three or four times
SIZES = range(64, 1025)  # px, the longer side of what is painted
SIDE = 8  # px, of which sides are multiples: what is pooled three times must fit when it is enlarged again
PLAIN = 2.0  # levels of 255, the spread of pixels up to which a picture is of one colour


def check_style_size(size: int) -> int:
    """A longer side in px that can be painted; raises `InputError`."""
    if size not in SIZES:
        raise InputError(f"a picture of {size} px is not stylised here: choose from {SIZES[0]} to {SIZES[-1]} px")
    return size


def check_strength(strength: float) -> float:
    """A strength between 0 and 1; raises `InputError`."""
    if not 0 <= strength <= 1:  # also true for NaN
        raise InputError(f"a strength of {strength:g} is none: choose from 0, the content, to 1, all of the style")
    return strength


def usable(image: Image.Image, name: str) -> Image.Image:
    """A picture that can be content or style, on white where it was transparent.

    Raises `InputError`, which calls it `name`, where it is too small or of one colour.
    """
    if min(image.size) < SMALLEST:
        raise InputError(
            f"{name} is {image.width} × {image.height} pixels, too small to go by: "
            f"choose a picture of at least {SMALLEST} a side"
        )
    if image.mode != "RGB":
        image = on_white(image)
    if np.asarray(image.resize((SMALLEST, SMALLEST), Image.Resampling.NEAREST)).std((0, 1)).max() <= PLAIN:
        raise InputError(f"{name} is of one colour, and shows neither a drink nor a style: choose another picture")
    return image


def sized(image: Image.Image, size: int) -> Image.Image:
    """A picture whose longer side is `size` px, each side to the nearest multiple of 8."""
    scale = size / max(image.size)
    width, height = (max(SMALLEST, round(side * scale / SIDE) * SIDE) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def as_tensor(image: Image.Image) -> Tensor:
    """A picture as (1, 3, h, w) in [0, 1]."""
    return torch.from_numpy(np.array(image)).permute(2, 0, 1)[None].float() / 255


def as_image(pixels: Tensor) -> Image.Image:
    """The picture of (1, 3, h, w), clipped to [0, 1]."""
    levels = (pixels[0].detach().float().clamp(0, 1) * 255).round().byte()
    return Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())


def with_colours_of(content: Image.Image, painted: Image.Image) -> Image.Image:
    """What was painted, its brightness alone: the colours are the content's own.

    Gatys et al., Preserving Color in Neural Artistic Style Transfer (arXiv 1606.05897), section 3.2, in YCbCr.
    """
    brightness = painted.convert("YCbCr").getchannel("Y")
    _, blue, red = content.resize(painted.size, Image.Resampling.LANCZOS).convert("YCbCr").split()
    return Image.merge("YCbCr", (brightness, blue, red)).convert("RGB")
