"""Commands that train: one for each kind of model that has a training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cocktailman.models.registry import kind_of
from training.commands.options import DETECTOR_DATA, PASS_THROUGH
from training.kinds import MADE, made

app = typer.Typer()
CONFIGURATIONS = Path("training/configs")


@app.command()
def detector(
    data: Path = DETECTOR_DATA,
    run: Path = Path("runs/detector"),
    architecture: Annotated[str, typer.Option(help="yolov5n, yolov5s, yolov5m, ...")] = "yolov5s",
    epochs: int = 20,
    size: Annotated[int, typer.Option(help="px, the longer side of pictures")] = 320,
    batch: int = 16,
    plain_epochs: Annotated[int, typer.Option(help="of the last, that see no mosaics of four pictures")] = 5,
    learning_rate: Annotated[float, typer.Option(help="of AdamW, at its peak")] = 1e-3,
    start_from: Annotated[
        Path | None, typer.Option(help="the folder of a run whose best weights to start from")
    ] = None,
    scratch: Annotated[bool, typer.Option("--scratch", help="not from weights pretrained on COCO")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="go on where the run was stopped")] = False,
    device: Annotated[str | None, typer.Option(help="cpu, 0, 0,1, ...; by default what there is")] = None,
) -> None:
    """Train a detector of drinks with Ultralytics: YOLOv5m with `--architecture yolov5m --size 640`."""
    from training.detector.trainer import train_detector

    chosen = (architecture, epochs, size, batch, plain_epochs, learning_rate, start_from, scratch, resume, device)
    print(train_detector(data, run, *chosen))


def _add_training(kind: str) -> None:
    """The command that trains a kind as its configuration says; Lightning reads what follows its name."""
    example = next(iter(sorted((CONFIGURATIONS / kind).glob("*.yaml"))), "FILE")
    label = kind_of(kind).label
    article = "an" if label[0].lower() in "aeiou" else "a"
    told = f"Train {article} {label}: --config {example} [--resume last] [--dry-run]."

    @app.command(kind, help=told, context_settings=PASS_THROUGH)
    def train(context: typer.Context) -> None:
        from training.shared.fit import fit

        fit(made(kind, "trainer"), context.args, made(kind, "data"))


for _kind, _making in MADE.items():
    if _making.trainer:
        _add_training(_kind)
