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
    out: Annotated[Path | None, typer.Option(help="folder; runs/renders-SIZE by default")] = None,
) -> None:
    """Render the bar: path-traced cocktails with their factors, boxes and masks; what is there already stays."""
    from training.renders.make import jobs, make
    from training.renders.make import shard as share

    make(out or Path(f"runs/renders-{size}"), share(jobs(per_cocktail, free), shard), size, samples, threads)


if __name__ == "__main__":
    from cocktailman.__main__ import run

    sys.exit(run(app, "python -m training renders"))
