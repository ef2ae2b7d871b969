"""Panels and tables as HTML that needs nothing beside it, for the page and for the report; a panel also as a PNG."""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from PIL import Image, ImageDraw, ImageFont

from cocktailman.evaluation.side_by_side import Panel, Row
from cocktailman.images import png_bytes

TEMPLATES = Path(__file__).parent / "templates"
WIDTH = 1150  # px that the pictures of a row share
MIN_WIDTH, MAX_WIDTH = 104, 300  # px, the width of a picture; where more do not fit they scroll sideways
COLUMN = 120  # px, of a table at least
QUALITY = 90  # of WebP
SIDE, LINE, LABEL = 128, 18, 170  # px: of a sheet the pictures, the lines of text, and what is left of the pictures
FONT_SIZE = 12


@cache
def templates() -> Environment:
    """The templates; what they are given is text unless they say otherwise: a file may be called anything."""
    loader = FileSystemLoader(TEMPLATES)
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def panel_html(panel: Panel) -> Markup:
    """The pictures of a panel in rows and columns; title and sentence are left to whoever shows it."""
    width = max(len(row.pictures) for row in panel.rows)
    most = min(MAX_WIDTH, WIDTH // width)
    rows = [{"label": row.label, "cells": _cells(panel, row)} for row in panel.rows]
    template = templates().get_template("panel.html")
    return Markup(template.render(panel=panel, rows=rows, width=width, least=MIN_WIDTH, most=most))


def table_html(table: pd.DataFrame) -> Markup:
    """A table of texts."""
    rows, least = table.astype(str).to_numpy().tolist(), COLUMN * len(table.columns)
    return Markup(templates().get_template("table.html").render(columns=list(table), rows=rows, least=least))


def panel_png(panel: Panel) -> bytes:
    """The same as a PNG file."""
    return png_bytes(panel_sheet(panel))


def panel_sheet(panel: Panel) -> Image.Image:
    """The same as one picture: a line of labels, then a line for each row."""
    width = max(len(row.pictures) for row in panel.rows)
    head = LINE if panel.columns else 0
    sheet = Image.new("RGB", (LABEL + width * SIDE, head + len(panel.rows) * SIDE), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_SIZE)
    for column, label in enumerate(panel.columns):
        draw.text((LABEL + column * SIDE + 4, 2), _fitting(label, font, SIDE - 8), "black", font)
    for line, row in enumerate(panel.rows):
        top = head + line * SIDE
        draw.text((4, top + SIDE // 2), _fitting(row.label, font, LABEL - 8), "black", font)
        for column, picture in enumerate(row.pictures):
            if picture is not None:
                small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
                sheet.paste(small, (LABEL + column * SIDE, top))
    return sheet


def _cells(panel: Panel, row: Row) -> list[dict[str, str]]:
    cells = []
    for column, picture in enumerate(row.pictures):
        above = panel.columns[column] if panel.columns else str(column + 1)
        alt = ", ".join(filter(None, (row.label, above)))
        note = row.notes[column] if row.notes else ""
        cells.append({"url": _data_url(picture) if picture else "", "alt": alt, "note": note})
    return cells


def _data_url(picture: Image.Image) -> str:
    """A URL that carries the picture in itself."""
    data = BytesIO()
    picture.save(data, "WEBP", quality=QUALITY)
    return f"data:image/webp;base64,{base64.b64encode(data.getvalue()).decode()}"


def _fitting(text: str, font, width: int) -> str:
    """As much of a text as fits."""
    while text and font.getlength(text) > width:
        text = text[:-1]
    return text
