"""Where the styles of a training's pictures lie, and how to lay them under the prior."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.linear_model import Ridge
from torch import Tensor
from torch.utils.data import DataLoader

from cocktailman.datasets import Pictures, recipe_matrix
from cocktailman.latent.gaussians import aggregate_posterior
from cocktailman.models.cvae.network import CVAE
from training.datasets.batches import PictureDataset

RIDGE = 3.0  # the penalty of the regression: an ingredient of three pictures gets half of what they say


def whiten(network: CVAE, pictures: Pictures) -> None:
    """Takes what is typical of recipes off the styles of a network in evaluation mode and whitens these: those of
    `pictures` then have the mean and the covariance of the prior (see `CVAE.centre_style` and `transform_style`)."""
    network.centre_style(typical_styles(network, pictures))
    mean, covariance, variance = style_moments(network, pictures)
    values, vectors = torch.linalg.eigh(covariance)
    network.transform_style(mean, vectors @ torch.diag(values.rsqrt()) @ vectors.T, variance)  # nearest to no change


def style_moments(network: CVAE, pictures: Pictures) -> tuple[Tensor, Tensor, Tensor]:
    """Mean (style_dim,) and covariance (style_dim, style_dim) of the aggregate posterior of all pictures, and the mean
    variance (style_dim,) of their posteriors."""
    mean, deviation = _posteriors(network, pictures)
    found = aggregate_posterior(mean, deviation)
    of_one = (deviation**2).mean(0)
    return tuple(torch.from_numpy(part).float() for part in (found.mean, found.covariance, of_one))  # type: ignore[return-value]


def typical_styles(network: CVAE, pictures: Pictures) -> Tensor:
    """How far each ingredient moves the mean style, (style_dim, recipe_dim): a ridge regression on all pictures."""
    mean, _ = _posteriors(network, pictures)
    found = Ridge(RIDGE).fit(recipe_matrix(pictures), mean)
    return torch.from_numpy(found.coef_).float()


@torch.no_grad()
def _posteriors(network: CVAE, pictures: Pictures) -> tuple[np.ndarray, np.ndarray]:
    """Means and standard deviations, (n, style_dim) each."""
    batches = DataLoader(PictureDataset(pictures, network.config.size, augment=False), 64)
    parts = [network.encode(images, recipes) for images, recipes in batches]
    mean, log_variance = (torch.cat(part) for part in zip(*parts, strict=True))  # (n, style_dim) each
    return mean.numpy(), (log_variance / 2).exp().numpy()
