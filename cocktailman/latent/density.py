"""Do style vectors fill the volume of their normal, or do they crowd and leave holes?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.spatial import KDTree

from cocktailman.errors import InputError
from cocktailman.latent.normality import MAX_PAIRED, Array, random_part, random_stream, standardised

NEIGHBOUR = 5  # which nearest neighbour: the first is noisy, far ones blur what is local
DRAWS = 3  # normal samples to compare with: normal styles, 6 numbers, then give 1 within 0.025 for 80, 0.01 for 400


@dataclass(frozen=True)
class Density:
    """Distances to nearest neighbours, as multiples of what normal samples of the same count and covariance show.

    spacing: from style to style; below 1 styles crowd together, above 1 they keep apart.
    gap: from a draw of the fitted normal to the nearest styles; above 1 there are holes where such draws land.
    neighbour: which nearest neighbour; count: styles compared.
    """

    spacing: float
    gap: float
    neighbour: int
    count: int


def density(styles: npt.ArrayLike, neighbour: int = NEIGHBOUR, seed: int = 0) -> Density:
    """How densely styles (n, d) fill the normal of their mean and covariance, by nearest neighbours.

    Styles are standardised, so that no direction counts more than another. The mean distance to the `neighbour`-th
    nearest style is divided by its mean over `DRAWS` normal samples of n vectors, standardised alike: once from the
    other styles, and once from n fresh draws of the normal. Without this the number would mostly tell n and d.
    Raises `InputError` as `standardised` does, and where there are no `neighbour` others. Of more than `MAX_PAIRED`
    styles a random part is compared.
    """
    y = standardised(random_part(styles, MAX_PAIRED, seed))
    if not 1 <= neighbour < len(y):
        raise InputError(f"no neighbour {neighbour} among {len(y)} style vectors: ask for one from 1 to {len(y) - 1}")
    spacing, gap = _neighbour_distances(y, neighbour, seed)
    normal = _normal_neighbours(*y.shape, neighbour, seed)
    return Density(spacing / normal[0], gap / normal[1], neighbour, len(y))


def _neighbour_distances(y: Array, neighbour: int, seed: int) -> tuple[float, float]:
    tree = KDTree(y)
    fresh = random_stream(seed, 3).standard_normal(y.shape)  # one for all samples of a shape: less noise in the ratio
    own = tree.query(y, neighbour + 1)[0]  # (n, neighbour + 1): each vector is its own nearest
    others = tree.query(fresh, neighbour)[0].reshape(len(fresh), neighbour)  # flat where that is 1
    return float(own[:, -1].mean()), float(others[:, -1].mean())


@lru_cache(maxsize=256)
def _normal_neighbours(n: int, d: int, neighbour: int, seed: int) -> Array:
    rng = random_stream(seed, 4)
    samples = [standardised(rng.standard_normal((n, d))) for _ in range(DRAWS)]
    return np.mean([_neighbour_distances(sample, neighbour, seed) for sample in samples], 0)
