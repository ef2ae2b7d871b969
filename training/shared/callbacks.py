"""What happens beside the steps of a training: seeds that resume, and pictures of how far it has come."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import lightning as L
import numpy as np
import torch
from torch import Tensor
from torchvision.utils import save_image

from cocktailman.catalog import catalog
from cocktailman.drinks import DRINKS
from cocktailman.files import written
from cocktailman.models.compositing import composite
from cocktailman.models.cvae.network import CVAE
from training.datasets.batches import Batch

STEP_SECONDS = "train/seconds_step"  # in the log of a run


class SeedEachEpoch(L.Callback):
    """Seeds everything from (seed, epoch), so that a run resumed at an epoch continues exactly as if never stopped."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def on_train_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        L.seed_everything(self.seed * 100_003 + trainer.current_epoch, verbose=False)


class StepSeconds(L.Callback):
    """Logs how long a training step took, in the mean of each epoch; fetching pictures and validation do not count."""

    def on_train_batch_start(self, trainer: L.Trainer, pl_module: L.LightningModule, batch, batch_idx) -> None:
        self._begun = time.perf_counter()

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: L.LightningModule, outputs, batch, batch_idx) -> None:
        pl_module.log(STEP_SECONDS, time.perf_counter() - self._begun, on_step=False, on_epoch=True)


class PictureGrid(L.Callback):
    """After each validation, saves pictures of its first batch as `samples/epoch-NNN-NAME.png` in the run's folder."""

    def grids(self, network: Any, batch: Any) -> dict[str, list[Tensor]]:
        """By name, the rows of each grid: images (columns, channels, size, size), in [0, 1]."""
        raise NotImplementedError

    @torch.no_grad()
    def on_validation_batch_end(
        self, trainer: L.Trainer, pl_module: L.LightningModule, outputs, batch, batch_idx, dataloader_idx=0
    ) -> None:
        if batch_idx or trainer.sanity_checking or not trainer.is_global_zero:
            return
        folder = Path(trainer.log_dir or ".") / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.grids(pl_module.network, batch).items():
            images = composite(torch.cat(rows).float()).clamp(0, 1).cpu()
            with written(folder / f"epoch-{trainer.current_epoch:03d}-{name}.png") as unfinished:
                save_image(images, unfinished, nrow=len(rows[0]))


class SampleGrid(PictureGrid):
    """After each validation, saves reconstructions (photos, and below them what became of them) and samples of the 14
    best-known drinks, a row a style from the prior."""

    def __init__(self, styles: int = 4, photos: int = 14) -> None:
        self.styles, self.photos = styles, photos

    def grids(self, network: CVAE, batch: Batch) -> dict[str, list[Tensor]]:
        images, recipes = (part[: self.photos] for part in batch)
        generator = torch.Generator().manual_seed(0)
        styles = torch.randn(self.styles, network.config.style_dim, generator=generator).to(images)
        vectors = [catalog().recipe_vector(catalog().cocktail(drink).recipe) for drink in DRINKS]
        drinks = torch.from_numpy(np.stack(vectors)).to(images)  # (14, n_ingredients)
        return {
            "rebuilt": [images, network(images, recipes).image],
            "samples": [network.decoder(style.expand(len(drinks), -1), drinks) for style in styles],
        }
