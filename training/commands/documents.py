"""Commands that measure checkpoints and draw the pictures of the docs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cocktailman.renders import STUDIO, read_renders
from training.commands.options import AUGMENTATIONS, Augmentations, Packed

app = typer.Typer()


@app.command()
def evaluate(
    name: str,
    packed: Packed = None,
    augmentations: Augmentations = AUGMENTATIONS,
    photos: Annotated[Path | None, typer.Option(help="folder of photos with boxes, for a detector")] = None,
) -> None:
    """Measure a checkpoint on pictures it was not trained on (data/checkpoints/NAME/metrics.json)."""
    from training.evaluate import evaluate

    print(json.dumps(evaluate(name, packed, augmentations, photos), indent=2))


@app.command()
def figures(
    name: str,
    folder: Path = Path("docs"),
    beside: Annotated[str | None, typer.Option(help="another checkpoint, to paint the same with")] = None,
) -> None:
    """Draw the pictures of the docs: what one generator paints, or two do; or a classifier's reliability diagram."""
    from training.documents.pictures import write_beside, write_figures

    print(*([write_beside(name, beside, folder)] if beside else write_figures(name, folder)), sep="\n")


@app.command()
def latent_document(folder: Path = Path("docs")) -> None:
    """Write what the latent spaces look like: docs/latent-space.md, its figures and numbers."""
    from training.documents.latent_space import write_document

    print(*write_document(folder), sep="\n")


@app.command()
def renders_sheets(folder: Path = Path("docs")) -> None:
    """Draw the sheets of the docs: all cocktails, in the bar and in the studio, and what renders stand for."""
    from training.renders.sheets import write_sheets

    print(*write_sheets(read_renders(), read_renders(STUDIO), folder), sep="\n")
