"""Pictures as features of a fixed network: what distances between sets of pictures are measured on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from cocktailman.images import to_square
from cocktailman.models.backbones import LITE_INPUT, LiteBackbone


@dataclass(frozen=True)
class FeatureExtractor:
    """A fixed network that turns pictures into features, under the name that the ids of metrics carry."""

    name: str
    network: Callable[[Tensor], Tensor]  # (n, 3, side, side) uint8 to (n, d) float32
    side: int | None = None  # px that pictures are enlarged to (bicubic) before; None where the network does it itself


def lite_extractor() -> FeatureExtractor:
    """EfficientNet-Lite0, trained on ImageNet: features (n, 1280)."""
    backbone = LiteBackbone(0)
    return FeatureExtractor("efficientnet_lite0", lambda pixels: backbone(pixels.float() / 255), LITE_INPUT)


def picture_features(
    pictures: Sequence[Image.Image], extractor: FeatureExtractor, size: int, batch_size: int = 32
) -> np.ndarray:
    """Features (n, d), float32, of pictures that are first reduced to `size` px, so that none is sharper than that."""
    features = []
    for start in tqdm(range(0, len(pictures), batch_size), desc=extractor.name, leave=False, disable=None):
        batch = [_sized(picture, size, extractor.side) for picture in pictures[start : start + batch_size]]
        pixels = torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2)  # (b, 3, side, side)
        with torch.inference_mode():
            features.append(extractor.network(pixels).numpy())
    return np.concatenate(features)


def _sized(picture: Image.Image, size: int, side: int | None) -> np.ndarray:
    small = to_square(picture, size)
    return np.asarray(small.resize((side, side), Image.Resampling.BICUBIC) if side else small)
