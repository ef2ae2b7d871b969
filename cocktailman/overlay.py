"""The box and the masks of a render, drawn on it."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter

from cocktailman.renders import MASKS

BOX = "box"
COLOURS = {BOX: "#ff4b4b", "vessel": "#1c83e1", "liquid": "#ffa421", "garnish": "#21c354"}
VEIL = 0.35  # how much of a mask's colour lies on the picture inside its outline
LINE = 3  # px


def overlaid(
    picture: Image.Image,
    mask: npt.NDArray[np.uint8],
    box: Sequence[float],
    layers: Sequence[str],
    size: int,
) -> Image.Image:
    """The picture enlarged to `size` px, with the chosen layers of `COLOURS` on it.

    `mask` holds the bits of `MASKS`, shape (height, width); `box` is x1, y1, x2, y2 in fractions.
    """
    result = picture.resize((size, size), Image.Resampling.LANCZOS)
    for name, bit in MASKS.items():
        if name in layers:
            area = Image.fromarray(np.where(mask & bit, 255, 0).astype(np.uint8))
            area = area.resize((size, size), Image.Resampling.BICUBIC)
            inside = np.asarray(area) > 127  # (size, size)
            core = np.asarray(area.filter(ImageFilter.MinFilter(2 * LINE + 1))) > 127
            opacity = np.where(core, VEIL, 1.0) * inside
            result.paste(COLOURS[name], mask=Image.fromarray((255 * opacity).astype(np.uint8)))
    if BOX in layers:
        ImageDraw.Draw(result).rectangle([round(edge * size) for edge in box], outline=COLOURS[BOX], width=LINE)
    return result


def mask_channels(mask: npt.NDArray[np.uint8]) -> Image.Image:
    """The masks as one picture to look at: vessel red, liquid green, garnish blue, each 0 or 255."""
    return Image.fromarray(np.stack([np.where(mask & bit, 255, 0) for bit in MASKS.values()], axis=-1).astype(np.uint8))
