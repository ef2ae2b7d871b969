"""What is logged of an autoencoder on pictures it does not learn from, whatever else it learns by."""

from __future__ import annotations

import lightning as L
from torch.nn import functional as F

from cocktailman.losses.kl import KLDivergence
from cocktailman.models.compositing import composite
from cocktailman.models.cvae.network import CVAE
from training.datasets.batches import Batch


def log_validation(training: L.LightningModule, network: CVAE, batch: Batch) -> None:
    """Logs the squared error of a batch rebuilt from the means of its styles, and the KL in nats."""
    image, recipe = batch
    mean, log_variance = network.encode(image, recipe)
    rebuilt = network.decoder(mean, recipe)
    training.log(
        "validation/mse",
        F.mse_loss(composite(rebuilt), composite(image)),
        prog_bar=True,
        batch_size=len(image),
    )
    nats = KLDivergence.per_dimension(mean, log_variance)
    training.log("validation/kl", nats.sum(), prog_bar=True, batch_size=len(image))
    training.log("validation/kl_min_dimension", nats.min(), batch_size=len(image))  # near 0: that one has collapsed
