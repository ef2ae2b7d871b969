"""Gaussians in the space of styles (or of features): their moments, KL divergence and 2-Wasserstein distance.

This is the one place for all of these in numpy; `cocktailman.losses.kl` has the same KL for networks to learn by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cocktailman.errors import InputError
from cocktailman.latent.normality import as_vectors

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Gaussian:
    """mean: (d,); covariance: (d, d), which may be singular."""

    mean: Array
    covariance: Array

    @classmethod
    def prior(cls, style_dim: int) -> Gaussian:
        """N(0, I), where styles are drawn from."""
        return cls(np.zeros(style_dim), np.eye(style_dim))


def fit_gaussian(styles: npt.ArrayLike) -> Gaussian:
    """Mean and unbiased covariance of styles (n, d); `InputError` for fewer than two, or what is not finite."""
    x = as_vectors(styles)
    if len(x) < 2:
        raise InputError(f"{len(x)} style vectors have no covariance: give at least 2")
    return Gaussian(x.mean(0), np.atleast_2d(np.cov(x.T)))


def aggregate_posterior(means: npt.ArrayLike, stds: npt.ArrayLike) -> Gaussian:
    """Moments of the aggregate posterior, the mixture of n diagonal Gaussians whose means and deviations are (n, d).

    Hoffman & Johnson, ELBO surgery, 2016. The covariance is the mean of the variances plus the covariance of the means.
    What is not Gaussian in it is not counted. Raises `InputError` where means and deviations differ in shape, are not
    finite, or a deviation is below 0.
    """
    mu, sigma = _posteriors(means, stds)
    centred = mu - mu.mean(0)
    return Gaussian(mu.mean(0), np.diag((sigma**2).mean(0)) + centred.T @ centred / len(mu))


def kl_per_dimension(means: npt.ArrayLike, stds: npt.ArrayLike) -> Array:
    """KL divergence of diagonal Gaussian posteriors from N(0, I), averaged over n, in nats for each dimension, (d,).

    means, stds: (n, d). Kingma & Welling, arXiv 1312.6114, appendix B; near zero where the posterior has collapsed onto
    the prior. Raises `InputError` as `aggregate_posterior` does, and where a deviation is 0.
    """
    mu, sigma = _posteriors(means, stds)
    if not (sigma > 0).all():
        raise InputError("each style needs deviations above 0: a point is infinitely far from the prior")
    return (mu**2 + sigma**2 - 1 - 2 * np.log(sigma)).mean(0) / 2


def kl_from_prior(gaussian: Gaussian) -> float:
    """KL divergence of a Gaussian from N(0, I) in nats: (tr S + m'm - d - ln det S) / 2, with mean m, covariance S."""
    mean, covariance = gaussian.mean, gaussian.covariance
    return float(np.trace(covariance) + mean @ mean - len(mean) - np.linalg.slogdet(covariance)[1]) / 2


def squared_wasserstein(mean: Array, root: Array, other_mean: Array, other_root: Array) -> Array:
    """Squared 2-Wasserstein distance of Gaussians, which is also called their squared Fréchet distance.

    |m - m'|^2 + tr(S + S' - 2 (S S')^1/2) (Dowson & Landau, J. Multivariate Anal. 12, 1982). Covariances are given by
    roots R, (k, d), with R'R = S, for any k: with S' = Q'Q the last trace is the sum of the singular values of RQ', so
    that no (d, d) matrix is needed, whose root would be slow and, with fewer vectors than dimensions, inexact. Leading
    axes are broadcast.
    """
    common = np.linalg.norm(root @ other_root.swapaxes(-1, -2), "nuc", axis=(-2, -1))
    traces = (root**2).sum((-2, -1)) + (other_root**2).sum((-2, -1))
    return np.clip(((mean - other_mean) ** 2).sum(-1) + traces - 2 * common, 0, None)


def wasserstein(a: Gaussian, b: Gaussian) -> float:
    """The 2-Wasserstein distance of two Gaussians, in units of the style."""
    return float(wasserstein_matrix([a, b])[0, 1])


def wasserstein_matrix(gaussians: Sequence[Gaussian]) -> Array:
    """2-Wasserstein distances between g Gaussians, (g, g), symmetric, in units of the style."""
    means = np.stack([gaussian.mean for gaussian in gaussians])  # (g, d)
    values, vectors = np.linalg.eigh(np.stack([gaussian.covariance for gaussian in gaussians]))
    values = np.clip(values, 0, None)  # rounding makes small ones negative
    roots = np.sqrt(values)[..., None] * vectors.swapaxes(-1, -2)  # (g, d, d)
    pairs = zip(means, roots, strict=True)
    squares = np.stack([squared_wasserstein(mean, root, means, roots) for mean, root in pairs])
    squares = (squares + squares.T) / 2  # symmetric to the last bit
    np.fill_diagonal(squares, 0)
    return np.sqrt(squares)


def _posteriors(means: npt.ArrayLike, stds: npt.ArrayLike) -> tuple[Array, Array]:
    mu, sigma = as_vectors(means), as_vectors(stds)
    if mu.shape != sigma.shape or not len(mu) or not (sigma >= 0).all():
        raise InputError("each style needs as many deviations, none below 0, as it has means")
    return mu, sigma
