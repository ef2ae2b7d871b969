"""How far the styles that an encoder uses are from those that samples are drawn from."""

import numpy as np

from cocktailman.evaluation.metrics import Estimate, resampled


def posterior_from_prior(mean: np.ndarray, std: np.ndarray) -> Estimate:
    """KL divergence in nats of the aggregate posterior from the prior N(0, I); both arguments (n, style_dim).

    The aggregate posterior, the mixture of the pictures' posteriors N(mean, std^2) (Hoffman & Johnson, ELBO surgery,
    2016), is taken as a Gaussian of its own mean m and covariance S: (tr S + m'm - style_dim - ln det S) / 2. What is
    not Gaussian in it is not counted.
    """

    def divergence(rows: np.ndarray) -> float:
        centre = mean[rows].mean(0, dtype=np.float64)
        spread = np.cov(mean[rows].T, ddof=0) + np.diag((std[rows] ** 2).mean(0))  # (style_dim, style_dim)
        return float(np.trace(spread) + centre @ centre - len(centre) - np.linalg.slogdet(spread)[1]) / 2

    return resampled(divergence, len(mean))
