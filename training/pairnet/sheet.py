"""The contact sheet of the docs: held-back scenes before, edited, and as they truly are with one factor changed."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from cocktailman.cutouts import over
from cocktailman.evaluation.editing import Pair, errors_of
from cocktailman.factors import CHANGEABLE, factors
from cocktailman.files import written
from cocktailman.inference.editor import EditSettings
from cocktailman.inference.editors import load_editor
from cocktailman.models.checkpoints import Checkpoint
from training.pairnet.measure import held_back, made_by

SIZE, MARGIN, GAP = 112, 96, 10  # px: of a picture, of the names to the left, between two edits
SHOWN = (0.95, 0.75, 0.5)  # edits of each factor: of all by the size of the true change, those at these quantiles
INK = (60, 60, 60)


def write_sheet(checkpoint: Checkpoint, folder: Path) -> list[Path]:
    """Writes docs/edit-NAME.jpg: a row a factor, in threes: before, edited, the truth; the largest changes first.

    Scenes are those of the studio, and of the bar where the studio has none, for light.
    """
    editor = load_editor(checkpoint.name)
    studio, bar = held_back("studio", SIZE), held_back("bar", SIZE)
    across = 3 * SIZE + GAP
    page = Image.new("RGB", (MARGIN + len(SHOWN) * across - GAP, 20 + len(CHANGEABLE) * (SIZE + 4)), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(13)
    for number in range(3 * len(SHOWN)):
        left = MARGIN + number // 3 * across + number % 3 * SIZE
        draw.text((left + 4, 2), ("before", "edited", "truth")[number % 3], INK, font)
    for row, name in enumerate(CHANGEABLE):
        top = 20 + row * (SIZE + 4)
        draw.text((2, top + SIZE // 2 - 8), factors()[name].label, INK, font)
        in_studio, in_bar = ([pair for pair in pairs if pair.changed == name] for pairs in (studio, bar))
        for number, pair in enumerate(_of_all_sizes(in_studio or in_bar)):
            shown = (pair.before, made_by(editor, pair, EditSettings()), pair.after)
            for column, picture in enumerate(shown):
                page.paste(over(picture), (MARGIN + number * across + column * SIZE, top))
    out = folder / f"edit-{checkpoint.name}.jpg"
    with written(out) as unfinished:
        page.save(unfinished, "JPEG", quality=88)
    return [out]


def _of_all_sizes(pairs: list[Pair]) -> list[Pair]:
    """Those pairs whose true change is at the quantiles `SHOWN` of all."""
    ordered = sorted(pairs, key=lambda pair: errors_of(pair.before, pair).whole)
    return [ordered[int(share * (len(ordered) - 1))] for share in SHOWN]
