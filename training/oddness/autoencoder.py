"""The autoencoder of drinks as it is trained: photos and renders of drinks, nothing else."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from cocktailman.models.autoencoder.network import AutoencoderConfig, DrinkAutoencoder, reconstruction_loss
from cocktailman.renders import RENDERS
from training.datasets.batches import PictureData
from training.datasets.pictures import read_pictures
from training.shared.kind import KindTraining
from training.shared.optimizers import annealed


class DrinkPictures(PictureData):
    """Photos of drinks and, beside them, renders.

    Args:
        packed: photos, as `python -m training pack --whole` wrote them.
        renders: the folder of the renders.
        size: px, the side the network works at.
        batch_size: pictures a step.
    """

    def __init__(self, packed: Path, renders: Path = RENDERS, size: int = 64, batch_size: int = 64) -> None:
        super().__init__(packed, size, batch_size, class_balance_exponent=0.0)
        self.pictures = self.pictures.joined(read_pictures(renders, size))


class AutoencoderTraining(KindTraining):
    """The autoencoder with its loss and its optimiser.

    Args:
        size: px, the side of what it sees.
        width: channels of the finest map.
        code: numbers that a picture is squeezed into.
        learning_rate: of Adam, at its peak; it falls to 0 along a cosine.
    """

    kind = "autoencoder"

    def __init__(self, size: int = 64, width: int = 16, code: int = 48, learning_rate: float = 2e-3) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.rate = learning_rate
        self.network = DrinkAutoencoder(AutoencoderConfig(size, width, code))

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        image, _ = batch
        loss = reconstruction_loss(self.network(image), image)
        self.log("train/mse", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        image, _ = batch
        self.log(
            "validation/mse", reconstruction_loss(self.network(image), image), prog_bar=True, batch_size=len(image)
        )

    def configure_optimizers(self):
        return annealed(self, torch.optim.Adam(self.network.parameters(), self.rate))
