"""How far styles are from the prior, in nats."""

from __future__ import annotations

from torch import Tensor, nn


class KLDivergence(nn.Module):
    """KL of N(mean, exp(log_variance)) from N(0, I) in nats, summed over dimensions (arXiv 1312.6114, appendix B)."""

    def forward(self, mean: Tensor, log_variance: Tensor) -> Tensor:
        return self.per_dimension(mean, log_variance).sum()  # ()

    @staticmethod
    def per_dimension(mean: Tensor, log_variance: Tensor) -> Tensor:
        """Nats a dimension, (style_dim,): near zero where the posterior has collapsed onto the prior."""
        return (mean.square() + log_variance.exp() - log_variance - 1).mean(0) / 2
