"""Style vectors on a plane."""

import numpy as np
from sklearn.decomposition import PCA


def pca_plane(styles: np.ndarray) -> np.ndarray:
    """The two directions of largest variance of styles (n, d), as coordinates (n, 2)."""
    return PCA(2).fit_transform(styles)


def umap_plane(styles: np.ndarray, neighbors: int = 15, min_dist: float = 0.1, seed: int = 0) -> np.ndarray:
    """UMAP (McInnes, Healy & Melville, arXiv 1802.03426) of styles (n, d), as coordinates (n, 2)."""
    from umap import UMAP  # loads a compiler: only those who project pay for it

    return UMAP(n_neighbors=neighbors, min_dist=min_dist, random_state=seed, n_jobs=1).fit_transform(styles)
