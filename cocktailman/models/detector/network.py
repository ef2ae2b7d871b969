"""The detector of drinks: a YOLO of Ultralytics with one class."""

import os
from dataclasses import dataclass

os.environ.setdefault("YOLO_VERBOSE", "false")  # it talks on standard output, where results go
os.environ.setdefault("YOLO_AUTOINSTALL", "false")

from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, cat, nn, tensor
from torchvision.ops import box_convert, nms
from ultralytics.nn.tasks import DetectionModel


@dataclass
class DetectorConfig:
    """What a detector is built from."""

    architecture: str = "yolov5s"  # a model of Ultralytics: yolov5n, yolov5s, yolov5m, ...
    size: int = 320  # px, the longer side of the pictures it looks at


class DrinkDetector(nn.Module, PyTorchModelHubMixin):
    """Finds drinks with glass, handle and garnish; `threshold` is the score from which a box counts."""

    stride = 32  # px: both sides of what it sees are multiples of it
    threshold: Tensor

    def __init__(self, config: DetectorConfig) -> None:
        super().__init__()
        self.config = config
        self.yolo = DetectionModel(f"{config.architecture}.yaml", nc=1, verbose=False)
        self.register_buffer("threshold", tensor(0.25))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """images (n, 3, h, w) in [0, 1] to boxes (n, anchors, 4), x1, y1, x2, y2 in px, and scores (n, anchors).

        In evaluation mode; the mean of what is found in pictures and in their mirror images. Many boxes lie on the same
        drink, until non-maximum suppression leaves the best.
        """
        seen, mirrored = self.yolo(cat([images, images.flip(3)]))[0].chunk(2)  # (n, 5, anchors): centre, size, score
        mirrored = self._mirrored(mirrored, *images.shape[2:])
        found = (seen + mirrored) / 2
        return box_convert(found[:, :4].mT, "cxcywh", "xyxy"), found[:, 4]

    def _mirrored(self, found: Tensor, height: int, width: int) -> Tensor:
        """What was found in a picture (n, 5, anchors), as it is found in its mirror image."""
        sides = [(height // stride, width // stride) for stride in self.yolo.stride.int().tolist()]
        grids = found.split([rows * columns for rows, columns in sides], 2)  # anchors lie row by row, fine grids first
        found = cat([part.unflatten(2, side).flip(3).flatten(2) for part, side in zip(grids, sides, strict=True)], 2)
        across, others = found[:, :1], found[:, 1:]
        return cat([width - across, others], 1)

    @staticmethod
    def distinct(boxes: Tensor, scores: Tensor, overlap: float) -> tuple[Tensor, Tensor]:
        """Boxes (n, 4) and scores (n,), best first, without those that overlap a better one by more than `overlap`."""
        kept = nms(boxes, scores, overlap)
        return boxes[kept], scores[kept]
