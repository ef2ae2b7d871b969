"""How far groups of styles are from the prior and from each other, each group taken as a Gaussian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from cocktailman.errors import InputError
from cocktailman.latent.normality import as_vectors

Array = npt.NDArray[np.float64]

ACTIVE = 0.01  # variance of a posterior mean over the data, above which Burda et al. call the unit active


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
    """Mean and covariance of the mixture of n diagonal posteriors, whose means and deviations are each (n, d).

    The covariance is the mean of the variances plus the covariance of the means. Raises `InputError` as
    `prior_divergence` does.
    """
    mu, sigma = _posteriors(means, stds)
    centred = mu - mu.mean(0)
    return Gaussian(mu.mean(0), np.diag((sigma**2).mean(0)) + centred.T @ centred / len(mu))


def prior_divergence(means: npt.ArrayLike, stds: npt.ArrayLike) -> Array:
    """KL divergence of diagonal Gaussian posteriors from N(0, I), averaged over n, in nats for each number, (d,).

    means, stds: (n, d). Kingma & Welling, arXiv 1312.6114, appendix B. Raises `InputError` where they differ in shape,
    are not finite, or a deviation is not above 0.
    """
    mu, sigma = _posteriors(means, stds)
    return (mu**2 + sigma**2 - 1 - 2 * np.log(sigma)).mean(0) / 2


def active_units(means: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which numbers of a style tell pictures apart, (d,): Burda, Grosse & Salakhutdinov, arXiv 1509.00519.

    means: posterior means (n, d). Raises `InputError` where there are none, or one is not finite.
    """
    mu = as_vectors(means)
    if not len(mu):
        raise InputError("no style vectors: give at least one")
    return mu.var(0) > ACTIVE


def wasserstein(a: Gaussian, b: Gaussian) -> float:
    """The 2-Wasserstein distance of two Gaussians, in units of the style; see `distance_matrix`."""
    return float(distance_matrix([a, b])[0, 1])


def distance_matrix(gaussians: Sequence[Gaussian]) -> Array:
    """2-Wasserstein distances between g Gaussians, (g, g), symmetric, in units of the style.

    Dowson & Landau, J. Multivariate Anal. 12, 1982; Givens & Shortt, Michigan Math. J. 31, 1984: the square is
    |m1 - m2|^2 + tr(S1 + S2 - 2 (S2^1/2 S1 S2^1/2)^1/2), where the last trace is the nuclear norm of S1^1/2 S2^1/2.
    """
    means = np.stack([gaussian.mean for gaussian in gaussians])  # (g, d)
    values, vectors = np.linalg.eigh(np.stack([gaussian.covariance for gaussian in gaussians]))
    values = np.clip(values, 0, None)  # rounding makes small ones negative
    roots = (vectors * np.sqrt(values)[:, None]) @ vectors.swapaxes(1, 2)  # (g, d, d)
    common = np.stack([np.linalg.norm(root @ roots, "nuc", axis=(1, 2)) for root in roots])  # (g, g)
    moved = np.stack([((mean - means) ** 2).sum(1) for mean in means])
    traces = values.sum(1)
    squares = moved + np.add.outer(traces, traces) - (common + common.T)  # symmetric to the last bit
    np.fill_diagonal(squares, 0)
    return np.sqrt(np.clip(squares, 0, None))


def chance_distance(count: int, style_dim: int) -> float:
    """How far from the prior, in 2-Wasserstein distance, `count` draws of the prior itself are taken to be.

    The root of the expected square: d / n for the mean and, to first order, d (d + 1) / 4n for the covariance.
    """
    return float(np.sqrt(style_dim * (style_dim + 5) / (4 * count)))


def linkage_order(distances: npt.ArrayLike) -> tuple[Array, list[int]]:
    """The tree of average linkage of g groups, and the order of its leaves in which neighbours are most alike.

    distances: (g, g). The tree, (g - 1, 4), is as `scipy.cluster.hierarchy.dendrogram` takes it. Raises `ValueError`
    where distances are not symmetric, and `InputError` for fewer than two groups.
    """
    square = np.asarray(distances, float)
    if len(square) < 2:
        raise InputError("one group alone has no tree: choose at least 2")
    tree = linkage(squareform(square), "average", optimal_ordering=True)
    return tree, leaves_list(tree).tolist()


def _posteriors(means: npt.ArrayLike, stds: npt.ArrayLike) -> tuple[Array, Array]:
    mu, sigma = as_vectors(means), as_vectors(stds)
    if mu.shape != sigma.shape or not len(mu) or not (sigma > 0).all():
        raise InputError("each style needs as many deviations, all above 0, as it has means")
    return mu, sigma
