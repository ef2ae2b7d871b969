"""The segmenter: how much of each pixel of a photo belongs to the drink.

A feature pyramid (Lin et al., arXiv 1612.03144) on EfficientNet-Lite0 (Tan & Le, arXiv 1905.11946): each coarser map is
doubled and added to the next finer one, down to a quarter of the resolution of the photo; from there on the pixels
under each place are told at once (sub-pixel convolution, Shi et al., arXiv 1609.05158).
"""

from dataclasses import dataclass
from typing import Any

import timm
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F

FINEST = 4  # px of the photo to a pixel of the finest map


@dataclass
class SegmenterConfig:
    """What a segmenter is built from; the defaults are those of the shipped one."""

    backbone: str = "tf_efficientnet_lite0"  # a timm model
    size: int = 224  # px, the side of the square it sees
    width: int = 48  # channels of the pyramid


class DrinkSegmenter(nn.Module, PyTorchModelHubMixin):
    """Images (n, 3, size, size) in [0, 1] to logits of the matte (n, 1, size, size)."""

    def __init__(self, config: SegmenterConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone: Any = timm.create_model(
            config.backbone, features_only=True, pretrained=False, out_indices=(1, 2, 3, 4)
        )
        channels = self.backbone.feature_info.channels()  # at strides 4 to 32
        self.lateral = nn.ModuleList(nn.Conv2d(count, config.width, 1) for count in channels)
        self.smooth = nn.ModuleList(_smoothing(config.width) for _ in channels)
        self.head = nn.Conv2d(config.width, FINEST**2, 1)  # the pixels under each place of the finest map

    def forward(self, image: Tensor) -> Tensor:
        maps = self.backbone(image * 2 - 1)  # (n, c, size / 4 ... size / 32, ...)
        h: Tensor | None = None
        for part, lateral, smooth in zip(reversed(maps), reversed(self.lateral), reversed(self.smooth), strict=True):
            finer = lateral(part)  # (n, width, h, w)
            h = smooth(finer if h is None else finer + F.interpolate(h, finer.shape[2:], mode="nearest"))
        assert h is not None
        return F.pixel_shuffle(self.head(h), FINEST)  # (n, 1, size, size)

    def matte(self, image: Tensor) -> Tensor:
        """Coverage (n, size, size) in [0, 1]."""
        return torch.sigmoid(self(image).squeeze(1).float())


def _smoothing(width: int) -> nn.Sequential:
    conv = nn.Conv2d(width, width, 3, padding=1, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(width), nn.SiLU())
