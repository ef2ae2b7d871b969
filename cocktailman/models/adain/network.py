"""Style transfer at once by adaptive instance normalisation (Huang & Belongie, arXiv 1703.06868)."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.models.vgg import STYLE_LAYERS, VGG, WIDTHS, layers_of

STYLED = STYLE_LAYERS[:4]  # the layers whose statistics carry the style, and how deep the encoder is
Moments = tuple[Tensor, Tensor]  # mean and standard deviation of each channel, (n, c, 1, 1) each


@dataclass
class AdaINConfig:
    """What the network is built from.

    depth: of the VGG that encodes, 16 or 19. coded: the layer whose features are restyled and decoded; theirs is
    relu4_1, and from relu3_1 a decoder learns its task in a fraction of the steps. size: px, the side of the pictures
    it was trained on; it takes others.
    """

    depth: int = 16
    coded: str = STYLED[-1]
    size: int = 128


class AdaIN(nn.Module, PyTorchModelHubMixin):
    """A frozen VGG up to relu4_1, and a decoder that mirrors it from the layer it decodes on."""

    def __init__(self, config: AdaINConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = VGG(config.depth, STYLED[-1])
        self.decoder = Decoder(layers_of(config.depth, config.coded))

    def encode(self, images: Tensor) -> Tensor:
        """The features that are restyled and decoded: of relu3_1 (n, 256, h / 4, w / 4), a block deeper half of it.

        Pictures are mirrored at their borders as far as a feature sees: beyond them VGG sees zeros, and what is decoded
        of that is a frame around the picture.
        """
        border, stride = reach(layers_of(self.config.depth, self.config.coded))
        mirrored = F.pad(images, (border,) * 4, "reflect" if border < min(images.shape[2:]) else "replicate")
        features = self.encoder.maps(mirrored, [self.config.coded])[0]
        cut = border // stride
        return features[:, :, cut : features.shape[2] - cut, cut : features.shape[3] - cut]

    def forward(self, content: Tensor, style: Tensor, strength: float = 1.0) -> Tensor:
        """Content pictures (n, 3, h, w) in the style of others, both in [0, 1]: (n, 3, h, w), hardly outside [0, 1].

        Sides are multiples of 8. strength: 0 rebuilds the content, 1 takes all of the style's statistics.
        """
        return self.decoder(restyled(self.encode(content), moments(self.encode(style)), strength))


class Decoder(nn.Module):
    """The encoder's layers backwards, nearest-neighbour upsampling for its pooling; no normalisation, which would
    give all pictures the same statistics (section 6.2), and reflected borders."""

    def __init__(self, encoder_names: list[str]) -> None:
        super().__init__()
        self.names = encoder_names[::-1]
        widths = [WIDTHS[int(name[4]) - 1] for name in self.names]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(a, b, 3, padding=1, padding_mode="reflect") for a, b in pairwise([*widths, 3])
        )
        for convolution in self.convolutions:
            nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")  # type: ignore[arg-type]
            nn.init.zeros_(convolution.bias)  # type: ignore[arg-type]

    def forward(self, features: Tensor) -> Tensor:
        x = features.contiguous(memory_format=torch.channels_last)  # (n, c, h, w)
        for name, convolution in zip(self.names, self.convolutions, strict=True):
            x = convolution(x)
            if name != self.names[-1]:
                x = F.relu(x)
                if name.endswith("_1"):
                    x = F.interpolate(x, scale_factor=2, mode="nearest")
        return x  # (n, 3, 4 h, 4 w) from relu3_1


def reach(names: list[str]) -> tuple[int, int]:
    """How far beyond its own pixels a feature after these layers sees, in whole features, and how many pixels a side
    is its own, both in px."""
    stride, seen = 1, 0
    for name in names:
        stride *= 2 if name.endswith("_1") and name != names[0] else 1
        seen += stride  # a convolution of 3 x 3
    return -(-seen // stride) * stride, stride


def moments(features: Tensor) -> Moments:
    """Mean and standard deviation over places of features (n, c, h, w)."""
    variance, mean = torch.var_mean(features.float(), (2, 3), correction=0, keepdim=True)
    return mean, (variance + 1e-5).sqrt()


def restyled(features: Tensor, style: Moments, strength: float | Tensor = 1.0) -> Tensor:
    """Adaptive instance normalisation (eq. 8): features (n, c, h, w) with the moments of a style in place of theirs.

    Mixed with what they were where strength is below 1 (eq. 14).
    """
    own_mean, own_std = moments(features)
    mean, std = style
    wanted = (features - own_mean) / own_std * std + mean
    return features + strength * (wanted - features)


def mixed(first: Moments, second: Moments, share: float) -> Moments:
    """The moments between two styles: those of the first at share 0, of the second at 1 (section 7.2, eq. 15)."""
    (mean, std), (other_mean, other_std) = first, second
    return torch.lerp(mean, other_mean, share), torch.lerp(std, other_std, share)
