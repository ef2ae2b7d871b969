"""The CVAE as it is trained: network, losses and optimiser in one Lightning module."""

from __future__ import annotations

from pathlib import Path

import lightning as L
import torch
from safetensors.torch import load_file
from torch import Tensor

from cocktailman.networks.backbones import LiteBackbone
from cocktailman.networks.blocks import grow
from cocktailman.networks.cvae import CVAE, CVAEConfig, CVAEOutput
from cocktailman.networks.losses import EdgeLoss, KLDivergence, PerceptualLoss, Reconstruction, linear_warmup
from training.data import Batch


class CVAETraining(L.LightningModule):
    """The CVAE with its losses and its optimiser.

    Args:
        style_dim: numbers in a style vector.
        size: px, the side of the pictures.
        reconstruction: `mse` or `mae`, the pixel error.
        kl_weight: of the KL in nats, against a pixel error averaged over pixels: the beta of a beta-VAE divided by the
            number of pixel values (and by 1 / (2 sigma^2)).
        kl_warmup: steps over which the KL's weight rises from 0.
        edge_weight: of the error of neighbouring pixels' differences; 0 leaves it out.
        perceptual_weight: of the distance of EfficientNet-Lite1 features; 0 leaves it out.
        recipe_dropout: how often each ingredient is left out of a training recipe: labels are incomplete anyway, and
            the decoder learns what one ingredient more or less changes.
        learning_rate: of Adam, at its peak; it falls to 0 along a cosine.
        grow_from: a checkpoint folder of another size, whose weights start the layers both have.
    """

    def __init__(
        self,
        style_dim: int = 6,
        size: int = 128,
        reconstruction: str = "mse",
        kl_weight: float = 2e-4,
        kl_warmup: int = 500,
        edge_weight: float = 0.0,
        perceptual_weight: float = 0.0,
        recipe_dropout: float = 0.1,
        learning_rate: float = 1e-3,
        grow_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["grow_from"])
        self.network = CVAE(CVAEConfig(style_dim=style_dim, size=size))
        if grow_from:
            grow(self.network, load_file(grow_from / "model.safetensors"))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.reconstruction, self.kl, self.edge = Reconstruction(reconstruction), KLDivergence(), EdgeLoss()
        # In a tuple, so that its weights are neither averaged nor saved with ours.
        self._perceptual = (PerceptualLoss(LiteBackbone(1)),) if perceptual_weight else ()

    def on_fit_start(self) -> None:
        for loss in self._perceptual:
            loss.to(self.device)

    def losses(self, output: CVAEOutput, image: Tensor) -> dict[str, Tensor]:
        """Each term, unweighted, by name."""
        terms = {
            "reconstruction": self.reconstruction(output.image, image),
            "kl": self.kl(output.mean, output.log_variance),
            "edge": self.edge(output.image, image),
        }
        if self._perceptual:
            terms["perceptual"] = self._perceptual[0](output.image, image)
        return terms

    def weights(self) -> dict[str, float]:
        """Each term's weight at this step."""
        return {
            "reconstruction": 1.0,
            "kl": self.hparams.kl_weight * linear_warmup(self.global_step, self.hparams.kl_warmup),
            "edge": self.hparams.edge_weight,
            "perceptual": self.hparams.perceptual_weight,
        }

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        image, recipe = batch
        kept = recipe * (torch.rand_like(recipe) >= self.hparams.recipe_dropout)
        terms = self.losses(self.network(image, kept), image)
        weights = self.weights()
        self.log_dict({f"train/{name}": value for name, value in terms.items()}, on_step=False, on_epoch=True)
        return torch.stack([weights[name] * value for name, value in terms.items()]).sum()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        image, recipe = batch
        mean, log_variance = self.network.encoder(image)
        rebuilt = self.network.decoder(mean, recipe)
        error = Reconstruction("mse")(rebuilt, image)
        self.log("validation/mse", error, prog_bar=True, batch_size=len(image))
        nats = KLDivergence.per_dimension(mean, log_variance)
        self.log("validation/kl", nats.sum(), prog_bar=True, batch_size=len(image))
        self.log("validation/kl_least", nats.min(), batch_size=len(image))  # near 0: that dimension has collapsed

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.network.parameters(), self.hparams.learning_rate, weight_decay=1e-4)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, int(self.trainer.estimated_stepping_batches))
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
