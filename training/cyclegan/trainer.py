"""CycleGAN as it is trained: two generators, two discriminators, their losses and optimisers in one module."""

from __future__ import annotations

from itertools import chain
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.losses.least_squares import LeastSquaresGAN
from cocktailman.models.cyclegan.network import CycleGAN, CycleGANConfig, Norm, PatchGAN
from training.cyclegan.pool import Pool
from training.shared.callbacks import PictureGrid
from training.shared.kind import KindTraining


class CycleGANTraining(KindTraining):
    """Both ways at once.

    Args:
        size: px, the side of the pictures.
        generator: `resnet` or `unet`.
        width: channels of the first layers.
        blocks: residual ones of the ResNet.
        norm: `instance` or `batch`.
        residual: whether generators begin as copies (see `CycleGANConfig`).
        cutouts: whether the pictures are drinks without their backgrounds, over grey.
        judge_width: channels of the first layer of the discriminators.
        cycle_weight: of the error of pictures that went there and back, against the adversarial loss.
        identity_weight: of the error of pictures that are of the wanted domain already, in units of `cycle_weight`.
        pool: how many pictures made before the discriminators are shown again.
        learning_rate: of Adam; constant for half of the steps, then falling to 0 in a line.
    """

    kind = "cyclegan"

    def __init__(
        self,
        size: int = 128,
        generator: Literal["resnet", "unet"] = "resnet",
        width: int = 32,
        blocks: int = 6,
        norm: Norm = "instance",
        residual: bool = False,
        cutouts: bool = False,
        judge_width: int = 32,
        cycle_weight: float = 10.0,
        identity_weight: float = 0.5,
        pool: int = 50,
        learning_rate: float = 2e-4,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.automatic_optimization = False  # two optimisers take turns
        self.cycle_weight, self.identity_weight, self.learning_rate = cycle_weight, identity_weight, learning_rate
        self.network = CycleGAN(CycleGANConfig(size, generator, width, blocks, norm, residual, cutouts))
        judges = {name: PatchGAN(judge_width, norm=norm) for name in ("photos", "renders")}
        self.discriminators = torch.nn.ModuleDict(judges)
        self.pools = {name: Pool(pool) for name in self.discriminators}
        self.adversarial = LeastSquaresGAN()
        for layer in self.modules():
            if isinstance(layer, torch.nn.Conv2d):
                torch.nn.init.normal_(layer.weight, std=0.02)
        if residual:
            for last in (self.network.to_photos.painted, self.network.to_renders.painted):
                torch.nn.init.zeros_(last.convolution.weight)
                torch.nn.init.zeros_(last.convolution.bias)  # type: ignore[arg-type]

    def generator_losses(self, photos: Tensor, renders: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Each term, weighted, by name (eq. 1 to 3, and section 5.2 for the identity); and what was made, by domain."""
        to_photos, to_renders = self.network.to_photos, self.network.to_renders
        made = {"photos": to_photos(renders), "renders": to_renders(photos)}
        cycle = F.l1_loss(to_photos(made["renders"]), photos) + F.l1_loss(to_renders(made["photos"]), renders)
        fooled = [
            self.adversarial.generator(discriminator(made[name])) for name, discriminator in self.discriminators.items()
        ]
        losses = {
            "adversarial": torch.stack(fooled).sum(),
            "cycle": self.cycle_weight * cycle,
        }
        if self.identity_weight:  # else it would cost a third of a step
            identity = F.l1_loss(to_photos(photos), photos) + F.l1_loss(to_renders(renders), renders)
            losses["identity"] = self.cycle_weight * self.identity_weight * identity
        return losses, made

    def discriminator_losses(self, real: dict[str, Tensor], made: dict[str, Tensor]) -> dict[str, Tensor]:
        """The loss of each discriminator, half of which is about pictures from its pool."""
        return {
            f"discriminator_{name}": self.adversarial.discriminator(
                discriminator(real[name]), discriminator(made[name])
            )
            for name, discriminator in self.discriminators.items()
        }

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        photos, renders = batch
        generators, discriminators = self.optimizers()  # type: ignore[misc]
        self.discriminators.requires_grad_(False)
        losses, made = self.generator_losses(photos, renders)
        self._step(generators, losses)
        self.discriminators.requires_grad_(True)
        pooled = {name: self.pools[name].exchanged(pictures) for name, pictures in made.items()}
        against = self.discriminator_losses({"photos": photos, "renders": renders}, pooled)
        self._step(discriminators, against)
        for schedule in self.lr_schedulers():  # type: ignore[union-attr]
            schedule.step()
        self.log_dict({f"train/{name}": value for name, value in (losses | against).items()})

    def _step(self, optimizer, losses: dict[str, Tensor]) -> None:
        optimizer.zero_grad()
        self.manual_backward(torch.stack(list(losses.values())).sum())
        optimizer.step()

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        photos, renders = batch
        back = self.network.to_photos(self.network.to_renders(photos))
        self.log("validation/cycle_photos", F.l1_loss(back, photos), batch_size=len(photos))
        back = self.network.to_renders(self.network.to_photos(renders))
        self.log("validation/cycle_renders", F.l1_loss(back, renders), batch_size=len(renders))

    def configure_optimizers(self):
        generators = chain(self.network.to_photos.parameters(), self.network.to_renders.parameters())
        parts = [
            torch.optim.Adam(weights, self.learning_rate, betas=(0.5, 0.999))
            for weights in (generators, self.discriminators.parameters())
        ]
        # Lightning counts a step of either optimiser; a schedule moves once a batch.
        steps = int(self.trainer.estimated_stepping_batches)
        schedules = [torch.optim.lr_scheduler.LambdaLR(part, lambda step: falling(step, steps)) for part in parts]
        return parts, [{"scheduler": schedule, "interval": "step"} for schedule in schedules]


def falling(step: int, steps: int) -> float:
    """The learning rate's factor: 1 for half of the steps, then down to 0 in a line (section 7.1)."""
    return min(1.0, 2 * (1 - step / steps)) if steps else 1.0


class TranslationGrid(PictureGrid):
    """After each validation, saves photos, what became of them there and back again, then renders likewise."""

    def grids(self, network: CycleGAN, batch: tuple[Tensor, Tensor]) -> dict[str, list[Tensor]]:
        photos, renders = batch
        there, back = network.to_renders(photos), network.to_photos(renders)
        return {"translated": [photos, there, network.to_photos(there), renders, back, network.to_renders(back)]}
