"""Whether drawn pictures look like real ones, and whether all kinds of real ones are drawn, by their features."""

import numpy as np
from scipy.spatial.distance import cdist

from cocktailman.evaluation.metrics import Estimate, bootstrap

NEIGHBOURS = 5  # whose distance is the radius of the ball around a picture


def manifold_overlap(real: np.ndarray, drawn: np.ndarray, k: int = NEIGHBOURS) -> dict[str, Estimate]:
    """Precision, recall, density and coverage, from features (n, d) and (m, d), each more than `k`.

    Around each picture lies a ball that reaches to its `k`-th nearest neighbour in its own set. Precision: how many of
    the drawn lie in the ball of a real one; recall: how many of the real in that of a drawn one (Kynkäänniemi et al.,
    arXiv 1904.06991). Density: in how many real balls a drawn picture lies, over `k`, which may exceed 1; coverage: how
    many real balls hold a drawn picture (Naeem et al., arXiv 2002.09797). The intervals resample the pictures that are
    counted and leave the balls as they are.
    """
    apart = cdist(real, drawn)  # (n, m)
    in_real = apart <= _radii(real, k)[:, None]
    in_drawn = apart <= _radii(drawn, k)[None]
    return {
        "precision": bootstrap(in_real.any(0).astype(float)),
        "recall": bootstrap(in_drawn.any(1).astype(float)),
        "density": bootstrap(in_real.sum(0) / k),
        "coverage": bootstrap(in_real.any(1).astype(float)),
    }


def _radii(features: np.ndarray, k: int) -> np.ndarray:
    """The distance of each to its `k`-th nearest neighbour, (n,); the nearest of all is itself."""
    return np.partition(cdist(features, features), k, axis=1)[:, k]
