"""Measures a checkpoint on pictures of its domain and writes what it found beside the weights (metrics.json)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cocktailman.errors import InputError
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.evaluation.scores import FILE as MEASURED
from cocktailman.files import written
from cocktailman.inference.generator import Generator
from cocktailman.inference.recogniser import Detector
from cocktailman.inference.segmenter import Segmenter
from cocktailman.models.checkpoints import Checkpoint, find_checkpoint, load_network
from cocktailman.models.manifest import record
from cocktailman.renders import RENDERED
from training.datasets.pictures import packed_for
from training.evaluation import classifier as evaluate_classifier
from training.evaluation import detector as evaluate_detector
from training.evaluation import photos as evaluate_photos
from training.evaluation import renders as evaluate_renders
from training.evaluation import segmenter as evaluate_segmenter
from training.kinds import made
from training.shared.callbacks import STEP_SECONDS

RUNS = Path("runs")


@dataclass(frozen=True)
class Given:
    """What there is to measure on: packed pictures, views of photos, and a folder of photos with boxes."""

    packed: Path
    views: Sequence[Path]
    photos: Path | None


def evaluate(
    name: str, packed: Path | None = None, views: Sequence[Path] = (), photos: Path | None = None
) -> dict[str, object]:
    """All measurements of checkpoint `name`, written to its folder as metrics.json.

    A generator is measured on `packed`, by default the pictures of its domain (how long a step of its training took is
    in the log of `runs/NAME`, where that is still there), a classifier on the mean of `views`, a detector on the folder
    `photos`.
    """
    checkpoint = find_checkpoint(name)
    measure = made(checkpoint.kind, "measurer")
    command = f"python -m training evaluate {name}" + (f" --packed {packed}" if packed else "")
    metrics = {"command": command} | measure(checkpoint, Given(packed or packed_for(checkpoint), views, photos))
    with written(checkpoint.folder / MEASURED) as unfinished:
        unfinished.write_text(json.dumps(metrics, indent=2) + "\n", "utf-8")
    record(checkpoint.folder, MEASURED)
    return metrics


def measure_painter(checkpoint: Checkpoint, given: Given) -> dict[str, object]:
    """Of a generator, on the pictures of its domain."""
    domain = evaluate_renders if checkpoint.domain == RENDERED else evaluate_photos
    return domain.measure(Generator(checkpoint), given.packed, step_seconds(RUNS / checkpoint.name))


def measure_detector(checkpoint: Checkpoint, given: Given) -> dict[str, object]:
    """Of a detector, on photos with boxes; raises `InputError` where there are none."""
    if given.photos is None:
        raise InputError("a detector is measured on photos with boxes: name their folder with --photos")
    return evaluate_detector.measure_detector(Detector(checkpoint), given.photos)


def measure_classifier(checkpoint: Checkpoint, given: Given) -> dict[str, object]:
    """Of a classifier, on the mean of its views."""
    return evaluate_classifier.measure_classifier(load_network(checkpoint), given.views)


def measure_segmenter(checkpoint: Checkpoint, given: Given) -> dict[str, object]:
    """Of a segmenter, on photos with mattes; raises `InputError` where there are none."""
    if given.photos is None:
        raise InputError("a segmenter is measured on photos with mattes: name their folder with --photos")
    return evaluate_segmenter.measure_segmenter(Segmenter(checkpoint), given.photos, given.photos / "mattes")


def step_seconds(run: Path) -> Estimate | None:
    """How long a training step took, from the mean of each epoch; None where the run's log does not say."""
    log = run / "metrics.csv"
    table = pd.read_csv(log) if log.exists() else pd.DataFrame()
    return bootstrap(table[STEP_SECONDS].dropna().to_numpy()) if STEP_SECONDS in table else None
