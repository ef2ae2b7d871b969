"""What happens beside the steps of a training: seeds that resume, and pictures of how far it has come."""

from __future__ import annotations

from pathlib import Path

import lightning as L
import torch
from torchvision.utils import save_image

from cocktailman.catalog import catalog


class SeedEachEpoch(L.Callback):
    """Seeds everything from (seed, epoch), so that a run resumed at an epoch continues exactly as if never stopped."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def on_train_epoch_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        L.seed_everything(self.seed * 100_003 + trainer.current_epoch, verbose=False)


class SampleGrid(L.Callback):
    """After each validation, saves reconstructions (photo above, reconstruction below) and samples of the 14 best-known
    drinks, a row a style from the prior, as `samples/epoch-NNN-*.png` in the run's folder."""

    drinks = (
        "Beer",
        "Bloody Mary",
        "Cosmopolitan",
        "Daiquiri",
        "Espresso Martini",
        "Gin And Tonic",
        "Manhattan",
        "Margarita",
        "Martini",
        "Mojito",
        "Old Fashioned",
        "Pina Colada",
        "Rum And Coke",
        "Screwdriver",
    )

    def __init__(self, styles: int = 4, photos: int = 14) -> None:
        self.styles, self.photos = styles, photos

    @torch.no_grad()
    def on_validation_batch_end(self, trainer: L.Trainer, pl_module: L.LightningModule, outputs, batch, batch_idx, dataloader_idx=0) -> None:
        if batch_idx or trainer.sanity_checking or not trainer.is_global_zero:
            return
        folder = Path(trainer.log_dir or ".") / "samples"
        folder.mkdir(parents=True, exist_ok=True)
        images, recipes = (part[: self.photos] for part in batch)
        rebuilt = pl_module.network(images, recipes).image
        save_image(torch.cat([images, rebuilt]), folder / f"epoch-{trainer.current_epoch:03d}-rebuilt.png", nrow=len(images))
        generator = torch.Generator().manual_seed(0)
        style = torch.randn(self.styles, pl_module.network.config.style_dim, generator=generator)
        vectors = torch.stack([torch.from_numpy(catalog().recipe_vector(catalog().cocktail(n).recipe)) for n in self.drinks])
        drawn = pl_module.network.decoder(
            style.repeat_interleave(len(vectors), 0).to(images), vectors.repeat(self.styles, 1).to(images)
        )
        save_image(drawn, folder / f"epoch-{trainer.current_epoch:03d}-samples.png", nrow=len(vectors))
