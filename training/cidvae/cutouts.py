"""The C-IDVAE on cut-outs: the four losses of its paper, a projected discriminator beside them, an optimiser a half.

Munjal, Paul & Krishnan, arXiv 1909.13062. The encoder is pulled by reconstruction, KL and the discriminator's loss; the
decoder by reconstruction and the generator's loss. Adversarial losses are relativistic (Jolicoeur-Martineau, arXiv
1807.00734, as in R3GAN, arXiv 2501.05441, eq. 2) with R1 and R2 on the encoder; a second discriminator on frozen
ImageNet features (Projected GANs, arXiv 2111.01007) is trained beside it and no part of the checkpoint.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.losses.augment import changed
from cocktailman.losses.gradient_penalty import GradientPenalty
from cocktailman.losses.kl import KLDivergence
from cocktailman.losses.moments import FeatureMoments
from cocktailman.losses.perceptual import PerceptualLoss
from cocktailman.losses.projected import ProjectedVerdict
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.backbones import LiteBackbone
from cocktailman.models.blocks import grow
from cocktailman.models.cidvae.network import CIDVAE, CIDVAEConfig, without_batch_norm
from cocktailman.models.compositing import composite, random_grounds
from cocktailman.models.cvae.network import drawn_style
from training.datasets.batches import Batch
from training.shared.kind import KindTraining
from training.shared.validation import log_validation

JUDGED_AT = 128  # px, what the projected discriminator looks at
NORM_MEMORY = 0.95  # of the running means of gradient norms that adaptive weights are made of


class CIDVAETraining(KindTraining):
    """The C-IDVAE with its losses and its two optimisers.

    A weight of an adversarial, moment or perceptual loss is a ratio: its gradient at the painted pixels is scaled to so
    many times that of the reconstruction (adaptive loss weight, Esser et al., arXiv 2012.09841, eq. 7).

    Args:
        style_dim: numbers in a style vector.
        size: px, the side of the pictures.
        channels: 4 of cut-outs, colour and coverage; 3 of pictures with their backgrounds.
        kl_weight: of the KL in nats, against the squared error averaged over pixels.
        perceptual_weight: of feature maps of EfficientNet-Lite1 of rebuilt drinks.
        adversarial_weight: of the encoder as discriminator.
        projected_weight: of the projected discriminator.
        moment_weight: of matching means and squares of EfficientNet-Lite0's features (see `FeatureMoments`).
        discriminator_weight: of the discriminator's loss among those that move the encoder.
        penalty: gamma of R1 and R2 on the encoder's logit, computed every `penalty_interval` steps.
        augmented: share of pictures that the projected discriminator sees changed (differentiable augmentation).
        warmup: steps over which the generator's losses rise from 0.
        recipe_dropout: how often each ingredient is left out of a recipe that is painted.
        learning_rate: of Adam, at its peak; it falls to 0 along a cosine.
        start_from: folder of the run of a CVAE or C-IDVAE, whose weights start the layers both have.
    """

    kind = "cidvae"

    def __init__(
        self,
        style_dim: int = 6,
        size: int = 64,
        channels: int = 4,
        kl_weight: float = 1e-4,
        perceptual_weight: float = 1.0,
        adversarial_weight: float = 1.0,
        projected_weight: float = 3.0,
        moment_weight: float = 1.0,
        discriminator_weight: float = 0.01,
        penalty: float = 1.0,
        penalty_interval: int = 8,
        augmented: float = 0.4,
        warmup: int = 200,
        recipe_dropout: float = 0.1,
        learning_rate: float = 5e-4,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.automatic_optimization = False
        self.network = CIDVAE(CIDVAEConfig(style_dim=style_dim, size=size, channels=channels, refined=True))
        if start_from:
            from training.shared.export import last_of

            grow(self.network, without_batch_norm(last_of(start_from)[1]))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.ratio = {
            "perceptual": perceptual_weight,
            "adversarial": adversarial_weight,
            "projected": projected_weight,
            "moments": moment_weight,
        }
        self.kl_weight, self.discriminator_weight = kl_weight, discriminator_weight
        self.penalty, self.penalty_interval = penalty, penalty_interval
        self.augmented, self.warmup, self.recipe_dropout = augmented, warmup, recipe_dropout
        self.learning_rate = learning_rate
        # In a dictionary out of Lightning's sight: frozen weights are neither averaged nor saved with ours.
        self._frozen: dict[str, Any] = {"features": LiteBackbone(0)}
        if perceptual_weight:
            self._frozen["perceptual"] = PerceptualLoss(LiteBackbone(1))
        widths = self._frozen["features"].widths[1:]
        self.projected = ProjectedVerdict(widths, self.network.config.recipe_dim)
        self.moments = FeatureMoments(sum(widths))
        self.kl, self.gradient_penalty = KLDivergence(), GradientPenalty()
        self.norms: Tensor
        self.register_buffer("norms", torch.zeros(1 + len(self.ratio)))  # of gradients: reconstruction, then as `ratio`

    def on_fit_start(self) -> None:
        for part in self._frozen.values():
            part.to(self.device)

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
        pixels = painted.detach().float().requires_grad_()
        rebuilt, sampled = pixels.chunk(2)
        fake = self.network.encoder(sampled, recipe)
        ground = random_grounds(image)
        maps = self._maps(sampled, ground)
        with torch.no_grad():
            wanted = self._maps(image, ground)
        verdicts = self.projected(maps, recipe), self.projected(wanted, recipe)

        target = composite(image, ground)
        losses = {"reconstruction": F.mse_loss(composite(rebuilt, ground), target)}
        if self.ratio["perceptual"]:
            losses["perceptual"] = self._frozen["perceptual"](composite(rebuilt, ground), target)
        losses["adversarial"] = relativistic(fake.real, real.real.detach())
        losses["projected"] = relativistic(verdicts[0], verdicts[1].detach())
        losses["moments"] = self.moments(_means(maps), _means(wanted))
        pull = self._pixel_gradient(losses, pixels)

        kl = self.kl(real.mean, real.log_variance)
        implicit = relativistic(real.real, fake.real)
        second = relativistic(self.projected(wanted, recipe), self.projected([part.detach() for part in maps], recipe))
        total = (painted * pull).sum() + self.kl_weight * kl + self.discriminator_weight * (implicit + second)
        if self.penalty and self.steps % self.penalty_interval == 0:
            total = total + self.discriminator_weight * self._penalties(image, sampled.detach(), recipe)
        self._step(total)
        logged = losses | {"kl": kl, "discriminator": implicit, "projected_discriminator": second}
        logged |= {"lead": (real.real - fake.real).mean()}
        self.log_dict({f"train/{name}": value.detach() for name, value in logged.items()}, on_step=False, on_epoch=True)

    def _maps(self, image: Tensor, ground: Tensor) -> list[Tensor]:
        """Feature maps of pictures over their grounds, augmented, at strides 4 to 32."""
        shown = changed(composite(image, ground), self.augmented)
        shown = F.interpolate(shown, JUDGED_AT, mode="bilinear", align_corners=False)
        return self._frozen["features"].maps(shown)[1:]

    def _pixel_gradient(self, losses: dict[str, Tensor], pixels: Tensor) -> Tensor:
        """The sum of the losses' gradients at `pixels`, each but the reconstruction's scaled to its ratio."""
        rise = linear_warmup(self.steps, self.warmup)
        total = torch.zeros_like(pixels)
        for place, (name, loss) in enumerate(losses.items()):
            gradient = torch.autograd.grad(loss, pixels, retain_graph=True)[0].nan_to_num()
            norm = gradient.norm()
            self.norms[place] = torch.lerp(norm, self.norms[place], NORM_MEMORY) if self.norms[place] else norm
            weight = rise * self.ratio[name] * self.norms[0] / (self.norms[place] + 1e-12) if place else 1.0
            total = total + weight * gradient
        return total

    def _penalties(self, image: Tensor, sampled: Tensor, recipe: Tensor) -> Tensor:
        """R1 on photos and R2 on samples, for all steps of the interval."""
        image, sampled = image.detach().requires_grad_(), sampled.requires_grad_()
        parts = [self.gradient_penalty(self.network.encoder(part, recipe).real, part) for part in (image, sampled)]
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
        judges = [*self.network.encoder.parameters(), *self.projected.parameters()]
        rates = {"lr": self.learning_rate, "betas": (0.0, 0.99)}
        optimizers = [torch.optim.Adam(judges, **rates), torch.optim.Adam(self.network.decoder.parameters(), **rates)]
        steps = int(self.trainer.estimated_stepping_batches)
        return optimizers, [torch.optim.lr_scheduler.CosineAnnealingLR(part, steps) for part in optimizers]


def relativistic(better: Tensor, worse: Tensor) -> Tensor:
    """The relativistic pairing loss: softplus of how much the logits `worse` lead those of `better` (arXiv 2501.05441,
    eq. 2); logits of any one shape. Swapped, it is the other side's."""
    return F.softplus(worse - better).mean()  # ()


def _means(maps: list[Tensor]) -> Tensor:
    """The mean over places of each feature map, (n, sum of widths)."""
    return torch.cat([part.float().mean((2, 3)) for part in maps], dim=1)
