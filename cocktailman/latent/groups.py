"""Which numbers of a style are active, how far groups lie from the prior by chance, and which groups are alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from cocktailman.errors import InputError
from cocktailman.latent.normality import as_vectors

Array = npt.NDArray[np.float64]

ACTIVE = 0.01  # variance of a posterior mean over the data, above which Burda et al. call the unit active


def active_units(means: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Which numbers of a style tell pictures apart, (d,): Burda, Grosse & Salakhutdinov, arXiv 1509.00519.

    means: posterior means (n, d). Raises `InputError` where there are none, or one is not finite.
    """
    mu = as_vectors(means)
    if not len(mu):
        raise InputError("no style vectors: give at least one")
    return mu.var(0) > ACTIVE


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
