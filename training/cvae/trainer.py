"""The CVAE as it is trained: network, losses and optimiser in one Lightning module."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from cocktailman.errors import InputError
from cocktailman.losses.kl import KLDivergence
from cocktailman.losses.perceptual import PerceptualLoss
from cocktailman.losses.reconstruction import EdgeLoss, Reconstruction
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.blocks import grow
from cocktailman.models.compositing import composite, random_grounds
from cocktailman.models.cvae.network import CVAE, CVAEConfig, CVAEOutput, drawn_style
from training.datasets.batches import Batch
from training.shared.kind import KindTraining
from training.shared.readers import READ_SHARE, backbones_that_read, fit_readers, readers_on
from training.shared.validation import log_validation


class CVAETraining(KindTraining):
    """The CVAE with its losses and its optimiser.

    Args:
        style_dim: numbers in a style vector.
        size: px, the side of the pictures.
        channels: 4 of cut-outs, colour and coverage; 3 of pictures with their backgrounds.
        refined: whether the decoder works twice at most sizes (see `RecipeDecoder`).
        reconstruction: `mse` or `mae`, the pixel error.
        kl_weight: of the KL in nats, against a pixel error averaged over pixels: the beta of a beta-VAE divided by the
            number of pixel values (and by 1 / (2 sigma^2)).
        kl_warmup: steps over which the KL's weight rises from 0.
        edge_weight: of the error of neighbouring pixels' differences; 0 leaves it out.
        perceptual_weight: of the distance of EfficientNet-Lite1 features; 0 leaves it out.
        consistency_weight: of the error of the recipes that EfficientNet-Lite1 and 2 read from drinks painted in a
            style of the prior; 0 leaves it out.
        recipe_dropout: how often each ingredient is left out of a training recipe: labels are incomplete anyway, and
            the decoder learns what one ingredient more or less changes.
        learning_rate: of AdamW, at its peak; it falls to 0 along a cosine.
        grow_from: a checkpoint folder, of any size, whose weights start the layers both have.
        grown_rate: the share of the learning rate that these layers learn at.
    """

    kind = "cvae"

    def __init__(
        self,
        style_dim: int = 6,
        size: int = 128,
        channels: int = 3,
        refined: bool = False,
        reconstruction: Literal["mse", "mae"] = "mse",
        kl_weight: float = 2e-4,
        kl_warmup: int = 500,
        edge_weight: float = 0.0,
        perceptual_weight: float = 0.0,
        consistency_weight: float = 0.0,
        recipe_dropout: float = 0.1,
        learning_rate: float = 1e-3,
        grow_from: Path | None = None,
        grown_rate: float = 1.0,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["grow_from"])
        try:
            config = CVAEConfig(style_dim=style_dim, size=size, channels=channels, refined=refined)
            smaller = load_file(grow_from / "model.safetensors") if grow_from else {}
        except (ValueError, OSError, SafetensorError) as error:
            raise InputError(f"the network cannot be built: {error}") from error
        self.network = CVAE(config)
        self._new = set(grow(self.network, smaller))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.weight = {
            "reconstruction": 1.0,
            "kl": kl_weight,
            "edge": edge_weight,
            "perceptual": perceptual_weight,
            "consistency": consistency_weight,
        }
        self.kl_warmup, self.recipe_dropout = kl_warmup, recipe_dropout
        self.learning_rate, self.grown_rate = learning_rate, grown_rate
        self.reconstruction, self.kl, self.edge = Reconstruction(reconstruction), KLDivergence(), EdgeLoss()
        # In a dictionary out of Lightning's sight: frozen weights are neither averaged nor saved with ours.
        self._read_by_backbone: dict[str, Any] = {}
        if perceptual_weight or consistency_weight:
            backbones = backbones_that_read()
            self._read_by_backbone["perceptual"] = PerceptualLoss(backbones[0])
            self._read_by_backbone["consistency"] = readers_on(backbones)

    def on_fit_start(self) -> None:
        for loss in self._read_by_backbone.values():
            loss.to(self.device)
        if self.weight["consistency"]:
            fit_readers(self._read_by_backbone["consistency"], self)

    def losses(self, output: CVAEOutput, painted: Tensor, image: Tensor, recipe: Tensor) -> dict[str, Tensor]:
        """Each term, unweighted, by name; `painted` are drinks in styles of the prior, of the batch's first recipes."""
        if image.shape[1] == 4:
            ground = random_grounds(image)  # the same under all: coverage is learnt from what shows through
            output = replace(output, image=composite(output.image, ground))
            painted, image = composite(painted, ground[: len(painted)]), composite(image, ground)
        terms = {
            "reconstruction": self.reconstruction(output.image, image),
            "kl": self.kl(output.mean, output.log_variance),
            "edge": self.edge(output.image, image),
        }
        if self.weight["perceptual"]:
            terms["perceptual"] = self._read_by_backbone["perceptual"](output.image, image)
        if self.weight["consistency"]:
            terms["consistency"] = self._read_by_backbone["consistency"](painted, recipe[: len(painted)])
        return terms

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        image, recipe = batch
        kept = recipe * (torch.rand_like(recipe) >= self.recipe_dropout)
        drawn = math.ceil(len(image) * READ_SHARE) if self.weight["consistency"] else 0
        terms = self.losses(*self._paint(image, kept, recipe[:drawn]), image, recipe)
        weights = self.weight | {"kl": self.weight["kl"] * linear_warmup(self.global_step, self.kl_warmup)}
        self.log_dict({f"train/{name}": value for name, value in terms.items()}, on_step=False, on_epoch=True)
        return torch.stack([weights[name] * value for name, value in terms.items()]).sum()

    def _paint(self, image: Tensor, recipe: Tensor, drawn: Tensor) -> tuple[CVAEOutput, Tensor]:
        """The images rebuilt, and the recipes `drawn` painted in styles of the prior, in one pass of the decoder.

        Two passes would each be normalised by statistics of their own, and those that batch normalisation keeps for
        later would fit neither.
        """
        mean, log_variance = self.network.encoder(image)
        style = drawn_style(mean, log_variance)  # (n, style_dim)
        styles = torch.cat([style, torch.randn_like(style[: len(drawn)])])
        images = self.network.decoder(styles, torch.cat([recipe, drawn]))
        rebuilt, painted = images[: len(image)], images[len(image) :]
        return CVAEOutput(rebuilt, mean, log_variance, style), painted

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        log_validation(self, self.network, batch)

    def configure_optimizers(self):
        new = [weights for name, weights in self.network.named_parameters() if name in self._new]
        grown = [weights for name, weights in self.network.named_parameters() if name not in self._new]
        rates = [{"params": new}, {"params": grown, "lr": self.learning_rate * self.grown_rate}]
        optimizer = torch.optim.AdamW(rates, self.learning_rate, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
