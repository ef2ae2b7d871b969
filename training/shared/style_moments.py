"""Where the styles of a training's pictures lie, and how far apart."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from cocktailman.datasets import Pictures
from cocktailman.latent.gaussians import aggregate_posterior
from cocktailman.models.cvae.network import CVAE
from training.datasets.batches import PictureDataset


@torch.inference_mode()
def style_moments(network: CVAE, pictures: Pictures) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation, (style_dim,) each, of the aggregate posterior of all pictures."""
    batches = DataLoader(PictureDataset(pictures, network.config.size, augment=False), 64)
    parts = [network.encode(images, recipes) for images, recipes in batches]
    mean, log_variance = (torch.cat(part) for part in zip(*parts, strict=True))  # (n, style_dim) each
    found = aggregate_posterior(mean.numpy(), (log_variance / 2).exp().numpy())
    return torch.from_numpy(found.mean).float(), torch.from_numpy(found.covariance.diagonal() ** 0.5).float()
