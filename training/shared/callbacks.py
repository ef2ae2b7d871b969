"""What happens beside the steps of a training: seeds that resume, and pictures of how far it has come."""

from __future__ import annotations

import time
from pathlib import Path

import lightning as L
import numpy as np
import torch
from torchvision.utils import save_image

from cocktailman.catalog import catalog
from cocktailman.drinks import DRINKS
from cocktailman.files import written
from cocktailman.models.compositing import composite
from cocktailman.models.cvae.network import CVAE

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


class SampleGrid(L.Callback):
    """After each validation, saves reconstructions (photo above, reconstruction below) and samples of the 14 best-known
    drinks, a row a style from the prior, as `samples/epoch-NNN-*.png` in the run's folder."""

    def __init__(self, styles: int = 4, photos: int = 14) -> None:
        self.styles, self.photos = styles, photos

    @torch.no_grad()
    def on_validation_batch_end(
        self, trainer: L.Trainer, pl_module: L.LightningModule, outputs, batch, batch_idx, dataloader_idx=0
    ) -> None:
        if batch_idx or trainer.sanity_checking or not trainer.is_global_zero:
            return
        folder = Path(trainer.log_dir or ".") / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        network: CVAE = pl_module.network  # type: ignore[assignment]
        images, recipes = (part[: self.photos] for part in batch)
        rebuilt = network(images, recipes).image
        name = f"epoch-{trainer.current_epoch:03d}"
        with written(folder / f"{name}-rebuilt.png") as unfinished:
            save_image(composite(torch.cat([images, rebuilt])), unfinished, nrow=len(images))
        generator = torch.Generator().manual_seed(0)
        styles = torch.randn(self.styles, network.config.style_dim, generator=generator).to(images)
        vectors = [catalog().recipe_vector(catalog().cocktail(drink).recipe) for drink in DRINKS]
        recipes = torch.from_numpy(np.stack(vectors)).to(images)  # (14, n_ingredients)
        drawn = network.decoder(styles.repeat_interleave(len(recipes), 0), recipes.repeat(self.styles, 1))
        with written(folder / f"{name}-samples.png") as unfinished:
            save_image(composite(drawn), unfinished, nrow=len(recipes))
