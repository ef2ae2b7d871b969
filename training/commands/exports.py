"""Commands that make checkpoints: out of runs, or fitted at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cocktailman.errors import InputError
from cocktailman.models.checkpoints import CHECKPOINTS, find_checkpoint
from training.commands.options import AUGMENTATIONS, Augmentations, PhotosFolder
from training.datasets.pictures import PACKED
from training.kinds import made, making

app = typer.Typer()


@app.command()
def export(
    run: Path,
    name: str,
    domain: str = "photos",
    root: Path = CHECKPOINTS,
    packed: Annotated[Path | None, typer.Option(help="measure styles anew on the training split of these")] = None,
    truncation: Annotated[
        float, typer.Option(min=0.1, max=10, help="below 1, samples vary less than in training; above 1, more")
    ] = 1.0,
    kind: Annotated[str | None, typer.Option(help="of a run from before runs said so: cvae, cidvae, ...")] = None,
    low_pass: Annotated[
        list[int] | None, typer.Option(help="px, maps of a decoder that lose their grid, if others than in training")
    ] = None,
) -> None:
    """Write the averaged weights of a run of a generator as a checkpoint that the app finds."""
    from training.shared.runs import kind_of_run

    kind = kind or kind_of_run(run)
    command = making(kind).command
    if command != "export":
        raise InputError(f"{run} is exported by a command of its own: python -m training {command}")
    filtered = {"low_pass": low_pass} if low_pass else {}  # which exporters of generators alone know
    print(made(kind, "exporter")(run, name, domain, root, packed, truncation, kind, **filtered))


@app.command()
def curves(
    name: str,
    runs: Annotated[list[Path], typer.Argument(help="the stages of one training, in their order")],
    after: Annotated[
        Path | None, typer.Option(help="the curves.csv of the stages before these, if their runs are gone")
    ] = None,
    root: Path = CHECKPOINTS,
) -> None:
    """Write the training curves of a checkpoint that was made in several stages (curves.csv beside its weights)."""
    from training.shared.run_curves import write_curves

    print(write_curves(runs, find_checkpoint(name, root).folder, after))


@app.command()
def export_detector(
    run: Path,
    photos: PhotosFolder,
    name: Annotated[str, typer.Argument()] = "detector",
    size: Annotated[
        int | None, typer.Option(min=32, help="px, the longer side of what it looks at; by default as in training")
    ] = None,
    root: Path = CHECKPOINTS,
) -> None:
    """Write the best weights of a detector's run as a checkpoint, with a threshold chosen on the validation photos."""
    print(made("detector", "exporter")(run, photos, name, size, root))


@app.command()
def export_classifier(
    run: Path,
    name: Annotated[str, typer.Argument()] = "classifier",
    augmentations: Augmentations = AUGMENTATIONS,
    averaged: Annotated[Path | None, typer.Option(help="folder of another classifier, to average weights with")] = None,
    size: Annotated[
        int | None, typer.Option(min=32, help="px at which it looks at pictures; by default as in training")
    ] = None,
    root: Path = CHECKPOINTS,
) -> None:
    """Write the averaged weights of a classifier's run as a checkpoint, calibrated on the validation photos."""
    print(made("classifier", "exporter")(run, name, augmentations, size, averaged, root))


@app.command()
def export_segmenter(run: Path, name: Annotated[str, typer.Argument()] = "segmenter", root: Path = CHECKPOINTS) -> None:
    """Write the weights of a segmenter's run as a checkpoint."""
    print(made("segmenter", "exporter")(run, name, root))


@app.command()
def export_embedder(run: Path, name: Annotated[str, typer.Argument()] = "embedder", root: Path = CHECKPOINTS) -> None:
    """Write an embedder's run as a checkpoint, its operating point calibrated on validation renders."""
    print(made("embedder", "exporter")(run, name, root))


@app.command()
def export_autoencoder(
    run: Path, photos: PhotosFolder, name: Annotated[str, typer.Argument()] = "autoencoder", root: Path = CHECKPOINTS
) -> None:
    """Write the weights of an autoencoder's run as a checkpoint, its threshold chosen on the validation photos."""
    print(made("autoencoder", "exporter")(run, photos, name, root))


@app.command()
def neighbours(name: Annotated[str, typer.Argument()] = "neighbours", root: Path = CHECKPOINTS) -> None:
    """Remember drinks of the training splits, out of what `label-features` wrote, as a checkpoint."""
    print(made("neighbours", "exporter")(name, root))


@app.command()
def histograms(packed: Path = PACKED, root: Path = CHECKPOINTS) -> None:
    """Count the values of pixels in packed photos, or renders: the two painters that draw each pixel for itself."""
    print(*made("histogram", "exporter")(packed, root), sep="\n")


@app.command()
def recipes(photos: PhotosFolder, root: Path = CHECKPOINTS) -> None:
    """Fit naive Bayes and the Chow-Liu tree to the recipes of photos and of the catalogue, as two checkpoints."""
    print(*made("recipetree", "exporter")(photos, root), sep="\n")


@app.command()
def manifest(names: list[str], root: Path = CHECKPOINTS) -> None:
    """Record the SHA-256 of all that checkpoints ship with, as it is now (SHA256SUMS), once you trust it."""
    from cocktailman.models.checkpoints import renew_manifest

    for name in names:
        print(f"{renew_manifest(name, root).folder}/SHA256SUMS")
