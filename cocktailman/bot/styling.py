"""What the chat needs to know of the library's stylizers, without loading one: the ways there are, and the shelf."""

from __future__ import annotations

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps

METHODS = ADAIN, GATYS = "adain", "gatys"  # the quickest first
COLUMNS, TILE = 4, 240  # of the sheet that shows the shelf, and px
LABEL = 56  # px, the side of a number on it


def titles() -> dict[str, str]:
    """What each style of the shelf is called, by its name."""
    return {name: style.title for name, style in _shelf().items()}


@cache
def picture(name: str) -> bytes:
    """A style of the shelf as a JPEG."""
    return _jpeg(_shelf()[name].image())


@cache
def sheet() -> bytes:
    """All styles of the shelf on one JPEG, numbered from 1."""
    styles = list(_shelf().values())
    page = Image.new("RGB", (COLUMNS * TILE, -(-len(styles) // COLUMNS) * TILE), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(LABEL * 0.6)
    for number, style in enumerate(styles):
        corner = (number % COLUMNS * TILE, number // COLUMNS * TILE)
        page.paste(ImageOps.fit(style.image(), (TILE, TILE)), corner)
        draw.rectangle((*corner, corner[0] + LABEL, corner[1] + LABEL), "black")
        draw.text((corner[0] + LABEL / 2, corner[1] + LABEL / 2), str(number + 1), "white", font, anchor="mm")
    return _jpeg(page)


def _shelf():
    from cocktailman.shelf import shelf  # with pandas, which the chat otherwise does without

    return shelf()


def _jpeg(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
