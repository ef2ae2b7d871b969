"""The makers' command line: `python -m training NAME --help`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from cocktailman.__main__ import run as run_commands
from cocktailman.checkpoints import CHECKPOINTS, find_checkpoint
from cocktailman.renders import RENDERED, RENDERS, read_renders

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, help=__doc__)
PASS_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
PACKED = Path("build/photos-128.parquet")
Packed = Annotated[
    Path | None, typer.Option(help="what `pack` or `renders-pack` wrote; by default that of the checkpoint's domain")
]
PhotosFolder = Annotated[Path, typer.Option(help="folder with photos.csv, boxes.csv and the pictures")]


@app.command()
def split(photos: PhotosFolder) -> None:
    """Draw the fixed split of the photos anew (data/splits/photos.csv)."""
    from training.photos import SPLIT, split_photos

    SPLIT.parent.mkdir(parents=True, exist_ok=True)
    split_photos(photos).to_csv(SPLIT, index=False)


@app.command()
def pack(photos: PhotosFolder, out: Path = PACKED, size: int = 128) -> None:
    """Crop and shrink the photos into one file to train on."""
    from training.photos import pack

    pack(photos, out, size)


@app.command(context_settings=PASS_THROUGH)
def renders(context: typer.Context) -> None:
    """Render the bar: --size 256 --per-cocktail 100 --free 400 --shard 1/4 (`make .venv-renders` first)."""
    from training.renders.environment import run_in_blender

    raise typer.Exit(run_in_blender(context.args))


@app.command()
def renders_pack(folder: Path = Path("runs/renders-256"), out: Path = RENDERS) -> None:
    """Pack rendered pictures into the two files that ship (data/renders)."""
    from training.renders.pack import pack

    table = pack(folder, out)
    print(f"{len(table)} pictures of {table['cocktail'].nunique()} recipes in {out}")


@app.command()
def renders_sheets(folder: Path = Path("docs")) -> None:
    """Draw the sheets of the docs: all cocktails, and renders beside what they stand for."""
    from training.renders.sheets import write_sheets

    print(*write_sheets(read_renders(), folder), sep="\n")


@app.command(context_settings=PASS_THROUGH)
def cvae(context: typer.Context) -> None:
    """Train a CVAE: --config training/configs/cvae-photos/5-final-128px.yaml [--resume last] [--dry-run]."""
    from training.cvae import CVAETraining
    from training.fit import fit

    fit(CVAETraining, context.args)


@app.command()
def export(
    run: Path,
    name: str,
    domain: str = "photos",
    root: Path = CHECKPOINTS,
    packed: Annotated[Path | None, typer.Option(help="measure styles anew on the training split of these")] = None,
) -> None:
    """Write the averaged weights of a run as a checkpoint that the app finds."""
    from training.export import export_cvae

    print(export_cvae(run, name, domain, root, packed))


@app.command()
def styles(name: str, packed: Packed = None) -> None:
    """Encode all pictures with a checkpoint and write the table of their styles (data/styles/NAME.parquet)."""
    from training.styles import write_styles

    print(write_styles(name, packed or _packed_for(name)))


@app.command()
def regressor(name: str) -> None:
    """Fit what styles are typical of a recipe, on the style table of a checkpoint (regressor.safetensors beside it)."""
    from training.regressor import write_regressor

    print(write_regressor(name))


@app.command()
def evaluate(name: str, packed: Packed = None) -> None:
    """Measure a checkpoint on pictures it was not trained on (data/checkpoints/NAME/metrics.json)."""
    from training.evaluate import evaluate

    print(json.dumps(evaluate(name, packed or _packed_for(name)), indent=2))


@app.command()
def figures(name: str, folder: Path = Path("docs")) -> None:
    """Paint the pictures of the docs with a checkpoint."""
    from training.figures import write_figures

    print(*write_figures(name, folder), sep="\n")


@app.command()
def latent_document(folder: Path = Path("docs")) -> None:
    """Write what the latent spaces look like: docs/latent-space.md, its figures and numbers."""
    from training.latent_document import write_document

    print(*write_document(folder), sep="\n")


def _packed_for(name: str) -> Path:
    return RENDERS if find_checkpoint(name).domain == RENDERED else PACKED


def main() -> int:
    """Runs the command line; returns the exit status: 2 with one line on standard error where the user is wrong."""
    return run_commands(app, "python -m training")


if __name__ == "__main__":
    sys.exit(main())
