"""AdaIN style transfer as it is trained: network, losses and optimiser in one Lightning module."""

from __future__ import annotations

import math
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from cocktailman.errors import InputError
from cocktailman.losses.style import ContentLoss, MomentLoss
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.adain.network import STYLED, AdaIN, AdaINConfig, moments, restyled
from cocktailman.models.vgg import imagenet_vgg, normalise
from training.shared.callbacks import PictureGrid
from training.shared.kind import KindTraining
from training.shared.optimizers import each_step

MEASURED = 64  # pictures over which the mean activation of each of the encoder's layers is made 1


class AdaINTraining(KindTraining):
    """The decoder of AdaIN with its losses and its optimiser; the encoder is VGG and stays as it is.

    Args:
        size: px, the side of the crops.
        depth: of the VGG that encodes: 16, or 19 where torchvision's server can be reached.
        coded: the layer whose features are decoded, `relu3_1` or `relu4_1`.
        autoencoder_steps: for so many steps pictures are rebuilt from their own features, by the error of pixels alone:
            a first stage, after which styles ask for little that is new.
        style_weight: of the error of moments, against that of content features.
        identity_weight: of the error of pixels where a content is rebuilt from its own features (after the identity
            losses of Park & Lee, arXiv 1812.02342, eq. 6): it keeps the decoder an inverse of the encoder.
        learning_rate: of Adam, at its peak; it falls to 0 along a cosine.
        warmup: steps over which it rises from 0. The decoder has no normalisation, and its first gradients are huge.
        normalised: whether the encoder's layers are rescaled to a mean activation of 1.
        start_from: a checkpoint folder whose weights to start from.
    """

    kind = "adain"

    def __init__(
        self,
        size: int = 128,
        depth: int = 16,
        coded: str = STYLED[-1],
        autoencoder_steps: int = 0,
        style_weight: float = 10.0,
        identity_weight: float = 0.0,
        learning_rate: float = 1e-4,
        warmup: int = 200,
        normalised: bool = True,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.autoencoder_steps, self.normalised = autoencoder_steps, normalised
        self.weight = {"content": 1.0, "style": style_weight, "pixels": identity_weight or 1.0}
        self.identity = identity_weight > 0
        self.learning_rate, self.warmup = learning_rate, warmup
        self.network = AdaIN(AdaINConfig(depth, coded, size))
        self.started = start_from is not None
        try:
            weights = load_file(start_from / "model.safetensors") if start_from else None
            self.network.load_state_dict(weights or self.network.state_dict())
        except (OSError, RuntimeError, SafetensorError) as error:
            raise InputError(f"{start_from} is no checkpoint of AdaIN: export a run with `export`") from error
        if not self.started:
            self.network.encoder.load_state_dict(imagenet_vgg(depth, STYLED[-1]).state_dict())
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.coded = STYLED.index(coded)
        self.content_error, self.style_error = ContentLoss(), MomentLoss()

    def on_fit_start(self) -> None:
        if self.normalised and not self.started and not self.trainer.ckpt_path:
            pictures = self.trainer.datamodule.train  # type: ignore[attr-defined]
            step = max(1, len(pictures) // MEASURED)
            chosen = [pictures[row][0] for row in range(0, len(pictures), step)]
            normalise(self.network.encoder, torch.stack(chosen).to(self.device))

    def losses(self, content: Tensor, style: Tensor) -> dict[str, Tensor]:
        """Each term, unweighted, by name (eq. 11 to 13)."""
        encoder, decoder = self.network.encoder, self.network.decoder
        asked = encoder.maps(style, STYLED)
        wanted = restyled(self.network.encode(content), moments(asked[self.coded]))
        found = encoder.maps(decoder(wanted), STYLED)
        return {
            "content": self.content_error(found[self.coded].float(), wanted.float()),
            "style": self.style_error(found, asked),
        }

    def rebuilding(self, pictures: Tensor) -> dict[str, Tensor]:
        """The term of pictures decoded from their own features: the only one of the first steps."""
        return {"pixels": F.mse_loss(self.network.decoder(self.network.encode(pictures)).float(), pictures)}

    def total(self, losses: dict[str, Tensor]) -> Tensor:
        return torch.stack([self.weight[name] * value for name, value in losses.items()]).sum()

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        first = self.global_step < self.autoencoder_steps
        losses = self.rebuilding(torch.cat(batch)) if first else self.losses(*batch)
        if self.identity and not first:
            losses |= self.rebuilding(batch[0])
        self.log_dict({f"train/{name}": value for name, value in losses.items()})
        return self.total(losses)

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        gradients = [weights.grad for weights in self.network.parameters() if weights.grad is not None]
        self.log("train/gradient_norm", torch.nn.utils.get_total_norm(gradients))  # before it is clipped

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        losses = self.losses(*batch)
        for name, value in losses.items():
            self.log(f"validation/{name}", value, batch_size=len(batch[0]))

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.network.decoder.parameters(), self.learning_rate)
        steps = int(self.trainer.estimated_stepping_batches)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: rate_factor(step, self.warmup, steps))
        return each_step(optimizer, schedule)


def rate_factor(step: int, warmup: int, steps: int) -> float:
    """The learning rate's factor: it rises in a line, and falls to 0 along a cosine."""
    return linear_warmup(step + 1, warmup) * (1 + math.cos(math.pi * step / steps)) / 2


class StyleGrid(PictureGrid):
    """After each validation, saves contents, styles, contents rebuilt and what styles made of them, a row each."""

    def grids(self, network: AdaIN, batch: tuple[Tensor, Tensor]) -> dict[str, list[Tensor]]:
        content, style = batch
        return {"styled": [content, style, network(content, content, 0.0), network(content, style)]}
