"""What an error of reconstruction means: the mean picture and the principal components of the training pictures."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA

COMPONENTS = (6, 16)  # numbers a picture is rebuilt from


class Yardsticks:
    """Fitted on training pictures, uint8, (n, h, w, 3); a count of components beyond n is left out."""

    def __init__(self, train: np.ndarray) -> None:
        self.counts = [count for count in COMPONENTS if count <= len(train)]
        pca = PCA(max(self.counts), svd_solver="randomized", random_state=0).fit(_flat(train))
        self.mean, self.components = np.asarray(pca.mean_), np.asarray(pca.components_)

    def errors(self, pictures: np.ndarray) -> dict[str, float]:
        """Mean squared errors on pictures (n, h, w, 3), in units where white is 1."""
        left = _flat(pictures) - self.mean
        errors = {"mse_mean_picture": float((left**2).mean())}
        for count in self.counts:
            axes = self.components[:count]
            errors[f"mse_pca_{count}"] = float(((left - left @ axes.T @ axes) ** 2).mean())
        return errors


def _flat(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1).astype(np.float32) / 255
