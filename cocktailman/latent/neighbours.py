"""Nearest neighbours among styles, and inverse distance weighting: what a new point takes from its neighbours.

`cocktailman/ui/latent/drive/mapping.js` does the same in the browser; a test holds the two together.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

NEIGHBOURS = 8
SOFTENING = 1e-9  # of squared distances: a known point weighs much, and not infinitely


def nearest(points: npt.ArrayLike, target: npt.ArrayLike, count: int) -> npt.NDArray[np.int64]:
    """The rows of the `count` of points (n, d) that are nearest to one, (d,), nearest first."""
    distances = np.linalg.norm(np.asarray(points, float) - np.asarray(target, float), axis=1)
    return np.argsort(distances, kind="stable")[:count]


def inverse_distance_mean(
    points: npt.ArrayLike, targets: npt.ArrayLike, values: npt.ArrayLike, count: int = NEIGHBOURS
) -> npt.NDArray[np.float32]:
    """Inverse distance weighting (Shepard, ACM National Conference, 1968) of the `count` nearest points, power 2.

    The values (n, k) of points (n, d) at targets (m, d): (m, k).
    """
    known, wanted = np.asarray(points, np.float32), np.asarray(targets, np.float32)
    found = KDTree(known).query(wanted, min(count, len(known)))
    distances, rows = (part.reshape(len(wanted), -1) for part in found)  # flat where there is one neighbour
    weights = 1 / (distances**2 + SOFTENING)  # (m, count)
    weights /= weights.sum(1, keepdims=True)
    return np.einsum("mc,mck->mk", weights, np.asarray(values, np.float32)[rows]).astype(np.float32)
