"""How far a set of drawn pictures is from a set of real ones, by their features: kernel and Fréchet distance."""

import numpy as np
import torch
from torchmetrics.image.kid import poly_mmd

from cocktailman.evaluation.metrics import Estimate, bias_corrected


def kernel_distance(real: np.ndarray, drawn: np.ndarray, subsets: int = 100, seed: int = 0) -> Estimate:
    """Kernel distance between two sets of features, (n, d) and (m, d): KID where the features are Inception's.

    Binkowski et al., arXiv 1801.01401: the unbiased squared MMD with the kernel (x.y / d + 1)^3, averaged over random
    subsets of half the smaller set; the interval spans 95 % of the subsets.
    """
    rng = np.random.default_rng(seed)
    size = min(len(real), len(drawn)) // 2

    def subset(features: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(features[rng.choice(len(features), size, replace=False)]).double()

    distances = [float(poly_mmd(subset(real), subset(drawn))) for _ in range(subsets)]
    low, high = np.percentile(distances, [2.5, 97.5])
    return Estimate(float(np.mean(distances)), float(low), float(high), min(len(real), len(drawn)))


def frechet_distance(real: np.ndarray, drawn: np.ndarray, resamples: int = 50, seed: int = 0) -> Estimate:
    """Squared Fréchet distance between Gaussians fitted to features, (n, d) and (m, d): FID where they are Inception's.

    Heusel et al., arXiv 1706.08500, eq. 6. Few pictures make it greater: compare only what was measured on equally
    many.
    """
    rng = np.random.default_rng(seed)

    def resample(features: np.ndarray) -> np.ndarray:
        return features[rng.integers(len(features), size=len(features))]

    others = [_frechet(resample(real), resample(drawn)) for _ in range(resamples)]
    return bias_corrected(_frechet(real, drawn), others, min(len(real), len(drawn)))


def _frechet(real: np.ndarray, drawn: np.ndarray) -> float:
    """|a - b|^2 + tr(A + B - 2 (A B)^(1/2)) of means a, b and covariances A, B.

    With A = X'X and B = Y'Y, the last trace is the sum of the singular values of XY': no (d, d) matrix is needed, whose
    root would be slow and, with fewer pictures than features, inexact.
    """
    between = ((real.mean(0, dtype=np.float64) - drawn.mean(0, dtype=np.float64)) ** 2).sum()
    x, y = _rooted(real), _rooted(drawn)  # (n, d), (m, d)
    return float(between + (x**2).sum() + (y**2).sum() - 2 * np.linalg.norm(x @ y.T, "nuc"))


def _rooted(features: np.ndarray) -> np.ndarray:
    """X, (n, d), such that X'X is the covariance of the features."""
    return (features - features.mean(0, dtype=np.float64)) / np.sqrt(len(features) - 1)
