"""The pictures of the docs: contact sheets of all cocktails, and renders beside what they stand for."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cocktailman.catalog import catalog
from cocktailman.cutouts import GREY, Colour, over
from cocktailman.files import written
from cocktailman.overlay import COLOURS, overlaid
from cocktailman.renders import EDGES, FREE_POUR, Renders

TILE, LABEL, COLUMNS = 160, 22, 8  # px, px, pictures in a row
ROW, WORDS = 200, 420  # px: a line of the second sheet, and its text
GROUNDS: tuple[Colour, ...] = (GREY, (120, 60, 40), (30, 40, 60))
DESCRIBED = ("Mojito", "Negroni", "Tequila Sunrise", "Espresso Martini", "Irish Coffee", "")


def write_sheets(renders: Renders, studio: Renders, folder: Path) -> list[Path]:
    """Writes the sheets of the bar, and of its drinks in the studio, as JPEG; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    sheets = {
        "renders-cocktails.jpg": contact_sheet(renders),
        "renders-factors.jpg": factor_sheet(renders),
        "studio.jpg": contact_sheet(studio),
    }
    for name, sheet in sheets.items():
        with written(folder / name) as unfinished:
            sheet.save(unfinished, "JPEG", quality=88)
    return [folder / name for name in sheets]


def contact_sheet(renders: Renders) -> Image.Image:
    """One picture of each cocktail, the first, and as many free pours as fill the last line; those without a background
    on another of `GROUNDS` in each line."""
    rows = _rows(renders)
    free = rows.pop("", [])
    named = [first for first, *_ in rows.values()]
    shown = [*named, *free[: -len(named) % COLUMNS]]
    sheet = Image.new("RGB", (COLUMNS * TILE, -(-len(shown) // COLUMNS) * (TILE + LABEL)), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for place, (row, image) in enumerate(zip(shown, renders.images(shown), strict=True)):
        x, y = place % COLUMNS * TILE, place // COLUMNS * (TILE + LABEL)
        image = over(image.resize((TILE, TILE), Image.Resampling.LANCZOS), GROUNDS[place // COLUMNS % len(GROUNDS)])
        sheet.paste(image, (x, y))
        draw.text((x + 4, y + TILE + 4), renders.facts(row)["cocktail"] or FREE_POUR, "black", font)
    return sheet


def factor_sheet(renders: Renders) -> Image.Image:
    """A picture a line: as rendered, its masks and box, and the recipe and the factors that made it."""
    rows = [_rows(renders)[name][1] for name in DESCRIBED]  # the second: the first is on the contact sheet
    sheet = Image.new("RGB", (2 * ROW + WORDS, len(rows) * ROW), "white")
    for place, row in enumerate(rows):
        image, facts = renders.image(row), renders.facts(row)
        box = [facts[edge] for edge in EDGES]
        for column, layers in enumerate(([], list(COLOURS))):
            sheet.paste(overlaid(image, renders.mask(row), box, layers, ROW), (column * ROW, place * ROW))
        _describe(ImageDraw.Draw(sheet), facts, 2 * ROW + 12, place * ROW + 8)
    return sheet


def _rows(renders: Renders) -> dict[str, list[int]]:
    """The rows of each cocktail, by name."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(renders.factors["cocktail"].tolist()):
        rows.setdefault(name, []).append(row)
    return rows


def _describe(draw: ImageDraw.ImageDraw, facts: dict, x: int, y: int) -> None:
    """Name, a swatch an ingredient, and the factors."""
    font = ImageFont.load_default(12)
    draw.text((x, y), facts["cocktail"] or FREE_POUR, "black", ImageFont.load_default(16))
    y += 26
    for place, item in enumerate(facts["ingredients"].split()):
        ingredient = catalog().ingredient(item)
        left, top = x + place % 3 * 132, y + place // 3 * 18
        draw.rectangle((left, top + 2, left + 11, top + 13), fill=ingredient.colour, outline="grey")
        draw.text((left + 16, top), ingredient.name, "black", font)
    y += 18 * (1 + (len(facts["ingredients"].split()) - 1) // 3) + 6
    garnish = facts["garnish"].replace(" ", ", ").replace("_", " ") or "none"
    lines = (
        f"{facts['glass'].replace('_', ' ')}, {facts['fill']:.0%} full, ice: {facts['ice']}",
        f"garnish: {garnish}",
        f"camera {facts['camera_elevation']:.0f}° up, roll {facts['camera_roll']:+.1f}°, "
        f"distance {facts['camera_distance']:.2f}",
        f"light {facts['light_azimuth']:+.0f}°, {facts['light_warmth']:.0f} K, strength {facts['light_strength']:.2f}",
        f"on {facts['table']}, before {facts['background'].replace('_', ' ')}",
    )
    for number, line in enumerate(lines):
        draw.text((x, y + 18 * number), line, (60, 60, 60), font)
