"""Conditional variational autoencoder.

Kingma & Welling, *Auto-Encoding Variational Bayes* (arXiv 1312.6114); conditioned as in Sohn, Lee & Yan, *Learning
Structured Output Representation using Deep Conditional Generative Models* (NeurIPS 2015), here with an encoder that
sees the picture alone: a style can be read from a photo whose recipe nobody knows.
"""

from dataclasses import dataclass

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from cocktailman.models.blocks import SIZES, RecipeDecoder, StyleEncoder


@dataclass
class CVAEConfig:
    """What a CVAE is built from; the defaults are those of the shipped `cvae-photos`."""

    style_dim: int = 6  # numbers in a style vector
    recipe_dim: int = 63  # ingredients in the vocabulary
    bottleneck_dim: int = 128  # where style and recipe meet
    size: int = 128  # px, one of SIZES
    channels: int = 3  # 3: a picture, its background in it; 4: a cut-out, colour and coverage
    refined: bool = False  # whether the decoder works twice at most sizes, steered by style and recipe
    base_size: int | None = (
        None  # px that it grew from: what its encoder looks at, and what its decoder adds details to
    )

    def __post_init__(self) -> None:
        if self.size not in SIZES:
            raise ValueError(f"size is {self.size} px: choose one of {', '.join(map(str, SIZES))}")
        if self.channels not in (3, 4):
            raise ValueError(f"channels is {self.channels}: choose 3 (a picture) or 4 (colour and coverage)")
        if self.base_size not in (None, *SIZES) or (self.base_size or 0) > self.size:
            raise ValueError(f"base_size is {self.base_size} px: choose one of SIZES, at most {self.size}")
        if self.style_dim < 1:
            raise ValueError(f"style_dim is {self.style_dim}: a style needs at least one number")


@dataclass
class CVAEOutput:
    """What one pass gives: image (n, 3, size, size) in [0, 1]; mean, log_variance and style (n, style_dim)."""

    image: Tensor
    mean: Tensor
    log_variance: Tensor
    style: Tensor


def drawn_style(mean: Tensor, log_variance: Tensor) -> Tensor:
    """A style of each posterior, all (n, style_dim), by the reparameterisation trick (arXiv 1312.6114, section 2.4)."""
    return mean + torch.exp(log_variance / 2) * torch.randn_like(mean)


class CVAE(nn.Module, PyTorchModelHubMixin):
    """Encoder q(z | image) and decoder p(image | z, recipe), with the prior z ~ N(0, I)."""

    def __init__(self, config: CVAEConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = StyleEncoder(config.style_dim, config.base_size or config.size, config.channels)
        self.decoder = RecipeDecoder(
            config.style_dim,
            config.recipe_dim,
            config.bottleneck_dim,
            config.size,
            config.refined,
            config.base_size,
            config.channels,
        )

    def forward(self, image: Tensor, recipe: Tensor) -> CVAEOutput:
        """Reconstructs `image` (n, 3, size, size) in [0, 1] of drinks with `recipe` (n, recipe_dim)."""
        mean, log_variance = self.encode(image, recipe)
        style = drawn_style(mean, log_variance)  # (n, style_dim)
        return CVAEOutput(self.decoder(style, recipe), mean, log_variance, style)

    def encode(self, image: Tensor, recipe: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the styles of `image`, (n, style_dim) each, whatever its recipe is."""
        return self.encoder(image)

    @torch.no_grad()
    def rescale_style(self, shift: Tensor, scale: Tensor) -> None:
        """Measures styles anew, z' = (z - shift) / scale, both (style_dim,): every picture is rebuilt as before.

        With the mean and standard deviation of the aggregate posterior, the prior N(0, I) covers what the encoder uses.
        """
        head: nn.Linear = self.encoder.head
        joint: nn.Linear = self.decoder.bottleneck[0]  # type: ignore[assignment]
        dim = len(shift)
        head.weight[:dim] /= scale[:, None]
        head.bias[:dim] = (head.bias[:dim] - shift) / scale
        head.bias[dim:] -= 2 * scale.log()  # the log-variance
        joint.bias.add_(joint.weight[:, :dim] @ shift)
        joint.weight[:, :dim] *= scale
