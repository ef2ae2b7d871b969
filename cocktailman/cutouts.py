"""Cut-outs: a drink with its matte, no background, centred in a square picture with alpha.

A *matte* says how much of each pixel belongs to the drink, 0 to 1, shape (height, width). Colours are straight (not
premultiplied by the matte) wherever a picture is kept, and premultiplied wherever it is resized.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

GREY = (205, 205, 205)  # the ground that cut-outs are measured on
MARGIN = 0.04  # of the square's side, free around the drink
SOLID = 0.5  # coverage from which a pixel counts as drink
FAINT = 0.05  # coverage up to which a pixel is taken for background

Matte = npt.NDArray[np.float32]


def main_component(matte: Matte) -> tuple[Matte, float]:
    """The matte without what stands apart from its largest component, and the share of all coverage that was kept."""
    labels, count = ndimage.label(matte > FAINT * 2)
    if not count:
        return np.zeros_like(matte), 0.0
    coverage = ndimage.sum_labels(matte, labels, np.arange(1, count + 1))
    largest = labels == 1 + int(np.argmax(coverage))
    near = ndimage.binary_dilation(largest, iterations=1)  # the faint rim of the component belongs to it
    kept = np.where(near, matte, 0).astype(np.float32)
    return kept, float(kept.sum() / max(matte.sum(), 1e-6))


def bounds(matte: Matte) -> tuple[int, int, int, int] | None:
    """The box (left, top, right, bottom) in pixels of all that a matte covers more than faintly; None where empty."""
    rows, columns = (np.flatnonzero((matte > 2 * FAINT).any(axis)) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def centred(colours: npt.NDArray[np.uint8], matte: Matte, size: int) -> Image.Image | None:
    """The drink in the middle of a square of `size` px, filling it but for `MARGIN`: mode RGBA; None of an empty matte.

    colours: (height, width, 3); matte: (height, width).
    """
    box = bounds(matte)
    if box is None:
        return None
    left, top, right, bottom = box
    side = max(right - left, bottom - top) / (1 - 2 * MARGIN)
    across, down = (left + right - side) / 2, (top + bottom - side) / 2
    rgba = np.dstack([colours, np.round(matte * 255).astype(np.uint8)])
    rgba[matte <= FAINT, 3] = 0
    border = int(np.ceil(side * MARGIN)) + max(abs(right - left - bottom + top), 1)
    padded = Image.fromarray(np.pad(rgba, ((border, border), (border, border), (0, 0))))
    around = (across + border, down + border, across + side + border, down + side + border)
    return padded.resize((size, size), Image.Resampling.LANCZOS, box=around)  # Pillow premultiplies RGBA meanwhile


def over(picture: Image.Image, ground: tuple[int, int, int] = GREY) -> Image.Image:
    """A cut-out laid on a plain colour, mode RGB."""
    under = Image.new("RGBA", picture.size, (*ground, 255))
    return Image.alpha_composite(under, picture.convert("RGBA")).convert("RGB")
