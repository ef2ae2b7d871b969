"""What one may want to see on a photo: the drinks found, where an ingredient was seen, or nothing but the drink."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from cocktailman.inference.recogniser import Array, Box

SHARP = 768  # px, the least longer side at which lines look drawn, and not printed on a stamp
CHOSEN, OTHER = "#ff4b4b", "#ffffff"
SHARE_OF_SIDE = 100  # a line is one of as many parts of the picture's longer side
HEAT = np.array([[255, 210, 60], [255, 120, 30], [190, 0, 40]], np.float32)  # from a little to the most
OPACITY = 0.75  # of the most heat
BLUR = 40  # one of as many parts of the picture's longer side


def enlarged(picture: Image.Image) -> Image.Image:
    """The picture large enough to be drawn on."""
    scale = max(1, SHARP / max(picture.size))
    width, height = (max(1, round(scale * length)) for length in picture.size)
    return picture.resize((width, height), Image.Resampling.BICUBIC)


def outlined(picture: Image.Image, boxes: Sequence[Box], chosen: int) -> Image.Image:
    """The picture with its boxes drawn and numbered, where there are several, and the chosen one set off."""
    result = picture.copy()
    draw, line = ImageDraw.Draw(result), max(2, max(picture.size) // SHARE_OF_SIDE // 2)
    font = ImageFont.load_default(9 * line)
    for number, box in sorted(enumerate(boxes), key=lambda pair: pair[0] == chosen):  # the chosen one on top
        colour = CHOSEN if number == chosen else OTHER
        left, top, right, bottom = _edges(box, picture)
        draw.rectangle((left, top, right, bottom), outline=colour, width=line)
        label = f" {number + 1} · {box.score:.0%} " if len(boxes) > 1 else f" {box.score:.0%} "
        place = (left, max(0, top - 12 * line))
        draw.rectangle((*place, left + draw.textlength(label, font), place[1] + 12 * line), fill=colour)
        draw.text(place, label, fill="white" if number == chosen else "black", font=font)
    return result


def heated(picture: Image.Image, heat: Array) -> Image.Image:
    """The picture with a map of shape (h, w) in [0, 1] laid over all of it, the hotter the less one sees through."""
    smooth = Image.fromarray(np.uint8(255 * heat)).resize(picture.size, Image.Resampling.BICUBIC)
    strength = np.asarray(smooth, np.float32) / 255  # (height, width)
    steps = np.linspace(0, 1, len(HEAT))
    colours = np.stack([np.interp(strength, steps, channel) for channel in HEAT.T], axis=-1)
    overlay = Image.fromarray(colours.astype(np.uint8))
    grey = picture.convert("L").convert("RGB")  # a red drink is not to be taken for heat
    return Image.composite(overlay, grey, Image.fromarray(np.uint8(255 * OPACITY * strength)))


def blurred_around(picture: Image.Image, box: Box) -> Image.Image:
    """The picture out of focus, all but the drink."""
    soft = max(picture.size) // BLUR
    mask = Image.new("L", picture.size)
    ImageDraw.Draw(mask).rounded_rectangle(_edges(box, picture), radius=2 * soft, fill=255)
    return Image.composite(
        picture, picture.filter(ImageFilter.GaussianBlur(soft)), mask.filter(ImageFilter.GaussianBlur(soft / 2))
    )


def _edges(box: Box, picture: Image.Image) -> tuple[int, int, int, int]:
    width, height = picture.size
    return round(box.x1 * width), round(box.y1 * height), round(box.x2 * width), round(box.y2 * height)
