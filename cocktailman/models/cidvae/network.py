"""Conditional implicit-discriminator variational autoencoder.

Munjal, Paul & Krishnan, *Implicit Discriminator in Variational Autoencoder* (arXiv 1909.13062), in its conditional
form: two networks instead of three, for the encoder is the discriminator as well and the decoder the generator.
"""

# Annotations are no strings here: from them the hub's mixin learns the class of a configuration.

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_weights

from cocktailman.models.blocks import CHANNELS, TypicalStyle, down_blocks, shrunk
from cocktailman.models.compositing import on_grey
from cocktailman.models.cvae.network import CVAE, CVAEConfig

SEEN_AT = (32, 16, 8)  # px, sides of the earlier maps that the discriminator's head looks at
HIDDEN = 128  # of the discriminator's head


@dataclass
class CIDVAEConfig(CVAEConfig):
    """What a C-IDVAE is built from: the same as a CVAE, whose decoder it has."""


@dataclass
class EncoderOutput:
    """What the encoder says of images: mean and log_variance (n, style_dim) of their styles, and as a discriminator the
    logit (n,) of their being real."""

    mean: Tensor
    log_variance: Tensor
    logit: Tensor


class DiscriminatingEncoder(nn.Module):
    """Encoder and discriminator: image (n, channels, size, size), or larger, in [0, 1] and recipe (n, recipe_dim) to an
    `EncoderOutput`; zeros are a recipe nobody knows.

    The recipe joins after the first convolution, and once more at the logit, as in a projection discriminator (Miyato &
    Koyama, arXiv 1802.05637, eq. 3). The logit also sees earlier maps: what gives a blurred picture away is small, and
    its style knows nothing of it. No batch normalisation: the logit of one image must not depend on others. Layers are
    called as those of `StyleEncoder`, so that its weights fit (see `without_batch_norm`).

    With a `conditional_prior` what is typical of the recipe is taken off the mean (see `TypicalStyle`).
    """

    def __init__(
        self, style_dim: int, recipe_dim: int, size: int, channels: int = 3, conditional_prior: bool = False
    ) -> None:
        super().__init__()
        self.size = size
        self.from_rgb = nn.ModuleDict({str(size): nn.Conv2d(channels, CHANNELS[size], 1)})
        self.join = nn.ModuleDict({str(size): nn.Linear(recipe_dim, CHANNELS[size], bias=False)})
        self.down = down_blocks(size, _conv)
        self.head = nn.Linear(CHANNELS[4] * 4 * 4, 2 * style_dim)
        seen = sum(CHANNELS[side] for side in SEEN_AT) + CHANNELS[4] * 4 * 4
        self.discriminator = nn.Sequential(nn.Linear(seen, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, 1))
        self.projection = nn.Linear(recipe_dim, CHANNELS[4], bias=False)
        nn.init.zeros_(self.join[str(self.size)].weight)  # type: ignore[arg-type]  # at first it sees the picture alone
        self.typical = TypicalStyle(recipe_dim, style_dim) if conditional_prior else None

    def forward(self, image: Tensor, recipe: Tensor) -> EncoderOutput:
        h = self.from_rgb[str(self.size)](shrunk(on_grey(image), self.size) * 2 - 1)  # (n, c, size, size)
        h = h + self.join[str(self.size)](recipe)[:, :, None, None]
        maps = {}
        for layer in self.down.values():
            h = layer(h)  # (n, c', h / 2, w / 2)
            maps[h.shape[2]] = h
        mean, log_variance = self.head(h.flatten(1)).float().chunk(2, dim=1)  # (n, style_dim) each
        if self.typical:
            mean = mean - self.typical(recipe).float()
        seen = torch.cat([h.flatten(1), *(maps[side].mean((2, 3)) for side in SEEN_AT)], dim=1)  # (n, 4432)
        projection = (self.projection(recipe) * h.mean((2, 3))).sum(1)  # (n,)
        logit = (self.discriminator(seen).squeeze(1) + projection).float()  # (n,)
        return EncoderOutput(mean, log_variance.clamp(-12, 8), logit)


class CIDVAE(CVAE):
    """Encoder and discriminator in one, decoder and generator in one, with the prior z ~ N(0, I)."""

    def __init__(self, config: CIDVAEConfig) -> None:
        super().__init__(config)
        self.encoder = DiscriminatingEncoder(
            config.style_dim,
            config.recipe_dim,
            config.base_size or config.size,
            config.channels,
            config.conditional_prior,
        )

    def encode(self, image: Tensor, recipe: Tensor) -> tuple[Tensor, Tensor]:
        output = self.encoder(image, recipe)
        return output.mean, output.log_variance


@torch.no_grad()
def without_batch_norm(weights: dict[str, Tensor], eps: float = 1e-5) -> dict[str, Tensor]:
    """Weights of a `CVAE`, the batch normalisation of its encoder folded into the convolutions before it."""
    folded = dict(weights)
    mark = "1.running_mean"  # as in encoder.down.64.0.1.running_mean, beside encoder.down.64.0.0.weight
    for conv in [name.removesuffix(mark) for name in weights if name.startswith("encoder.") and name.endswith(mark)]:
        mean, variance, scale, shift = (
            folded.pop(f"{conv}1.{part}") for part in ("running_mean", "running_var", "weight", "bias")
        )
        kernel, bias = fuse_conv_bn_weights(folded[f"{conv}0.weight"], None, mean, variance, eps, scale, shift)
        folded |= {f"{conv}0.weight": kernel, f"{conv}0.bias": bias}
    return folded


def _conv(channels_in: int, channels_out: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(channels_in, channels_out, 3, stride, padding=1), nn.SiLU())
