"""Factors that are known of training pictures, read into numbers of the style."""

from torch import Tensor, nn
from torch.nn import functional as F


class FactorSupervision(nn.Module):
    """The supervised regulariser of Locatello et al., *Disentangling Factors of Variation Using Few Labels* (arXiv
    1905.01258, section 2), in squared error: the first of a style's numbers are to be what is known of k factors.
    """

    def forward(self, mean: Tensor, scores: Tensor) -> Tensor:
        """The mean squared difference, (), between the first k numbers of mean styles (n, style_dim) and the scores
        (n, k) of the factors."""
        return F.mse_loss(mean[:, : scores.shape[1]], scores)
