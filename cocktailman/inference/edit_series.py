"""One factor over its whole range, on several drinks: the values to ask for, and a sheet of what became of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from cocktailman.cutouts import over
from cocktailman.errors import InputError
from cocktailman.factors import Angle, Factor, Number, Value, Values, Word, changeable

STEPS = 5  # values of a number
PIECES = ("lime_wheel", "orange_half_wheel", "mint_sprig", "cherry", "pineapple_wedge")  # of garnish, one at a time
POURED = ("grenadine", "blue_curacao", "orange_juice", "cream", "coffee_liqueur")  # of ingredients, one more each
LABEL, GAP = 18, 4  # px, the height of a line of text, and what lies between two pictures
INK, PAPER = (60, 60, 60), (255, 255, 255)


def values_over(name: str, before: Values) -> list[Value]:
    """Values of a factor from one end of its range to the other; of words all, or a choice of them.

    Raises `InputError` where there is no such factor.
    """
    factor = changeable(name)
    if isinstance(factor, Number):
        scale, back = (math.log, math.exp) if factor.logarithmic else (float, float)
        low, high = scale(factor.low), scale(factor.high)
        return [round(back(low + (high - low) * step / (STEPS - 1)), 4) for step in range(STEPS)]
    if isinstance(factor, Angle):
        return [-120.0, -60.0, 0.0, 60.0, 120.0]
    if isinstance(factor, Word):
        return list(factor.words)
    if name == "garnish":
        return [(), *((piece,) for piece in PIECES)]
    known = before.get(name)
    poured = known if isinstance(known, tuple) else ()
    return [factor.parse(",".join([*poured, item])) for item in POURED if item not in poured]


def label_of(factor: Factor, value: Value, before: Values | None = None) -> str:
    """A value as a heading: of ingredients only what is new."""
    if isinstance(value, tuple):
        old = (before or {}).get(factor.name, ()) if factor.name == "ingredients" else ()
        new = [word for word in value if not (isinstance(old, tuple) and word in old)]
        return ", ".join(new).replace("_", " ") or "none"
    unit = factor.unit if isinstance(factor, Number) else "°" if isinstance(factor, Angle) else ""
    return factor.write(value).replace("_", " ") + unit


def columns_of(name: str, drinks: Sequence[Values]) -> dict[str, list[Value]]:
    """Values of a factor over its range, one for each of several drinks, by the heading they have in common: what is
    new to some of the drinks only is left out. Raises `InputError` where nothing is new to all."""
    factor = changeable(name)
    rows = [{label_of(factor, value, before): value for value in values_over(name, before)} for before in drinks]
    found = {heading: [row[heading] for row in rows] for heading in rows[0] if all(heading in row for row in rows)}
    if not found:
        raise InputError(f"all {name} that would be tried are there already: choose another drink, or another factor")
    return found


def sheet(headings: Sequence[str], rows: Sequence[Sequence[Image.Image]], size: int) -> Image.Image:
    """Cut-outs in rows below their headings, on grey, `size` px each."""
    width = len(headings) * (size + GAP) - GAP
    page = Image.new("RGB", (width, LABEL + len(rows) * (size + GAP)), PAPER)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(12)
    for column, heading in enumerate(headings):
        shown = heading
        while len(shown) > 1 and draw.textlength(shown, font) > size:
            shown = shown[:-2].rstrip(" …") + "…"
        draw.text((column * (size + GAP), 1), shown, INK, font)
    for row, pictures in enumerate(rows):
        for column, picture in enumerate(pictures):
            place = (column * (size + GAP), LABEL + row * (size + GAP))
            page.paste(over(picture).resize((size, size), Image.Resampling.LANCZOS), place)
    return page
