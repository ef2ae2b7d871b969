"""An autoencoder trained on drinks alone: what it rebuilds badly is rarely one.

Reconstruction error as an anomaly score goes back to Japkowicz et al. (IJCAI 1995); Ruff et al., arXiv 2009.11732, is a
review.
"""

from dataclasses import dataclass

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass
class AutoencoderConfig:
    """What an autoencoder is built from; the defaults are those of the shipped one."""

    size: int = 64  # px, the side of the square it sees
    width: int = 16  # channels of the finest map; coarser ones have up to four times as many
    code: int = 48  # numbers that a picture is squeezed into


class DrinkAutoencoder(nn.Module, PyTorchModelHubMixin):
    """Images (n, 3, size, size) in [0, 1] to themselves; `threshold` is the score from which one is odd."""

    threshold: Tensor

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        w, side = config.width, config.size // 16
        self.encoder = nn.Sequential(
            _down(3, w), _down(w, 2 * w), _down(2 * w, 4 * w), _down(4 * w, 4 * w), nn.Flatten()
        )
        self.squeeze = nn.Linear(4 * w * side**2, config.code)
        self.spread = nn.Sequential(
            nn.Linear(config.code, 4 * w * side**2), nn.SiLU(), nn.Unflatten(1, (4 * w, side, side))
        )
        self.decoder = nn.Sequential(
            _up(4 * w, 4 * w), _up(4 * w, 2 * w), _up(2 * w, w), nn.ConvTranspose2d(w, 3, 4, 2, 1), nn.Sigmoid()
        )
        self.register_buffer("threshold", torch.tensor(0.0))

    def forward(self, image: Tensor) -> Tensor:
        code = self.squeeze(self.encoder(image))  # (n, code)
        return self.decoder(self.spread(code))  # (n, 3, size, size)

    def error_maps(self, image: Tensor) -> Tensor:
        """The squared error at each pixel, mean over colours, (n, size, size)."""
        return (self(image) - image).square().mean(1)

    def score(self, image: Tensor) -> Tensor:
        """How odd each picture is, (n,): the root of its mean squared error."""
        return self.error_maps(image).mean((1, 2)).sqrt()


def _down(channels_in: int, channels_out: int) -> nn.Sequential:
    conv = nn.Conv2d(channels_in, channels_out, 4, 2, 1, bias=False)  # half the side
    return nn.Sequential(conv, nn.BatchNorm2d(channels_out), nn.SiLU())


def _up(channels_in: int, channels_out: int) -> nn.Sequential:
    conv = nn.ConvTranspose2d(channels_in, channels_out, 4, 2, 1, bias=False)  # twice the side
    return nn.Sequential(conv, nn.BatchNorm2d(channels_out), nn.SiLU())


def reconstruction_loss(rebuilt: Tensor, image: Tensor) -> Tensor:
    """The mean squared error, ()."""
    return F.mse_loss(rebuilt, image)
