"""`python -m training evaluate`: reads what a checkpoint is measured on, and keeps what is found in its metrics.json.

All measuring is in `cocktailman.evaluation`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cocktailman.datasets import Pictures
from cocktailman.errors import InputError
from cocktailman.evaluation import classification, detection, segmentation, stylizer, translation
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.evaluation.on_photos import measure_on_photos
from cocktailman.evaluation.on_renders import measure_on_renders
from cocktailman.evaluation.scores import FILE as MEASURED
from cocktailman.files import written
from cocktailman.inference.generator import Generator
from cocktailman.inference.recogniser import Detector
from cocktailman.inference.segmenter import Segmenter
from cocktailman.inference.translator import Direction, Translator
from cocktailman.models.checkpoints import Checkpoint, find_checkpoint, load_network
from cocktailman.models.manifest import record
from cocktailman.renders import RENDERED, RENDERS, read_renders
from training.classifier import calibration
from training.datasets.photos import read_table
from training.datasets.pictures import CUTOUTS, packed_for, read_pictures
from training.detector import threshold
from training.detector.data import photos_with_boxes
from training.kinds import made
from training.shared.callbacks import STEP_SECONDS

RUNS = Path("runs")
CUT_OUT = Path("build/cutouts-photos-128.csv")  # which photos have a good matte: `python -m training cutouts-photos`


@dataclass(frozen=True)
class EvaluationData:
    """What there is to measure on: packed pictures, packed photos as a classifier is shown them (cropped, whole: its
    test-time augmentation), and a folder of photos with boxes and mattes."""

    packed: Path
    augmentations: Sequence[Path]
    photos: Path | None


def evaluate(
    name: str, packed: Path | None = None, augmentations: Sequence[Path] = (), photos: Path | None = None
) -> dict[str, object]:
    """All measurements of checkpoint `name`, written to its folder as metrics.json.

    A generator is measured on `packed`, by default the pictures of its domain (how long a step of its training took is
    in the log of `runs/NAME`, where that is still there), a classifier with the test-time `augmentations`, a detector
    and a segmenter on the folder `photos`.
    """
    checkpoint = find_checkpoint(name)
    measure = made(checkpoint.kind, "measurer")
    command = f"python -m training evaluate {name}" + (f" --packed {packed}" if packed else "")
    data = EvaluationData(packed or packed_for(checkpoint), augmentations, photos)
    metrics = {"command": command} | measure(checkpoint, data)
    with written(checkpoint.folder / MEASURED) as unfinished:
        unfinished.write_text(json.dumps(metrics, indent=2) + "\n", "utf-8")
    record(checkpoint.folder, MEASURED)
    return metrics


def evaluate_generator(checkpoint: Checkpoint, data: EvaluationData) -> dict[str, object]:
    """Of a generator, on the pictures of its domain."""
    step = step_seconds(RUNS / checkpoint.name)
    if checkpoint.domain == RENDERED:
        pictures = read_pictures(data.packed, checkpoint.size).resized(checkpoint.size)
        factors = read_renders(data.packed if data.packed.is_dir() else RENDERS).factors.set_index("id", drop=False)
        of_these = factors.loc[pictures.table["file"]].reset_index(drop=True)
        return measure_on_renders(Generator(checkpoint), pictures, data.packed, of_these, step)
    return measure_on_photos(Generator(checkpoint), read_pictures(data.packed), data.packed, step)


def evaluate_detector(checkpoint: Checkpoint, data: EvaluationData) -> dict[str, object]:
    """Of a detector, on photos with boxes; raises `InputError` where there are none."""
    if data.photos is None:
        raise InputError("a detector is measured on photos with boxes: name their folder with --photos")
    detector = Detector(checkpoint)
    found = detection.detect_all(detector, data.photos, photos_with_boxes(data.photos, "validation"))
    measured = detection.measure_detector(found, detector.threshold)
    return measured | {"cross_fitted": threshold.measure_cross_fitted(found)}


def evaluate_classifier(checkpoint: Checkpoint, data: EvaluationData) -> dict[str, object]:
    """Of a classifier, with its test-time augmentation."""
    network = load_network(checkpoint)
    seen = calibration.predict_validation(network, data.augmentations)
    return classification.measure_classifier(network, seen) | {"cross_fitted": calibration.measure_cross_fitted(seen)}


def evaluate_segmenter(checkpoint: Checkpoint, data: EvaluationData) -> dict[str, object]:
    """Of a segmenter, on photos with mattes; raises `InputError` where there are none."""
    if data.photos is None:
        raise InputError("a segmenter is measured on photos with mattes: name their folder with --photos")
    kept = read_table(CUT_OUT, keep_default_na=False).query("reason == '' and split == 'validation'")
    files = kept["file"].tolist()
    return segmentation.measure_segmenter(Segmenter(checkpoint), files, data.photos, data.photos / "mattes")


def evaluate_stylizer(checkpoint: Checkpoint, data: EvaluationData) -> dict[str, object]:
    """Of AdaIN, on renders and style images that ship."""
    return stylizer.measure_stylizer(checkpoint)


def evaluate_translator(checkpoint: Checkpoint, data: EvaluationData) -> dict[str, object]:
    """Of CycleGAN, on cut-outs of both domains that it was not trained on."""
    photos, renders = (read_pictures(CUTOUTS[domain]) for domain in ("photos", RENDERED))
    held: dict[Direction, Pictures] = {"photos": photos.of("validation"), "renders": renders.of("test")}
    return translation.measure_translator(Translator(checkpoint), held)


def step_seconds(run: Path) -> Estimate | None:
    """How long a training step took, from the mean of each epoch; None where the run's log does not say."""
    log = run / "metrics.csv"
    table = pd.read_csv(log) if log.exists() else pd.DataFrame()
    return bootstrap(table[STEP_SECONDS].dropna().to_numpy()) if STEP_SECONDS in table else None
