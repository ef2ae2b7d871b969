"""Runs in the environment of Blender: `python -m training renders` starts it there."""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def renders(
    size: Annotated[int, typer.Option(min=16, max=4096, help="px, the side of a picture")] = 256,
    per_cocktail: Annotated[int, typer.Option(min=0, help="pictures of each cocktail")] = 100,
    free: Annotated[int, typer.Option(min=0, help="pictures of recipes that nobody mixes")] = 400,
    shard: Annotated[str, typer.Option(help="the share of this machine, such as 1/4")] = "1/1",
    samples: Annotated[int, typer.Option(min=1, help="paths a pixel, before the denoiser")] = 4,
    threads: Annotated[int, typer.Option(min=0, help="0 takes all there are")] = 0,
    plain: Annotated[bool, typer.Option("--plain", help="the drinks alone, in a plain studio, with alpha")] = False,
    out: Annotated[Path | None, typer.Option(help="folder; runs/renders-SIZE, or runs/studio-SIZE")] = None,
) -> None:
    """Render the bar: path-traced cocktails with their factors, boxes and masks; what is there already stays."""
    from training.renders.make import jobs, make
    from training.renders.make import shard as share

    folder = out or Path(f"runs/{'studio' if plain else 'renders'}-{size}")
    make(folder, share(jobs(per_cocktail, free), shard), size, samples, threads, plain)


@app.command()
def pairs(
    scenes: Annotated[int, typer.Option(min=1, help="each rendered as it is, and changed")] = 160,
    changes: Annotated[int, typer.Option(min=1, max=8, help="pictures of a scene with one factor changed")] = 4,
    among: Annotated[str, typer.Option(help="which factors may change, between commas; all where none is named")] = "",
    size: Annotated[int, typer.Option(min=16, max=4096, help="px, the side of a picture")] = 160,
    samples: Annotated[int, typer.Option(min=1, help="paths a pixel, before the denoiser")] = 4,
    threads: Annotated[int, typer.Option(min=0, help="0 takes all there are")] = 0,
    plain: Annotated[bool, typer.Option("--plain", help="the drinks alone, in a plain studio, with alpha")] = False,
    out: Annotated[Path | None, typer.Option(help="folder; runs/pairs, or runs/pairs-studio")] = None,
) -> None:
    """Render scenes with one factor changed at a time; what is there already stays."""
    from training.renders.changes import changing
    from training.renders.pairs import make_pairs

    folder = out or Path("runs/pairs-studio" if plain else "runs/pairs")
    make_pairs(folder, scenes, changes, changing(among, changes), size, samples, threads, plain)


@app.command()
def sheets(
    threads: Annotated[int, typer.Option(min=0, help="0 takes all there are")] = 0,
    out: Annotated[Path, typer.Option(help="folder")] = Path("runs/sheets"),
) -> None:
    """Render every piece of garnish and every glass alone, from every side: what edits put on a drink."""
    from training.renders.alone import render_sheets

    render_sheets(out, threads)


if __name__ == "__main__":
    from cocktailman.__main__ import run

    sys.exit(run(app, "python -m training"))
