"""A detector's run becomes a checkpoint."""

from pathlib import Path

import yaml

from cocktailman.errors import InputError
from cocktailman.evaluation.detection import detect_all
from cocktailman.inference.recogniser import Detector
from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.detector.network import DetectorConfig, DrinkDetector
from training.detector.data import photos_with_boxes
from training.detector.pretrained import weights_of
from training.detector.threshold import choose_threshold


def export_detector(run: Path, photos: Path, name: str, size: int | None, root: Path) -> Checkpoint:
    """Writes the best weights of a detector's run as checkpoint `name`, its threshold chosen on validation photos.

    size: px, the longer side of what it looks at, by default that of its training.

    Raises `InputError` where there is no such run, or where the photos and their boxes are missing.
    """
    best = run / "weights" / "best.pt"
    if not best.exists():
        raise InputError(f"{run} holds no weights/best.pt: name the folder of a run, such as runs/detector")
    truth = photos_with_boxes(photos, "validation")  # read first: nothing is written where they are missing
    chosen = yaml.safe_load((run / "args.yaml").read_text("utf-8"))
    network = DrinkDetector(DetectorConfig(Path(chosen["model"]).stem, size or chosen["imgsz"]))
    network.yolo.load_state_dict(weights_of(best))
    saved = save_network(network, "detector", name, "photos", root)
    network.threshold.fill_(choose_threshold(detect_all(Detector(saved), photos, truth)))
    return save_network(network, "detector", name, "photos", root)
