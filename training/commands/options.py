"""What several commands take, and where it lies by default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
CROPS = Path("build/crops-192.parquet")
FOUND = CROPS.with_suffix(".csv")  # the boxes of all drinks that the detector found
WHOLE = Path("build/photos-192-whole.parquet")
AUGMENTATIONS = [CROPS, WHOLE]
DETECTOR_DATA = Path("build/detector")
LABEL_FEATURES = Path("build/label-features")
Augmentations = Annotated[
    list[Path],
    typer.Option("--view", help="packed photos a classifier is shown; several are averaged (test-time augmentation)"),
]
Packed = Annotated[
    Path | None, typer.Option(help="what `pack` or `renders-pack` wrote; by default that of the checkpoint's domain")
]
PhotosFolder = Annotated[Path, typer.Option(help="folder with photos.csv, boxes.csv and the pictures")]
