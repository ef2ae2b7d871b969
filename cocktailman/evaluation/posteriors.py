"""How an encoder uses its styles: KL divergence of the posteriors, one by one and all together, from the prior."""

from __future__ import annotations

import numpy as np

from cocktailman.evaluation.metrics import Estimate, resampled
from cocktailman.inference.generator import Posterior
from cocktailman.latent.gaussians import aggregate_posterior, kl_from_prior, kl_per_dimension


def aggregate_kl(posterior: Posterior) -> Estimate:
    """KL divergence in nats of the aggregate posterior, taken as a Gaussian, from the prior N(0, I)."""

    def divergence(rows: np.ndarray) -> float:
        return kl_from_prior(aggregate_posterior(posterior.mean[rows], posterior.std[rows]))

    return resampled(divergence, len(posterior.mean))


def posterior_facts(posterior: Posterior) -> dict[str, list[float]]:
    """Of each dimension: KL from the prior in nats, and mean and standard deviation of the posterior means."""
    return {
        "kl_nats_a_dimension": kl_per_dimension(posterior.mean, posterior.std).tolist(),
        "style_mean": posterior.mean.mean(0).tolist(),
        "style_std": posterior.mean.std(0).tolist(),
    }
