"""The C-IDVAE as it is trained: the four losses of its paper, and a projected discriminator beside them.

Munjal, Paul & Krishnan, arXiv 1909.13062. The encoder learns by reconstruction, KL and the discriminator's loss; the
decoder by reconstruction and the generator's loss; each half has its optimiser. Adversarial losses are relativistic
with R1 and R2 on the encoder (R3GAN, arXiv 2501.05441); a second discriminator on frozen ImageNet features (Projected
GANs, arXiv 2111.01007) is trained beside it and no part of the checkpoint.

Rebuilt drinks are judged as well as sampled ones (as in VAE-GAN, Larsen et al., arXiv 1512.09300, eq. 8). Judged alone,
sampled ones parted from them: drinks were rebuilt, blurred, in one region of the styles, and sampled in another.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.losses.factors import FactorSupervision
from cocktailman.losses.gradient_penalty import GradientPenalty
from cocktailman.losses.kl import KLDivergence
from cocktailman.losses.moments import FeatureMoments
from cocktailman.losses.perceptual import PerceptualLoss
from cocktailman.losses.projected import ProjectedDiscriminator, RecipeContrast
from cocktailman.losses.relativistic import RelativisticLoss
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.backbones import LiteBackbone
from cocktailman.models.blocks import grow
from cocktailman.models.cidvae.network import CIDVAE, CIDVAEConfig, without_batch_norm
from cocktailman.models.compositing import composite, random_grounds
from cocktailman.models.cvae.network import drawn_style
from training.datasets.batches import Batch
from training.shared.augmented_maps import augmented_maps
from training.shared.gradient_ratios import GradientRatios
from training.shared.kind import KindTraining, configured
from training.shared.runs import NETWORK, part_of, start_with, weights_to_start_from
from training.shared.style_moments import whiten
from training.shared.validation import log_validation


class CIDVAETraining(KindTraining):
    """The C-IDVAE with its losses and its two optimisers.

    A weight of an adversarial, moment or perceptual loss is a ratio to the reconstruction (see `GradientRatios`).

    Args:
        style_dim: numbers in a style vector.
        size: px, the side of the pictures.
        base_size: px that it grows from, the size of what it starts from (see `RecipeDecoder`).
        low_pass: px, the maps of the decoder that lose their grid (see `without_grid`).
        noise: px, the maps of the decoder that get noise in training (see `Noise`).
        channels: 4 of cut-outs, colour and coverage; 3 of pictures with their backgrounds.
        kl_weight: of the KL in nats, against the squared error averaged over pixels.
        perceptual_weight: of the feature maps of rebuilt drinks.
        adversarial_weight: of the encoder as discriminator.
        projected_weight: of the projected discriminator.
        projected_at: px, at what size EfficientNet-Lite0 sees drinks, whose feature maps the projected discriminator
            and the perceptual and moment losses share.
        moment_weight: of matching means and squares of features of sampled drinks (see `FeatureMoments`).
        regression_weight: of latent regression: the encoder, which learns from photos alone here, is to read from a
            painted drink the style that it was painted with (BicycleGAN, Zhu et al., arXiv 1711.11586, section 3.3).
        contrast_weight: of telling from painted drinks what their recipes are (see `RecipeContrast`).
        style_moment_weight: of holding means, squares and products of the photos' styles at those of the prior, beside
            the KL, which sees each picture and each number by itself.
        factor_weight: of the factors that a batch tells, each of which the encoder is to read into a number of the
            style, the first into the first (see `FactorSupervision`).
        discriminator_weight: of the discriminators' losses among those that move the encoder.
        penalty: gamma of R1 and R2 on the encoder's logit, computed every `penalty_interval` steps.
        augmented: share of pictures that EfficientNet-Lite0 sees changed (differentiable augmentation); a photo and
            what is painted of it are changed alike.
        warmup: steps over which the generator's losses rise from 0.
        recipe_dropout: how often each ingredient is left out of a recipe that is painted.
        learning_rate: of Adam, at its peak; it falls to 0 along a cosine.
        projected_learning_rate: that of the projected discriminator.
        whitened: whether styles are first told from what is typical of their recipe and whitened, so that those of the
            training pictures have the moments of the prior (see `whiten`): else drinks are rebuilt in one region and
            sampled in another.
        start_from: folder of a run or a checkpoint of a CVAE or C-IDVAE, whose weights start the layers both have; of a
            run of a C-IDVAE also those of the projected discriminator and of the contrastive loss.
    """

    kind = "cidvae"

    def __init__(
        self,
        style_dim: int = 6,
        size: int = 64,
        base_size: int | None = None,
        low_pass: Sequence[int] = (),
        noise: Sequence[int] = (),
        channels: int = 4,
        kl_weight: float = 1e-4,
        perceptual_weight: float = 1.0,
        adversarial_weight: float = 1.0,
        projected_weight: float = 3.0,
        projected_at: int = 96,
        moment_weight: float = 1.0,
        regression_weight: float = 0.25,
        contrast_weight: float = 0.0,
        style_moment_weight: float = 1.0,
        factor_weight: float = 0.0,
        discriminator_weight: float = 0.01,
        penalty: float = 1.0,
        penalty_interval: int = 16,
        augmented: float = 0.6,
        warmup: int = 200,
        recipe_dropout: float = 0.1,
        learning_rate: float = 3e-4,
        projected_learning_rate: float = 2e-4,
        whitened: bool = False,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.automatic_optimization = False
        self.network = CIDVAE(
            configured(
                CIDVAEConfig,
                style_dim=style_dim,
                size=size,
                channels=channels,
                base_size=base_size,
                low_pass=list(low_pass),
                noise=list(noise),
                conditional_prior=True,
            )
        )
        start = weights_to_start_from(start_from) if start_from else {}
        if start:
            start_with(self.network, without_batch_norm(part_of(start, NETWORK)))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ratios = GradientRatios(
            {
                "perceptual": perceptual_weight,
                "adversarial": adversarial_weight,
                "projected": projected_weight,
                "moments": moment_weight,
                "regression": regression_weight,
                "contrast": contrast_weight,
            }
        )
        self.style_moment_weight, self.projected_learning_rate = style_moment_weight, projected_learning_rate
        self.kl_weight, self.discriminator_weight = kl_weight, discriminator_weight
        self.penalty, self.penalty_interval = penalty, penalty_interval
        self.projected_at, self.augmented = projected_at, augmented
        self.warmup, self.recipe_dropout, self.learning_rate = warmup, recipe_dropout, learning_rate
        self.whitened = whitened
        # In a dictionary out of Lightning's sight: frozen weights are neither averaged nor saved with ours.
        self._frozen = {"features": LiteBackbone(0)}
        widths = self._frozen["features"].widths[1:]
        self.projected = ProjectedDiscriminator(widths, self.network.config.recipe_dim)
        self.contrast = RecipeContrast(widths, self.network.config.recipe_dim)
        grow(self.projected, part_of(start, "projected"))
        grow(self.contrast, part_of(start, "contrast"))
        self.moments, self.style_moments = FeatureMoments(sum(widths)), FeatureMoments(style_dim * (style_dim + 1) // 2)
        self.kl, self.perceptual = KLDivergence(), PerceptualLoss()
        self.supervision, self.factor_weight = FactorSupervision(), factor_weight
        self.relativistic, self.gradient_penalty = RelativisticLoss(), GradientPenalty()

    def on_fit_start(self) -> None:
        for part in self._frozen.values():
            part.to(self.device)
        if self.whitened and not self.global_step:
            pictures = self.trainer.datamodule.pictures.of("train")  # type: ignore[attr-defined]
            network = self.network.eval().cpu()
            whiten(network, pictures)
            network.train().to(self.device)

    @property
    def steps(self) -> int:
        """Batches so far."""
        return self.global_step // 2  # Lightning counts the steps of each optimiser

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        image, recipe, *known = batch
        half = len(image) // 2
        kept = recipe * (torch.rand_like(recipe) >= self.recipe_dropout)
        real = self.network.encoder(image, recipe)
        style = torch.cat([drawn_style(real.mean, real.log_variance), torch.randn_like(real.mean)])
        painted = self.network.decoder(style, kept.repeat(2, 1))  # (2n, c, h, w): rebuilt, then sampled
        pixels = painted.detach().float().requires_grad_()  # what the decoder's losses pull at
        rebuilt, sampled = pixels.chunk(2)
        # The encoder judges some of each, for the price of one batch.
        judged = torch.cat([rebuilt[:half], sampled[half:]])  # (n, c, h, w)
        fake = self.network.encoder(judged, recipe)
        ground, seed = random_grounds(image), int(torch.randint(2**31, ()))
        rebuilt_maps, sampled_maps = self._maps(rebuilt, ground, seed), self._maps(sampled, ground, seed)
        with torch.no_grad():
            real_maps = self._maps(image, ground, seed)
            real_logits = self.projected(real_maps, recipe)

        losses = {"reconstruction": F.mse_loss(composite(rebuilt, ground), composite(image, ground))}
        losses["perceptual"] = self.perceptual(rebuilt_maps, real_maps)
        losses["adversarial"] = self.relativistic(fake.logit, real.logit.detach())
        logits = torch.cat([self.projected(maps, recipe) for maps in (rebuilt_maps, sampled_maps)])
        losses["projected"] = self.relativistic(logits, real_logits.repeat(2, 1))
        losses["moments"] = self.moments(_means(sampled_maps), _means(real_maps))
        painted_with = torch.cat([style[:half], style[len(image) + half :]]).detach()  # (n, style_dim)
        losses["regression"] = F.mse_loss(fake.mean, painted_with)
        if self.ratios.ratio["contrast"]:
            losses["contrast"] = self.contrast(rebuilt_maps, recipe) + self.contrast(sampled_maps, recipe)
        gradient = self.ratios.gradient(losses, pixels, self.steps, linear_warmup(self.steps, self.warmup))

        kl = self.kl(real.mean, real.log_variance)
        encoded, drawn = (_with_products(part) for part in (style[: len(image)], torch.randn_like(real.mean)))
        style_moments = self.style_moments(encoded, drawn)
        prior = self.kl_weight * kl + self.style_moment_weight * style_moments
        implicit = self.relativistic(real.logit, fake.logit)
        # Once more, of maps cut off from the pixels: else the way back would lead through the backbone again.
        painted_maps = [torch.cat(pair).detach() for pair in zip(rebuilt_maps, sampled_maps, strict=True)]
        projected = self._discriminate(real_maps, painted_maps, recipe)
        supervised = {"factors": self.supervision(real.mean, known[0])} if known else {}
        discriminating = {"discriminator": implicit, "projected_discriminator": projected}
        if self.ratios.ratio["contrast"]:
            discriminating["contrast_real"] = self.contrast(real_maps, recipe)
        total = (painted * gradient).sum() + prior + self.discriminator_weight * sum(discriminating.values())
        total = total + self.factor_weight * sum(supervised.values())
        if self.penalty and self.steps % self.penalty_interval == 0:
            total = total + self.discriminator_weight * self._penalties(image, judged.detach(), recipe)
        self._step(total)
        logged = losses | {
            "kl": kl,
            "style_moments": style_moments,
            "relativistic_logit": (real.logit - fake.logit).mean(),
        }
        logged |= discriminating | supervised
        self.log_dict({f"train/{name}": value.detach() for name, value in logged.items()}, on_step=False, on_epoch=True)

    def _maps(self, image: Tensor, ground: Tensor, seed: int) -> list[Tensor]:
        """Feature maps of pictures over their grounds, augmented, at strides 4 to 32."""
        shown = composite(image, ground)
        return augmented_maps(self._frozen["features"], shown, self.augmented, seed, self.projected_at)

    def _discriminate(self, real_maps: list[Tensor], painted_maps: list[Tensor], recipe: Tensor) -> Tensor:
        """The projected discriminator's loss: photos shall lead what is painted of their recipes, n rebuilt and n
        sampled drinks, and photos with mismatched recipes (matching-aware discriminator, Reed et al., arXiv 1605.05396,
        section 4.2)."""
        real = self.projected(real_maps, recipe)
        painted = self.projected(painted_maps, recipe.repeat(2, 1))
        # Of a photo with two recipes only the projection differs.
        matched, mismatched = (self.projected.projection(real_maps, asked) for asked in (recipe, recipe.roll(1, 0)))
        return self.relativistic(real.repeat(2, 1), painted) + self.relativistic(matched, mismatched)

    def _penalties(self, image: Tensor, sampled: Tensor, recipe: Tensor) -> Tensor:
        """R1 on photos and R2 on samples, for all steps of the interval."""
        image, sampled = image.detach().requires_grad_(), sampled.requires_grad_()
        parts = [self.gradient_penalty(self.network.encoder(part, recipe).logit, part) for part in (image, sampled)]
        return self.penalty / 2 * self.penalty_interval * (parts[0] + parts[1])

    def _step(self, total: Tensor) -> None:
        optimizers: Any = self.optimizers()
        schedules: Any = self.lr_schedulers()
        for optimizer in optimizers:
            optimizer.zero_grad()
        self.manual_backward(total)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            self.clip_gradients(optimizer, gradient_clip_val=1.0, gradient_clip_algorithm="norm")
            optimizer.step()
            schedule.step()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        log_validation(self, self.network, batch)

    def configure_optimizers(self):
        discriminators = [
            {"params": list(self.network.encoder.parameters())},
            {
                "params": [*self.projected.parameters(), *self.contrast.parameters()],
                "lr": self.projected_learning_rate,
            },
        ]
        halves = discriminators, self.network.decoder.parameters()
        optimizers = [torch.optim.Adam(half, self.learning_rate, betas=(0.0, 0.99)) for half in halves]
        steps = int(self.trainer.estimated_stepping_batches)
        return optimizers, [torch.optim.lr_scheduler.CosineAnnealingLR(part, steps) for part in optimizers]


def _means(maps: list[Tensor]) -> Tensor:
    """The mean over places of each feature map, (n, sum of widths)."""
    return torch.cat([part.float().mean((2, 3)) for part in maps], dim=1)


def _with_products(style: Tensor) -> Tensor:
    """Styles (n, d) and the products of each two of their numbers, (n, d (d + 1) / 2)."""
    one, other = torch.triu_indices(style.shape[1], style.shape[1], 1)
    return torch.cat([style, style[:, one] * style[:, other]], dim=1)
