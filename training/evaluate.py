"""Measures a checkpoint on pictures of its domain and writes what it found beside the weights (metrics.json)."""

import json
from collections.abc import Sequence
from pathlib import Path

from cocktailman.checkpoints import Checkpoint, find_checkpoint, load_network
from cocktailman.errors import InputError
from cocktailman.generation import Generator
from cocktailman.recognition import Detector
from cocktailman.renders import RENDERED
from training import evaluate_classifier, evaluate_detector, evaluate_photos, evaluate_renders


def evaluate(name: str, packed: Path, views: Sequence[Path] = (), photos: Path | None = None) -> dict[str, object]:
    """All measurements of checkpoint `name`, written to its folder as metrics.json.

    A generator is measured on `packed`, a classifier on the mean of `views`, a detector on the folder `photos`.
    """
    checkpoint = find_checkpoint(name)
    metrics = {"command": f"python -m training evaluate {name}"} | _measured(checkpoint, packed, views, photos)
    path = checkpoint.folder / "metrics.json"
    path.write_text(json.dumps(metrics, indent=2) + "\n", "utf-8")
    return metrics


def _measured(checkpoint: Checkpoint, packed: Path, views: Sequence[Path], photos: Path | None) -> dict[str, object]:
    if checkpoint.kind == "detector":
        if photos is None:
            raise InputError("a detector is measured on photos with boxes: name their folder with --photos")
        return evaluate_detector.measure_detector(Detector(checkpoint), photos)
    if checkpoint.kind == "classifier":
        return evaluate_classifier.measure_classifier(load_network(checkpoint), views)
    domain = evaluate_renders if checkpoint.domain == RENDERED else evaluate_photos
    return domain.measure(Generator(checkpoint), packed)
