"""Rectified flow (Liu, Gong & Liu, arXiv 2209.03003) of cut-outs: a velocity field that carries noise to drinks along
lines as straight as can be, told the factors of the drink, each of which may be left out."""

from dataclasses import dataclass, field

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.factors import encoded_width
from cocktailman.models.steering import FactorEmbedding, TimeEmbedding
from cocktailman.models.unet import UNet


@dataclass
class FlowConfig:
    """What a flow is built from; the defaults are those of the shipped one."""

    size: int = 64  # px, the side of what it paints
    patch: int = 4  # px, the side of what becomes one place of its finest maps
    widths: list[int] = field(default_factory=lambda: [48, 80, 112])  # channels of maps of 16, 8 and 4 places a side
    steer_dim: int = 160  # numbers that steer each block
    factor_dim: int = field(default_factory=encoded_width)  # numbers that factors are


class Flow(nn.Module, PyTorchModelHubMixin):
    """Noisy cut-outs (n, 4, size, size), their times (n,) and factors to velocities (n, 4, size, size).

    A cut-out is premultiplied, in [-1, 1]; at time 0 it is itself, at time 1 noise of unit variance, and x_t lies on
    the line between; the velocity is dx / dt. The network itself predicts the clean picture, from which the velocity
    follows: noise has more dimensions than its maps can carry (Li & He, arXiv 2511.13720).
    """

    SOONEST = 0.05  # time below which the velocity is that of this time: it is an error divided by time

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        self.time, self.factors = TimeEmbedding(config.steer_dim), FactorEmbedding(config.steer_dim)
        self.unet = UNet(4, 4, config.patch, config.widths, config.steer_dim)

    def forward(self, noisy: Tensor, time: Tensor, numbers: Tensor, known: Tensor) -> Tensor:
        steer = F.silu(self.time(time) + self.factors(numbers, known))  # (n, steer_dim)
        clean = self.unet(noisy, steer).float()  # (n, 4, size, size)
        return (noisy - clean) / time.clamp(min=self.SOONEST)[:, None, None, None]


def matching_loss(flow: Flow, clean: Tensor, numbers: Tensor, known: Tensor, time_logit: float = 0.0) -> Tensor:
    """Flow matching (Lipman et al., arXiv 2210.02747): the squared error of velocities at times whose logits are
    normal, with the mean `time_logit` and a deviation of 1 (Esser et al., arXiv 2403.03206, section 3.1), ()."""
    noise = torch.randn_like(clean)
    time = torch.sigmoid(time_logit + torch.randn(len(clean), device=clean.device))  # (n,)
    between = torch.lerp(clean, noise, time[:, None, None, None])
    return F.mse_loss(flow(between, time, numbers, known).float(), noise - clean)
