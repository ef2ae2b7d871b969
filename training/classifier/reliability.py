"""How true a classifier's probabilities are, as a reliability diagram (Guo et al., arXiv 1706.04599, figure 1)."""

from __future__ import annotations

import json
from math import log10
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.models.checkpoints import Checkpoint
from training.evaluation.classifier import BINS

SIDE, STRIP = 360, 76  # px: the diagram, and below it how many pairs each bin has
LEFT, TOP, GAP, BELOW, RIGHT = 56, 28, 28, 36, 20  # px around them
TICKS = 5  # parts of an axis
DENSER = 3  # drawn so many times as large, and shrunk: smooth lines
BAR, DARK, PALE = "#4c78a8", "#333333", "#d0d0d0"


def write_reliability(checkpoint: Checkpoint, folder: Path) -> list[Path]:
    """Draws what `python -m training evaluate` measured; raises `InputError` where it has not."""
    try:
        calibration = json.loads((checkpoint.folder / "metrics.json").read_text("utf-8"))["calibration"]
    except (OSError, ValueError, KeyError) as error:
        command = f"python -m training evaluate {checkpoint.name}"
        raise InputError(f"{checkpoint.name} has not been measured: run `{command}` first") from error
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{checkpoint.name}-reliability.png"
    with written(path) as unfinished:
        draw_reliability(calibration).save(unfinished, optimize=True)
    return [path]


def draw_reliability(calibration: dict[str, Any]) -> Image.Image:
    """The true share of each bin over the probability stated, and the pairs in it, on a logarithmic scale.

    calibration: as `training.evaluation.classifier.reliability` returns it.
    """
    size = (LEFT + SIDE + RIGHT, TOP + SIDE + GAP + STRIP + BELOW)
    sheet = Image.new("RGB", (DENSER * size[0], DENSER * size[1]), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(12 * DENSER)

    def x(share: float) -> float:
        return DENSER * (LEFT + share * SIDE)

    def y(share: float) -> float:
        return DENSER * (TOP + (1 - share) * SIDE)

    bins = calibration["bins"]
    floor, most = y(0) + DENSER * (GAP + STRIP), max(item["count"] for item in bins)
    for tick in range(TICKS + 1):
        share = tick / TICKS
        draw.line((x(0), y(share), x(1), y(share)), PALE, DENSER)
        draw.text((x(0) - 6 * DENSER, y(share)), f"{share:.1f}", DARK, font, anchor="rm")
        draw.text((x(share), floor + 4 * DENSER), f"{share:.1f}", DARK, font, anchor="mt")
    half = DENSER * SIDE / BINS / 2.6
    for item in bins:
        middle = x((int(item["stated"] * BINS) + 0.5) / BINS)
        height = DENSER * STRIP * log10(1 + item["count"]) / log10(1 + most)
        draw.rectangle((middle - half, floor - height, middle + half, floor), PALE)
        draw.text((middle, floor - height - 3 * DENSER), f"{item['count']:,}", DARK, font, anchor="mb")
        draw.rectangle((middle - half, y(item["true"]), middle + half, y(0)), BAR)
    draw.line((x(0), y(0), x(1), y(1)), DARK, DENSER)
    for item in bins:
        draw.circle((x(item["stated"]), y(item["true"])), 4 * DENSER, DARK, "white", DENSER)
    draw.text((x(0), 6 * DENSER), f"true share; expected calibration error {calibration['ece']:.4f}", DARK, font)
    draw.text((x(1), floor + 20 * DENSER), "probability stated; pairs in each bin", DARK, font, anchor="rt")
    return sheet.reduce(DENSER)
