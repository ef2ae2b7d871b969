"""How an encoder uses its style."""

from __future__ import annotations

import torch

from cocktailman.inference.generator import Posterior
from cocktailman.losses.kl import KLDivergence


def posterior_facts(posterior: Posterior) -> dict[str, list[float]]:
    """Of each dimension: KL from the prior in nats, and mean and standard deviation of the pictures' styles."""
    nats = KLDivergence.per_dimension(torch.from_numpy(posterior.mean), torch.from_numpy(posterior.std).log() * 2)
    return {
        "kl_nats_a_dimension": nats.tolist(),
        "style_mean": posterior.mean.mean(0).tolist(),
        "style_std": posterior.mean.std(0).tolist(),
    }
