"""The C-IDVAE as it is trained: the four losses of its paper, and a projected discriminator beside them.

Munjal, Paul & Krishnan, arXiv 1909.13062. The encoder learns by reconstruction, KL and the discriminator's loss; the
decoder by reconstruction and the generator's loss; each half has its optimiser. Adversarial losses are relativistic
with R1 and R2 on the encoder (R3GAN, arXiv 2501.05441); a second discriminator on frozen ImageNet features (Projected
GANs, arXiv 2111.01007) is trained beside it and no part of the checkpoint.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.losses.augment import augment
from cocktailman.losses.gradient_penalty import GradientPenalty
from cocktailman.losses.kl import KLDivergence
from cocktailman.losses.moments import FeatureMoments
from cocktailman.losses.perceptual import PerceptualLoss
from cocktailman.losses.projected import ProjectedDiscriminator
from cocktailman.losses.relativistic import RelativisticLoss
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.backbones import LiteBackbone
from cocktailman.models.blocks import grow
from cocktailman.models.cidvae.network import CIDVAE, CIDVAEConfig, without_batch_norm
from cocktailman.models.compositing import composite, random_grounds
from cocktailman.models.cvae.network import drawn_style
from training.datasets.batches import Batch
from training.shared.kind import KindTraining
from training.shared.runs import NETWORK, part_of, weights_to_start_from
from training.shared.style_moments import style_moments
from training.shared.validation import log_validation

WEIGHED_EVERY, WEIGHT_MEMORY = 8, 0.7  # steps between measurements of gradient norms, and the share of earlier ones


class CIDVAETraining(KindTraining):
    """The C-IDVAE with its losses and its two optimisers.

    A weight of an adversarial, moment or perceptual loss is a ratio: its gradient at the painted pixels is scaled to so
    many times that of the reconstruction (adaptive loss weight, Esser et al., arXiv 2012.09841, eq. 7).

    Args:
        style_dim: numbers in a style vector.
        size: px, the side of the pictures.
        base_size: px that it grows from, the size of what it starts from (see `RecipeDecoder`).
        channels: 4 of cut-outs, colour and coverage; 3 of pictures with their backgrounds.
        kl_weight: of the KL in nats, against the squared error averaged over pixels.
        perceptual_weight: of feature maps of EfficientNet-Lite1 of rebuilt drinks.
        adversarial_weight: of the encoder as discriminator.
        projected_weight: of the projected discriminator.
        projected_at: px, what the projected discriminator looks at.
        moment_weight: of matching means and squares of EfficientNet-Lite0's features (see `FeatureMoments`).
        discriminator_weight: of the discriminators' losses among those that move the encoder.
        penalty: gamma of R1 and R2 on the encoder's logit, computed every `penalty_interval` steps.
        augmented: share of pictures that the projected discriminator sees changed (differentiable augmentation).
        warmup: steps over which the generator's losses rise from 0.
        recipe_dropout: how often each ingredient is left out of a recipe that is painted.
        learning_rate: of Adam, at its peak; it falls to 0 along a cosine.
        rescaled: whether styles are rescaled first, so that those of the training pictures have the mean and spread of
            the prior (see `CVAE.rescale_style`): else drinks are rebuilt in one region and sampled in another.
        start_from: folder of a run or a checkpoint of a CVAE or C-IDVAE, whose weights start the layers both have; of a
            run of a C-IDVAE also those of the projected discriminator.
    """

    kind = "cidvae"

    def __init__(
        self,
        style_dim: int = 6,
        size: int = 64,
        base_size: int | None = None,
        channels: int = 4,
        kl_weight: float = 1e-4,
        perceptual_weight: float = 1.0,
        adversarial_weight: float = 1.0,
        projected_weight: float = 3.0,
        projected_at: int = 96,
        moment_weight: float = 1.0,
        discriminator_weight: float = 0.01,
        penalty: float = 1.0,
        penalty_interval: int = 8,
        augmented: float = 0.4,
        warmup: int = 200,
        recipe_dropout: float = 0.1,
        learning_rate: float = 5e-4,
        rescaled: bool = False,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.automatic_optimization = False
        self.network = CIDVAE(
            CIDVAEConfig(style_dim=style_dim, size=size, channels=channels, refined=True, base_size=base_size)
        )
        start = weights_to_start_from(start_from) if start_from else {}
        grow(self.network, without_batch_norm(part_of(start, NETWORK)))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ratio = {
            "perceptual": perceptual_weight,
            "adversarial": adversarial_weight,
            "projected": projected_weight,
            "moments": moment_weight,
        }
        self.kl_weight, self.discriminator_weight = kl_weight, discriminator_weight
        self.penalty, self.penalty_interval = penalty, penalty_interval
        self.projected_at, self.augmented = projected_at, augmented
        self.warmup, self.recipe_dropout, self.learning_rate = warmup, recipe_dropout, learning_rate
        self.rescaled = rescaled
        # In a dictionary out of Lightning's sight: frozen weights are neither averaged nor saved with ours.
        self._frozen: dict[str, Any] = {"features": LiteBackbone(0)}
        if perceptual_weight:
            self._frozen["perceptual"] = PerceptualLoss(LiteBackbone(1))
        widths = self._frozen["features"].widths[1:]
        self.projected = ProjectedDiscriminator(widths, self.network.config.recipe_dim)
        grow(self.projected, part_of(start, "projected"))
        self.moments = FeatureMoments(sum(widths))
        self.kl, self.relativistic, self.gradient_penalty = KLDivergence(), RelativisticLoss(), GradientPenalty()
        self.norms: Tensor
        self.register_buffer("norms", torch.zeros(1 + len(self.ratio)))  # of gradients: reconstruction, then as `ratio`

    def on_fit_start(self) -> None:
        for part in self._frozen.values():
            part.to(self.device)
        if self.rescaled and not self.global_step:
            pictures = self.trainer.datamodule.pictures.of("train")  # type: ignore[attr-defined]
            shift, scale = style_moments(self.network.eval(), pictures)
            self.network.rescale_style(shift.to(self.device), scale.to(self.device))
            self.network.train()

    @property
    def steps(self) -> int:
        """Batches so far."""
        return self.global_step // 2  # Lightning counts the steps of each optimiser

    def training_step(self, batch: Batch, batch_idx: int) -> None:
        image, recipe = batch
        kept = recipe * (torch.rand_like(recipe) >= self.recipe_dropout)
        real = self.network.encoder(image, recipe)
        style = torch.cat([drawn_style(real.mean, real.log_variance), torch.randn_like(real.mean)])
        painted = self.network.decoder(style, kept.repeat(2, 1))  # (2n, c, h, w): rebuilt, then sampled
        pixels = painted.detach().float().requires_grad_()  # what the decoder's losses pull at
        rebuilt, sampled = pixels.chunk(2)
        fake = self.network.encoder(sampled, recipe)
        ground = random_grounds(image)
        fake_maps = self._maps(sampled, ground)
        with torch.no_grad():
            real_maps = self._maps(image, ground)
        fake_logits, real_logits = self.projected(fake_maps, recipe), self.projected(real_maps, recipe)

        target = composite(image, ground)
        losses = {"reconstruction": F.mse_loss(composite(rebuilt, ground), target)}
        if self.ratio["perceptual"]:
            losses["perceptual"] = self._frozen["perceptual"](composite(rebuilt, ground), target)
        losses["adversarial"] = self.relativistic(fake.logit, real.logit.detach())
        losses["projected"] = self.relativistic(fake_logits, real_logits.detach())
        losses["moments"] = self.moments(_means(fake_maps), _means(real_maps))
        pull = self._pixel_gradient(losses, pixels)

        kl = self.kl(real.mean, real.log_variance)
        implicit = self.relativistic(real.logit, fake.logit)
        # Once more, of maps cut off from the pixels: else the way back would lead through the backbone again.
        fake_logits = self.projected([part.detach() for part in fake_maps], recipe)
        projected = self.relativistic(self.projected(real_maps, recipe), fake_logits)
        total = (painted * pull).sum() + self.kl_weight * kl + self.discriminator_weight * (implicit + projected)
        if self.penalty and self.steps % self.penalty_interval == 0:
            total = total + self.discriminator_weight * self._penalties(image, sampled.detach(), recipe)
        self._step(total)
        logged = losses | {"kl": kl, "discriminator": implicit, "projected_discriminator": projected}
        logged |= {"lead": (real.logit - fake.logit).mean()}
        self.log_dict({f"train/{name}": value.detach() for name, value in logged.items()}, on_step=False, on_epoch=True)

    def _maps(self, image: Tensor, ground: Tensor) -> list[Tensor]:
        """Feature maps of pictures over their grounds, augmented, at strides 4 to 32."""
        shown = augment(composite(image, ground), self.augmented)
        shown = F.interpolate(shown, self.projected_at, mode="bilinear", align_corners=False)
        return self._frozen["features"].maps(shown)[1:]

    def _pixel_gradient(self, losses: dict[str, Tensor], pixels: Tensor) -> Tensor:
        """The gradient at `pixels` of all losses, each but the reconstruction weighed to have its ratio."""
        if self.steps % WEIGHED_EVERY == 0:
            self._measure(losses, pixels)
        ratios = torch.tensor([1.0, *(self.ratio[name] for name in losses if name in self.ratio)]).to(self.norms)
        weights = ratios * self.norms[0] / (self.norms[: len(losses)] + 1e-12)
        weights[1:] *= linear_warmup(self.steps, self.warmup)
        weighed = sum(weight * loss for weight, loss in zip(weights, losses.values(), strict=True))
        return torch.autograd.grad(weighed, pixels, retain_graph=True)[0].nan_to_num()  # type: ignore[arg-type]

    def _measure(self, losses: dict[str, Tensor], pixels: Tensor) -> None:
        """Running means of the norms of the losses' gradients at `pixels`."""
        for place, loss in enumerate(losses.values()):
            norm = torch.autograd.grad(loss, pixels, retain_graph=True)[0].nan_to_num().norm()
            self.norms[place] = torch.lerp(norm, self.norms[place], WEIGHT_MEMORY) if self.norms[place] else norm

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
        discriminators = [*self.network.encoder.parameters(), *self.projected.parameters()]
        rates = {"lr": self.learning_rate, "betas": (0.0, 0.99)}
        halves = discriminators, self.network.decoder.parameters()
        optimizers = [torch.optim.Adam(half, **rates) for half in halves]
        steps = int(self.trainer.estimated_stepping_batches)
        return optimizers, [torch.optim.lr_scheduler.CosineAnnealingLR(part, steps) for part in optimizers]


def _means(maps: list[Tensor]) -> Tensor:
    """The mean over places of each feature map, (n, sum of widths)."""
    return torch.cat([part.float().mean((2, 3)) for part in maps], dim=1)
