"""Cut-outs: a drink with its matte, no background, centred in a square picture with alpha.

A *matte* says how much of each pixel belongs to the drink, 0 to 1, shape (height, width). Colours are straight (not
premultiplied by the matte) wherever a picture is kept, and premultiplied wherever it is resized.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps
from scipy import ndimage

from cocktailman.errors import InputError
from cocktailman.images import read_image

GREY = (205, 205, 205)  # the ground that cut-outs are measured on
NO_GROUND = "none"  # how one asks for transparency
MARGIN = 0.04  # of the square's side, free around the drink
SOLID = 0.5  # coverage from which a pixel counts as drink
FAINT = 0.05  # coverage up to which a pixel is taken for background
UNSURE = (0.15, 0.85)  # coverage between these leaves in doubt what a pixel belongs to

Matte = npt.NDArray[np.float32]
Colours = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class MatteFacts:
    """What a matte is judged by: shares of the photo (area), of solid pixels (unsure), of coverage (main); sides of the
    frame that its main component touches (0 to 4); its width over its height."""

    area: float
    unsure: float
    main: float
    sides: int
    aspect: float

    @property
    def confidence(self) -> float:
        """How sure a matte is of itself, 0 to 1: the share of sure pixels, times that of its main component."""
        return max(0.0, 1 - self.unsure) * self.main


def facts_of(matte: Matte) -> MatteFacts:
    """The facts of a matte (height, width)."""
    solid = float((matte > SOLID).sum())
    unsure = float(((matte > UNSURE[0]) & (matte < UNSURE[1])).sum()) / max(solid, 1)
    kept, main = main_component(matte)
    edges = (kept[0], kept[-1], kept[:, 0], kept[:, -1])
    sides = sum(bool((edge > SOLID).mean() > 0.02) for edge in edges)
    left, top, right, bottom = bounds(kept) or (0, 0, 1, 1)
    return MatteFacts(solid / matte.size, unsure, main, sides, (right - left) / (bottom - top))


def main_component(matte: Matte) -> tuple[Matte, float]:
    """The matte without what stands apart from its largest component, and the share of all coverage that was kept."""
    labels, count = ndimage.label(matte > 2 * FAINT)  # type: ignore[misc]
    if not count:
        return np.zeros_like(matte), 0.0
    coverage = ndimage.sum_labels(matte, labels, np.arange(1, count + 1))
    largest = labels == 1 + int(np.argmax(coverage))
    near = ndimage.binary_dilation(largest)  # the faint rim of the component belongs to it
    kept = np.where(near, matte, 0).astype(np.float32)
    return kept, float(kept.sum() / max(matte.sum(), 1e-6))


def bounds(matte: Matte) -> tuple[int, int, int, int] | None:
    """The box (left, top, right, bottom) in pixels of all that a matte covers more than faintly; None where empty."""
    seen = matte > 2 * FAINT
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def foreground(image: Colours, matte: Matte) -> Colours:
    """Colours of what stands in front, (height, width, 3), without what shines through at its edges (multi-level
    foreground estimation, Germer et al., arXiv 2006.14970, by pymatting)."""
    from pymatting import estimate_foreground_ml  # compiles itself when first called, and keeps what it compiled

    colours = estimate_foreground_ml(image / 255.0, matte.astype(float), n_small_iterations=5)
    return np.round(np.clip(colours, 0, 1) * 255).astype(np.uint8)


def with_matte(colours: Colours, matte: Matte) -> Image.Image:
    """Colours (height, width, 3) and their matte as one picture, mode RGBA."""
    alpha = np.where(matte > FAINT, matte, 0)
    return Image.fromarray(np.dstack([colours, np.round(alpha * 255).astype(np.uint8)]))


def centred(picture: Image.Image, size: int) -> Image.Image | None:
    """The drink of a cut-out in the middle of a square of `size` px, filling it but for `MARGIN`; None where there is
    nothing in it."""
    box = bounds((np.asarray(picture.getchannel("A")) / 255).astype(np.float32))
    if box is None:
        return None
    drink = picture.crop(box)
    longer = round(size * (1 - 2 * MARGIN))
    scale = longer / max(drink.size)
    width, height = (max(1, round(length * scale)) for length in drink.size)
    drink = drink.resize((width, height), Image.Resampling.LANCZOS)  # Pillow premultiplies colours meanwhile
    square = Image.new("RGBA", (size, size))
    square.paste(drink, ((size - width) // 2, (size - height) // 2))
    return square


def over(picture: Image.Image, ground: Colour | Image.Image = GREY) -> Image.Image:
    """A cut-out laid on a plain colour or a picture (cropped to fit), mode RGB."""
    if isinstance(ground, Image.Image):
        under = ImageOps.fit(ground.convert("RGB"), picture.size).convert("RGBA")
    else:
        under = Image.new("RGBA", picture.size, (*ground, 255))
    return Image.alpha_composite(under, picture.convert("RGBA")).convert("RGB")


def read_ground(text: str) -> Colour | Image.Image | None:
    """What is to be laid under a cut-out: None of `none`, a colour of `#rrggbb`, else the picture of a file.

    Raises `InputError` where it is none of these.
    """
    if text == NO_GROUND:
        return None
    if text.startswith("#"):
        if not re.fullmatch("#[0-9a-fA-F]{6}", text):
            raise InputError(f"the background {text[:40]!r} is no colour: write it as #rrggbb, such as #f4efe6")
        return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)
    if not Path(text).is_file():
        raise InputError(
            f"there is no background {text[:80]!r}: give none, a colour such as #f4efe6, or a picture file"
        )
    return read_image(Path(text))
