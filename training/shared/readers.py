"""Readers of recipes on frozen backbones, fitted on the training photos when a run starts."""

from __future__ import annotations

from typing import Any

import torch

from cocktailman.catalog import catalog
from cocktailman.losses.recipe import RecipeConsistency
from cocktailman.models.backbones import LiteBackbone

READERS = (1, 2)  # of EfficientNet-Lite; never 0: that one is the judge's
READ_SHARE = 0.5  # of a batch: reading a drink costs more than painting it


def backbones_that_read() -> list[LiteBackbone]:
    return [LiteBackbone(variant) for variant in READERS]


def readers_on(backbones: list[LiteBackbone]) -> RecipeConsistency:
    return RecipeConsistency(backbones, len(catalog().ingredients))


def fit_readers(consistency: RecipeConsistency, module: Any) -> None:
    """Fits the readers on the photos that the LightningModule `module` is about to be trained on."""
    seen = module.trainer.datamodule.plain_dataloader()
    batches = ((image.to(module.device), recipe.to(module.device)) for image, recipe in seen)
    with torch.no_grad(), module.trainer.precision_plugin.forward_context():
        errors = consistency.fit(batches)
    for backbone, (misread, misnamed) in zip(READERS, errors, strict=True):
        module.print(f"Lite{backbone}: {misread:.2f} nats on ingredients, {misnamed:.2f} on names, of photos")
