"""Writes the shelf: a picture a style image, and the table that names authors and licences."""

from __future__ import annotations

from dataclasses import asdict
from itertools import chain
from pathlib import Path

import pandas as pd

from cocktailman.files import written
from cocktailman.shelf import TABLE
from training.shelf.paintings import paintings
from training.shelf.patterns import patterns

SIDE, QUALITY = 512, 82  # px of the longer side, and of WebP


def write_shelf(resource: Path, folder: Path) -> pd.DataFrame:
    """The table of all style images, which are written to `folder`; raises `InputError` as `paintings` does."""
    rows = []
    for facts, image in chain(paintings(resource), patterns()):
        image.thumbnail((SIDE, SIDE))
        with written(folder / facts.file) as unfinished:
            image.save(unfinished, "WEBP", quality=QUALITY, method=4)
        rows.append(asdict(facts))
    table = pd.DataFrame(rows)
    with written(folder / TABLE) as unfinished:
        table.to_csv(unfinished, index=False)
    return table
