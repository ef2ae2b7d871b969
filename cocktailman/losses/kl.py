"""How far styles are from the prior, in nats."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class KLDivergence(nn.Module):
    """KL of N(mean, exp(log_variance)) from N(0, I) in nats, summed over dimensions (arXiv 1312.6114, appendix B)."""

    def forward(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        return self.per_dimension(mean, log_variance).sum()  # ()

    @staticmethod
    def per_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
        """Nats a dimension, (style_dim,): near zero where the posterior has collapsed onto the prior."""
        return (mean.square() + log_variance.exp() - log_variance - 1).mean(0) / 2


class AggregateKL(nn.Module):
    """KL in nats of the aggregate posterior from N(0, I), both as Gaussians: (tr S + m'm - style_dim - ln det S) / 2
    with mean m and covariance S of the styles of a batch (what is left of the KL when styles tell photos apart:
    Hoffman & Johnson, ELBO surgery, 2016). It keeps photos where samples are drawn, and lets them lie apart there."""

    def forward(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        """Both (n, style_dim), n at least 2."""
        centre = mean.mean(0)
        with torch.autocast(mean.device.type, enabled=False):  # in half precision S may have no logarithm
            spread = torch.cov(mean.T, correction=0) + torch.diag(log_variance.exp().mean(0))  # (style_dim, style_dim)
            return (spread.trace() + centre.square().sum() - len(centre) - torch.logdet(spread)) / 2  # ()
