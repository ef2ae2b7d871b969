"""Pictures of one domain as pictures of another, learnt without pairs: CycleGAN (Zhu et al., arXiv 1703.10593)."""

from dataclasses import dataclass
from typing import Literal

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

Norm = Literal["instance", "batch"]


@dataclass
class CycleGANConfig:
    """What the generators are built from.

    size: px, the side of the pictures. generator: `resnet` (section 7.2, after Johnson et al., arXiv 1603.08155) or
    `unet` (Isola et al., arXiv 1611.07004). width: channels of the first layer; theirs is 64. blocks: residual ones;
    theirs are 6 at 128 px and 9 at 256. norm: `instance`, as theirs, or `batch`. residual: whether a generator paints
    what is to change of a picture, at first nothing, so that no steps go into learning to copy. cutouts: whether it
    was trained on drinks without their backgrounds, over grey.
    """

    size: int = 128
    generator: Literal["resnet", "unet"] = "resnet"
    width: int = 32
    blocks: int = 6
    norm: Norm = "instance"
    residual: bool = False
    cutouts: bool = False


class CycleGAN(nn.Module, PyTorchModelHubMixin):
    """A generator each way; their discriminators stay in training."""

    def __init__(self, config: CycleGANConfig) -> None:
        super().__init__()
        self.config = config
        self.to_photos = generator_of(config)
        self.to_renders = generator_of(config)


def generator_of(config: CycleGANConfig) -> "ResNetGenerator | UNetGenerator":
    """A generator of pictures (n, 3, h, w) in [0, 1] from such pictures, h and w multiples of 16."""
    if config.generator == "unet":
        return UNetGenerator(config.width, config.norm, config.residual)
    return ResNetGenerator(config.width, config.blocks, config.norm, config.residual)


class ResNetGenerator(nn.Module):
    """Halved twice, some residual blocks, enlarged twice."""

    def __init__(self, width: int, blocks: int, norm: Norm, residual: bool = False) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _convolution(3, width, 7, norm),  # (n, w, h, w)
            _convolution(width, 2 * width, 3, norm, stride=2),  # (n, 2 w, h / 2, w / 2)
            _convolution(2 * width, 4 * width, 3, norm, stride=2),  # (n, 4 w, h / 4, w / 4)
            *(ResidualBlock(4 * width, norm) for _ in range(blocks)),
            enlarging(4 * width, 2 * width, norm),
            enlarging(2 * width, width, norm),
        )
        self.painted = Painted(width, residual)

    def forward(self, images: Tensor) -> Tensor:
        return self.painted(self.layers(2 * images - 1), images)  # (n, 3, h, w)


class Painted(nn.Module):
    """The last maps (n, c, h, w) as a picture (n, 3, h, w) in [0, 1]; where `residual`, added to the logits of the
    picture they were made of, at first nothing."""

    def __init__(self, width: int, residual: bool) -> None:
        super().__init__()
        self.residual = residual
        self.convolution = nn.Conv2d(width, 3, 7, padding=3, padding_mode="reflect")

    def forward(self, maps: Tensor, images: Tensor) -> Tensor:
        logits = self.convolution(maps)
        # Black and white have no finite logits: half of a level of 255 off them, one comes back to the same level.
        return torch.sigmoid(logits + torch.logit(images, eps=0.5 / 255) if self.residual else logits)


class ResidualBlock(nn.Module):
    """Two convolutions beside what goes past them; nothing after the sum."""

    def __init__(self, width: int, norm: Norm) -> None:
        super().__init__()
        second = nn.Conv2d(width, width, 3, padding=1, padding_mode="reflect")
        self.layers = nn.Sequential(_convolution(width, width, 3, norm), second, _norm(norm, width))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.layers(x)


class UNetGenerator(nn.Module):
    """Halved four times and enlarged again, each size seeing what there was of it on the way down."""

    def __init__(self, width: int, norm: Norm, residual: bool = False) -> None:
        super().__init__()
        widths = [width, 2 * width, 4 * width, 8 * width]
        self.first = _convolution(3, width, 7, norm)
        self.down = nn.ModuleList(
            _convolution(a, b, 3, norm, stride=2) for a, b in zip(widths, [*widths[1:], 8 * width], strict=True)
        )
        self.up = nn.ModuleList(
            enlarging(below if level == 0 else 2 * below, beside, norm)
            for level, (below, beside) in enumerate(zip([8 * width, *widths[:0:-1]], widths[::-1], strict=True))
        )
        self.painted = Painted(2 * width, residual)

    def forward(self, images: Tensor) -> Tensor:
        x = self.first(2 * images - 1)  # (n, w, h, w)
        passed = []
        for layer in self.down:
            passed.append(x)
            x = layer(x)  # at last (n, 8 w, h / 16, w / 16)
        for layer in self.up:
            x = torch.cat([layer(x), passed.pop()], 1)
        return self.painted(x, images)  # (n, 3, h, w)


class PatchGAN(nn.Module):
    """Says of each patch of 70 px, or fewer with fewer `layers`, how real it looks (Isola et al., section 3.2.2)."""

    def __init__(self, width: int = 32, layers: int = 3, norm: Norm = "instance") -> None:
        super().__init__()
        parts: list[nn.Module] = [nn.Conv2d(3, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        for level in range(1, layers + 1):
            a, b = width * min(2 ** (level - 1), 8), width * min(2**level, 8)
            parts += [nn.Conv2d(a, b, 4, 2 if level < layers else 1, 1), _norm(norm, b), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*parts, nn.Conv2d(width * min(2**layers, 8), 1, 4, 1, 1))

    def forward(self, images: Tensor) -> Tensor:
        """Scores (n, 1, rows, columns) of pictures in [0, 1]: 1 looks real, 0 made."""
        return self.layers(2 * images - 1)


def enlarging(into: int, out: int, norm: Norm) -> nn.Sequential:
    """Twice the size: resized, then convolved. A transposed convolution would leave checkerboards (Odena, Dumoulin &
    Olah, Deconvolution and Checkerboard Artifacts, Distill 2016)."""
    return nn.Sequential(nn.Upsample(scale_factor=2, mode="nearest"), _convolution(into, out, 3, norm))


def _convolution(into: int, out: int, kernel: int, norm: Norm, stride: int = 1) -> nn.Sequential:
    layer = nn.Conv2d(into, out, kernel, stride, kernel // 2, padding_mode="reflect")
    return nn.Sequential(layer, _norm(norm, out), nn.ReLU())


def _norm(norm: Norm, width: int) -> nn.Module:
    return nn.BatchNorm2d(width) if norm == "batch" else nn.InstanceNorm2d(width, affine=True)
