"""The CVAE as it is trained: network, losses and optimiser in one Lightning module."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.losses.factors import FactorSupervision
from cocktailman.losses.kl import KLDivergence
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.compositing import composite, random_grounds
from cocktailman.models.cvae.network import CVAE, CVAEConfig, CVAEOutput
from training.datasets.batches import Batch
from training.shared.kind import KindTraining, configured
from training.shared.runs import NETWORK, part_of, start_with, weights_to_start_from
from training.shared.validation import log_validation


class CVAETraining(KindTraining):
    """Conditional VAE: squared error and KL (Kingma & Welling, arXiv 1312.6114, eq. 10).

    Args:
        style_dim: numbers in a style vector.
        size: px, the side of the pictures.
        base_size: px that it grows from, the size of what it starts from (see `RecipeDecoder`).
        channels: 4 of cut-outs, colour and coverage; 3 of pictures with their backgrounds.
        kl_weight: of the KL in nats, against a squared error averaged over pixels: the beta of a beta-VAE divided by
            the number of pixel values (and by 1 / (2 sigma^2)).
        kl_warmup: steps over which the KL's weight rises from 0.
        recipe_dropout: how often each ingredient is left out of a training recipe: labels are incomplete anyway, and
            the decoder learns what one ingredient more or less changes.
        factor_weight: of the factors that a batch tells, each of which the encoder is to read into a number of the
            style, the first into the first (see `FactorSupervision`).
        learning_rate: of AdamW, at its peak; it falls to 0 along a cosine.
        start_from: folder of a run or a checkpoint, of any size, whose weights start the layers both have.
    """

    kind = "cvae"

    def __init__(
        self,
        style_dim: int = 6,
        size: int = 64,
        base_size: int | None = None,
        channels: int = 4,
        kl_weight: float = 1e-4,
        kl_warmup: int = 300,
        recipe_dropout: float = 0.1,
        factor_weight: float = 0.0,
        learning_rate: float = 1.5e-3,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.network = CVAE(
            configured(CVAEConfig, style_dim=style_dim, size=size, channels=channels, base_size=base_size)
        )
        if start_from:
            start_with(self.network, part_of(weights_to_start_from(start_from), NETWORK))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.kl_weight, self.kl_warmup = kl_weight, kl_warmup
        self.recipe_dropout, self.learning_rate = recipe_dropout, learning_rate
        self.kl, self.supervision, self.factor_weight = KLDivergence(), FactorSupervision(), factor_weight

    def losses(self, output: CVAEOutput, image: Tensor, scores: Tensor | None = None) -> dict[str, Tensor]:
        """Each term, unweighted, by name; `scores` are those of the factors that are known."""
        ground = random_grounds(image)  # the same under both: coverage is learnt from what shows through
        terms = {
            "reconstruction": F.mse_loss(composite(output.image, ground), composite(image, ground)),
            "kl": self.kl(output.mean, output.log_variance),
        }
        return terms if scores is None else terms | {"factors": self.supervision(output.mean, scores)}

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        image, recipe, *known = batch
        kept = recipe * (torch.rand_like(recipe) >= self.recipe_dropout)
        losses = self.losses(self.network(image, kept), image, *known)
        self.log_dict({f"train/{name}": value for name, value in losses.items()}, on_step=False, on_epoch=True)
        warm = linear_warmup(self.global_step, self.kl_warmup)
        supervised = self.factor_weight * losses.get("factors", 0.0)
        return losses["reconstruction"] + warm * self.kl_weight * losses["kl"] + supervised

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        log_validation(self, self.network, batch)

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.network.parameters(), self.learning_rate, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
