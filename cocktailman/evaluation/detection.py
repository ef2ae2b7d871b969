"""Measures the detector on the photos with boxes, and on those without a drink, that it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torchmetrics.detection import MeanAveragePrecision
from torchvision.ops import box_iou
from tqdm import tqdm

from cocktailman.evaluation.metrics import bootstrap
from cocktailman.images import read_image
from cocktailman.inference.recogniser import Box, Detector

Boxes: TypeAlias = list[tuple[float, ...]]  # x1, y1, x2, y2 of each drink, in fractions of width and height

HIT = 0.5  # the intersection over union from which a box is on a drink
MIN_SCORE = 0.01  # boxes below it are not counted


@dataclass(frozen=True)
class DetectedPhoto:
    """What the detector found in a photo, best first, and what there was."""

    file: str
    boxes: tuple[Box, ...]
    truth: Boxes

    @property
    def best(self) -> float:
        """The score of the best box, 0 where there is none."""
        return self.boxes[0].score if self.boxes else 0.0

    @property
    def is_negative(self) -> bool:
        """Whether the photo is one of the folder of those that show nothing of the kind."""
        return self.file.startswith("negatives/")

    @property
    def hits(self) -> bool:
        """Whether the best box is on a drink."""
        return bool(self.boxes and self.truth) and float(_overlap(self.boxes[:1], self.truth).max()) >= HIT


def detect_all(detector: Detector, photos: Path, truth: Mapping[str, Boxes]) -> list[DetectedPhoto]:
    """Runs the detector over the files in the folder `photos` whose true boxes are known."""
    found = []
    for file in tqdm(truth, desc="detecting", leave=False, disable=None):
        [boxes] = detector.detect([read_image(photos / file, file)], MIN_SCORE)
        found.append(DetectedPhoto(file, boxes, truth[file]))
    return found


def measure_detector(found: Sequence[DetectedPhoto], threshold: float) -> dict[str, object]:
    """Average precision, how often the best box is on a drink, and how often there is one without a drink."""
    sources = sorted({item.file.partition("/")[0] for item in found if item.truth})
    with_drink = [item for item in found if item.truth]
    negatives = [item for item in found if item.is_negative]
    drawn = [item for item in found if not item.truth and not item.is_negative]
    return {
        "data": f"validation split of the photos with boxes: {len(with_drink)} photos with {count_drinks(with_drink)} "
        f"drinks, {len(negatives)} negatives, {len(drawn)} more pictures of bars that show no drink, or a drawn one",
        "threshold": threshold,
        **average_precision(found),
        "by_source": {
            name: average_precision([item for item in found if item.file.startswith(name)]) for name in sources
        },
        "best_box_hits": asdict(bootstrap(np.array([item.hits for item in with_drink], float))),
        "best_box_hits_above_threshold": asdict(
            bootstrap(np.array([item.hits and item.best >= threshold for item in with_drink], float))
        ),
        "more_pictures_with_a_box": sum(item.best >= threshold for item in drawn),
        "negatives_with_a_box": asdict(bootstrap(np.array([item.best >= threshold for item in negatives], float))),
    }


def average_precision(found: Sequence[DetectedPhoto]) -> dict[str, float]:
    """AP50 and AP50-95 as COCO defines them, of one class."""
    metric = MeanAveragePrecision(box_format="xyxy", max_detection_thresholds=[1, 10, 100])
    for item in found:
        boxes, scores = _tensor(item.boxes), torch.tensor([box.score for box in item.boxes])
        truth = torch.tensor(item.truth).reshape(-1, 4)
        # COCO's own code calls a drink of less than 32 px small, and leaves nothing out: any scale will do here
        metric.update(
            [{"boxes": boxes * 1000, "scores": scores, "labels": torch.zeros(len(boxes), dtype=torch.int)}],
            [{"boxes": truth * 1000, "labels": torch.zeros(len(truth), dtype=torch.int)}],
        )
    values = metric.compute()
    return {"ap50": float(values["map_50"]), "ap50_95": float(values["map"])}


def true_positives(item: DetectedPhoto) -> list[bool]:
    """Which boxes are on a drink that no better box is on."""
    left = list(range(len(item.truth)))
    right = []
    for box in item.boxes:
        overlaps = _overlap([box], [item.truth[place] for place in left]) if left else torch.zeros(1, 1)
        right.append(bool(overlaps.max() >= HIT))
        if right[-1]:
            del left[int(overlaps.argmax())]
    return right


def _overlap(boxes: Sequence[Box], truth: Boxes) -> torch.Tensor:
    return box_iou(_tensor(boxes), torch.tensor(truth).reshape(-1, 4))


def _tensor(boxes: Sequence[Box]) -> torch.Tensor:
    return torch.tensor([[box.x1, box.y1, box.x2, box.y2] for box in boxes]).reshape(-1, 4)


def count_drinks(found: Sequence[DetectedPhoto]) -> int:
    return sum(len(item.truth) for item in found)
