"""Conditional variational autoencoder.

Kingma & Welling, *Auto-Encoding Variational Bayes* (arXiv 1312.6114); conditioned as in Sohn, Lee & Yan, *Learning
Structured Output Representation using Deep Conditional Generative Models* (NeurIPS 2015), here with an encoder whose
layers see the picture alone: a style can be read from a photo whose recipe nobody knows.
"""

from dataclasses import dataclass, field

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from cocktailman.models.blocks import CHANNELS, FILM_SIZES, SIZES, RecipeDecoder, StyleEncoder


@dataclass
class CVAEConfig:
    """What a CVAE is built from; the defaults are those of the shipped `cvae-photos`."""

    style_dim: int = 6  # numbers in a style vector
    recipe_dim: int = 63  # ingredients in the vocabulary
    bottleneck_dim: int = 128  # where style and recipe meet
    size: int = 128  # px, one of SIZES
    channels: int = 3  # 3: a picture, its background in it; 4: a cut-out, colour and coverage
    base_size: int | None = (
        None  # px that it grew from: what its encoder looks at, and what its decoder adds details to
    )
    low_pass: list[int] = field(default_factory=list)  # px, the decoder's maps that lose their grid (`without_grid`)
    noise: list[int] = field(default_factory=list)  # px, the decoder's maps that get noise in training (`Noise`)
    conditional_prior: bool = False  # whether styles are told from what is typical of the recipe (see `TypicalStyle`)

    def __post_init__(self) -> None:
        if self.size not in SIZES:
            raise ValueError(f"size is {self.size} px: choose one of {', '.join(map(str, SIZES))}")
        if self.channels not in (3, 4):
            raise ValueError(f"channels is {self.channels}: choose 3 (a picture) or 4 (colour and coverage)")
        if self.base_size not in (None, *SIZES) or (self.base_size or 0) > self.size:
            raise ValueError(f"base_size is {self.base_size} px: choose one of SIZES, at most {self.size}")
        decoded = [side for side in CHANNELS if 4 < side <= self.size]  # px, the maps that a decoder doubles to
        if not isinstance(self.low_pass, list):  # checkpoints from before December 2026 have one, or none
            self.low_pass = [self.low_pass] if self.low_pass else []
        if unknown := [side for side in self.low_pass if side not in decoded]:
            raise ValueError(f"low_pass is {unknown[0]} px: choose among {', '.join(map(str, decoded))}")
        noisy = [side for side in FILM_SIZES if side <= self.size]
        if unknown := [side for side in self.noise if side not in noisy]:
            raise ValueError(f"noise is at {unknown[0]} px: choose among {', '.join(map(str, noisy))}")
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
        self.encoder = StyleEncoder(
            config.style_dim,
            config.base_size or config.size,
            config.channels,
            config.recipe_dim if config.conditional_prior else None,
        )
        self.decoder = RecipeDecoder(
            config.style_dim,
            config.recipe_dim,
            config.bottleneck_dim,
            config.size,
            config.base_size,
            config.channels,
            config.low_pass,
            config.noise,
        )

    def forward(self, image: Tensor, recipe: Tensor) -> CVAEOutput:
        """Reconstructs `image` (n, 3, size, size) in [0, 1] of drinks with `recipe` (n, recipe_dim)."""
        mean, log_variance = self.encode(image, recipe)
        style = drawn_style(mean, log_variance)  # (n, style_dim)
        return CVAEOutput(self.decoder(style, recipe), mean, log_variance, style)

    def encode(self, image: Tensor, recipe: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of the styles of `image`, (n, style_dim) each; zeros are a recipe nobody knows."""
        return self.encoder(image, recipe)

    @torch.no_grad()
    def transform_style(self, shift: Tensor, matrix: Tensor, variance: Tensor | None = None) -> None:
        """Measures styles anew, z' = A (z - b), b the `shift` (style_dim,) and A the `matrix` (style_dim, style_dim):
        every picture is rebuilt as before.

        With the mean of the aggregate posterior and the inverse root of its covariance (whitening), the prior N(0, I)
        covers what the encoder uses. Posteriors stay diagonal: of A diag(variance) A' the diagonal is kept, to first
        order around the `variance` (style_dim,) that posteriors have on average. Nothing is lost where A is diagonal.
        """
        head, joint, dim = self.encoder.head, self._joint, len(shift)
        head.weight[:dim] = matrix @ head.weight[:dim]
        head.bias[:dim] = matrix @ (head.bias[:dim] - shift)
        variance = torch.ones_like(shift) if variance is None else variance
        parts = matrix.square() * variance  # (style_dim, style_dim): what each old number adds to the variance of a new
        total = parts.sum(1)
        shares = parts / total[:, None]
        head.weight[dim:] = shares @ head.weight[dim:]  # the log-variance
        head.bias[dim:] = shares @ (head.bias[dim:] - variance.log()) + total.log()
        joint.bias.add_(joint.weight[:, :dim] @ shift)
        joint.weight[:, :dim] = joint.weight[:, :dim] @ torch.linalg.inv(matrix)
        if self.encoder.typical:
            self.encoder.typical.weight.copy_(matrix @ self.encoder.typical.weight)

    @torch.no_grad()
    def centre_style(self, typical: Tensor) -> None:
        """Takes what is `typical` of each ingredient, (style_dim, recipe_dim), off the styles of recipes that have it:
        every picture is rebuilt as before with its recipe.

        Raises `ValueError` where the network was built without a conditional prior.
        """
        if not self.encoder.typical:
            raise ValueError("this network has no conditional prior, which would take in what is typical")
        joint, dim = self._joint, len(typical)
        self.encoder.typical.weight += typical
        joint.weight[:, dim:] += joint.weight[:, :dim] @ typical

    @property
    def _joint(self) -> nn.Linear:
        """The layer of the decoder where style and recipe, in this order, meet."""
        return self.decoder.bottleneck[0]  # type: ignore[return-value]
