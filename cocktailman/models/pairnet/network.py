"""The pair network: a picture, and factors before and after, to the same picture with these factors changed.

It paints no picture of its own: at each pixel it says how much of what was there stays, and what is added. So it
leaves alone what it has no reason to change, and works on pictures larger than what it looks at, whose detail stays
(after bilateral learning, Gharbi et al., arXiv 1707.02880, in the simplest form: what it says is enlarged smoothly).

A factor may have a network of its own, an expert (mixture of experts with a hard gate, Jacobs et al., Neural
Computation 3, 1991): where one network learns them all, those whose changes are large and plain, such as that of the
glass, keep it from learning what becomes of a liquid or of a piece of ice.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.factors import encoded_width, factors
from cocktailman.models.steering import FactorEmbedding, of_each_number
from cocktailman.models.unet import UNet

Known = tuple[Tensor, Tensor]  # factors as numbers (n, encoded_width), and which of them are known (n, n_factors)
BRIGHTEST = 2.5  # the most that what was there is multiplied by


@dataclass
class PairNetConfig:
    """What a pair network is built from; the defaults are those of the shipped one."""

    size: int = 64  # px, the side of what it looks at
    patch: int = 2  # px, the side of what becomes one place of its finest maps
    widths: list[int] = field(default_factory=lambda: [24, 48, 96])  # channels of maps of 32, 16 and 8 places a side
    steer_dim: int = 160  # numbers that steer each block
    least_change: float = 4 / 255  # of a pixel: what would change by less, which nobody would see, stays as it was
    experts: list[str] = field(default_factory=list)  # factors that have a network of their own
    factor_dim: int = field(default_factory=encoded_width)  # numbers that factors are


class PairNet(nn.Module, PyTorchModelHubMixin):
    """Cut-outs (n, 4, h, w), premultiplied, in [0, 1], and factors before and after to cut-outs of the same size.

    Factors after are known where they change, and nowhere else; those before may be known or not. Of several that
    change, what has no expert comes first, then each expert's, on what has been made so far.
    """

    def __init__(self, config: PairNetConfig) -> None:
        super().__init__()
        self.config = config
        self.before, self.after = FactorEmbedding(config.steer_dim), FactorEmbedding(config.steer_dim)
        self.unet = UNet(4, 8, config.patch, config.widths, config.steer_dim)
        last = nn.Linear(128, 12)
        nn.init.zeros_(last.weight)  # at first all stays
        nn.init.zeros_(last.bias)
        self.overall = nn.Sequential(nn.Linear(config.steer_dim + 4, 128), nn.SiLU(), last)
        self.experts = nn.ModuleDict({name: PairNet(replace(config, experts=[])) for name in config.experts})

    def forward(self, image: Tensor, before: Known, after: Known) -> Tensor:
        if not self.config.experts:
            return self._changed(image, before, after)
        made, asked_for = image, after[1]
        for network, own in self._networks(asked_for):
            asked = asked_for * own  # (n, n_factors)
            (rows,) = asked.any(1).nonzero(as_tuple=True)
            if len(rows):
                told = (before[0][rows], before[1][rows]), (after[0][rows], asked[rows])
                made = made.index_copy(0, rows, network._changed(made[rows], *told).to(made.dtype))
                before = _merged(before, (after[0], asked))  # what one has changed is what the next one finds
        return made

    def _networks(self, like: Tensor) -> Iterator[tuple["PairNet", Tensor]]:
        """Itself, then each expert; and which factors, (n_factors,), are its own."""
        names = list(factors())
        yield self, torch.tensor([float(name not in self.experts) for name in names], device=like.device)
        for expert, network in self.experts.items():
            yield network, torch.tensor([float(name == expert) for name in names], device=like.device)  # type: ignore[misc]

    def _changed(self, image: Tensor, before: Known, after: Known) -> Tensor:
        steer = F.silu(self.before(*before) + self.after(*after))  # (n, steer_dim)
        seen = image if image.shape[2] == self.config.size else F.interpolate(
            image, (self.config.size, self.config.size), mode="bilinear", antialias=True
        )  # fmt: skip
        output = self.unet(seen * 2 - 1, steer).float()  # (n, 8, size, size), 0 at first: all stays
        if image.shape != seen.shape:
            output = F.interpolate(output, image.shape[2:], mode="bicubic")
        kept, added = output.chunk(2, dim=1)  # (n, 4, h, w) each
        gain = BRIGHTEST * torch.sigmoid(kept - FIRST)  # 1 where nothing is added
        return gain * self._relit(image, steer) + added  # (n, 4, h, w), about in [0, 1]: see `limited`

    def edited(self, image: Tensor, before: Known, after: Known) -> Tensor:
        """As `forward`, in [0, 1]; pixels that would hardly change stay as they were, to the bit (hard thresholding,
        Donoho & Johnstone, Biometrika 81, 1994, of the change instead of wavelets): an average of what might be is
        a little off everywhere."""
        made = limited(self(image, before, after))
        change = (made - image).abs().amax(1, keepdim=True)  # (n, 1, h, w)
        return torch.where(change < self.config.least_change, image, made)

    def _relit(self, image: Tensor, steer: Tensor) -> Tensor:
        """All colours of a picture changed alike, by a matrix that hangs on what is asked for and on its mean: most of
        what another light does."""
        mean = image.mean((2, 3)) / image[:, 3:].mean((2, 3)).clamp(min=0.02)  # (n, 4), the last of which is 1
        matrix = self.overall(torch.cat([steer, mean], 1)).float().unflatten(1, (3, 4))
        colours = image[:, :3] + torch.einsum("nij,njhw->nihw", matrix, image)
        return torch.cat([colours, image[:, 3:]], 1)  # (n, 4, h, w)


def _merged(before: Known, after: Known) -> Known:
    """What is known once what was asked for has been done."""
    return torch.where(of_each_number(after[1]) > 0, after[0], before[0]), torch.maximum(before[1], after[1])


def with_experts(weights: dict[str, Tensor], experts: Sequence[str]) -> dict[str, Tensor]:
    """Weights of a pair network, and of experts that begin as it is, where they are not there."""
    own = {name: value for name, value in weights.items() if not name.startswith("experts.")}
    return {f"experts.{expert}.{name}": value for expert in experts for name, value in own.items()} | weights


FIRST = float(torch.log(torch.tensor(BRIGHTEST - 1)))  # what makes the gain 1


def limited(image: Tensor) -> Tensor:
    """Premultiplied (n, 4, h, w) in [0, 1], no colour above its coverage."""
    coverage = image[:, 3:].clamp(0, 1)
    return torch.cat([torch.minimum(image[:, :3].clamp(min=0), coverage), coverage], dim=1)
