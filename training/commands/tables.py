"""Commands that write what pages look up: what checkpoints see in pictures, and what is typical of a recipe."""

from __future__ import annotations

import typer

from training.commands.options import Packed

app = typer.Typer()


@app.command()
def styles(name: str, packed: Packed = None) -> None:
    """Encode all pictures with a checkpoint and write the table of their styles (data/styles/NAME.parquet)."""
    from training.latent.styles import write_styles

    print(write_styles(name, packed))


@app.command()
def projections(names: list[str]) -> None:
    """Project the styles of checkpoints anew, of tables that are there: what the lab's maps show without a wait."""
    from training.latent.styles import renew_projections

    for name in names:
        print(renew_projections(name))


@app.command()
def regressor(name: str) -> None:
    """Fit what styles are typical of a recipe, on the style table of a checkpoint (regressor.safetensors beside it)."""
    from training.latent.fit_regressor import write_regressor

    print(write_regressor(name))


@app.command()
def render_vectors() -> None:
    """Write what Explore pictures knows of the renders: vectors, colours, how odd each is (data/embeddings)."""
    from training.embedder.table import write_table

    print(write_table())
