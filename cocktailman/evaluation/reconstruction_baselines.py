"""Reconstruction baselines: what an error of reconstruction is compared with.

The mean picture, and principal component analysis (Pearson, Philosophical Magazine 2, 1901), the best that a linear
autoencoder with as many numbers can do, both of the training pictures.
"""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

from cocktailman.evaluation.metrics import mse

COMPONENTS = (6, 16)  # numbers a picture is reconstructed from


class ReconstructionBaselines:
    """Fitted on training pictures, uint8, (n, h, w, 3); a count of components beyond n is left out."""

    def __init__(self, train: np.ndarray) -> None:
        self.counts = [count for count in COMPONENTS if count <= len(train)]
        pca = PCA(max(self.counts), svd_solver="randomized", random_state=0).fit(_flat(train))
        self.mean, self.components = np.asarray(pca.mean_), np.asarray(pca.components_)

    def errors(self, pictures: np.ndarray) -> dict[str, float]:
        """Mean squared errors on pictures (n, h, w, 3), in units where white is 1."""
        flat = _flat(pictures)
        errors = {"mse_mean_picture": float(mse(np.broadcast_to(self.mean, flat.shape), flat).mean())}
        for count in self.counts:
            axes = self.components[:count]
            reconstructed = self.mean + (flat - self.mean) @ axes.T @ axes
            errors[f"mse_pca_{count}"] = float(mse(reconstructed, flat).mean())
        return errors


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1).astype(np.float32)
