"""Pictures as features of a fixed ImageNet network: what distances between sets of pictures are measured on."""

from collections.abc import Sequence

import numpy as np
import torch
from PIL import Image
from tqdm import tqdm

from cocktailman.images import to_square
from cocktailman.networks.backbones import LITE_INPUT, LiteBackbone


def picture_features(
    pictures: Sequence[Image.Image], backbone: LiteBackbone, size: int, batch_size: int = 32
) -> np.ndarray:
    """Features (n, 1280), float32, of pictures that are first reduced to `size` px, so that none is sharper than that.

    They are then enlarged to the backbone's 224 px (bicubic).
    """
    features = []
    for start in tqdm(range(0, len(pictures), batch_size), desc="features", leave=False, disable=None):
        batch = [_enlarged(picture, size) for picture in pictures[start : start + batch_size]]
        pixels = torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).float() / 255  # (b, 3, 224, 224)
        with torch.inference_mode():
            features.append(backbone(pixels).numpy())
    return np.concatenate(features)


def _enlarged(picture: Image.Image, size: int) -> np.ndarray:
    small = to_square(picture, size)
    return np.asarray(small.resize((LITE_INPUT, LITE_INPUT), Image.Resampling.BICUBIC))
