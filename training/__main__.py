"""The makers' command line: `python -m training NAME --help`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
PhotosFolder = Annotated[Path, typer.Option(help="folder with photos.csv, boxes.csv and the pictures")]


@app.command()
def split(photos: PhotosFolder) -> None:
    """Draw the fixed split of the photos anew (data/splits/photos.csv)."""
    from training.photos import SPLIT, split_photos

    SPLIT.parent.mkdir(parents=True, exist_ok=True)
    split_photos(photos).to_csv(SPLIT, index=False)


@app.command()
def pack(photos: PhotosFolder, out: Path = Path("build/photos-128.parquet"), size: int = 128) -> None:
    """Crop and shrink the photos into one file to train on."""
    from training.photos import pack

    pack(photos, out, size)


@app.command(context_settings=PASS_THROUGH)
def cvae(context: typer.Context) -> None:
    """Train a CVAE: --config training/configs/cvae-photos.yaml [--resume last] [--dry-run]."""
    from training.cvae import CVAETraining
    from training.fit import fit

    fit(CVAETraining, context.args)


if __name__ == "__main__":
    app()
