"""Directions of the style space that have a meaning: in which pictures change most, or a known factor does.

GANSpace (Härkönen, Hertzmann, Lehtinen & Paris, arXiv 2004.02546), for a decoder whose styles are no activations, as in
its section on BigGAN: principal components of what the decoder answers to random styles, carried back by least squares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.decomposition import PCA
from sklearn.linear_model import LinearRegression

Array = npt.NDArray[np.float32]

LEAST_R2 = 0.1  # of a factor's variance that styles have to explain, before it has a direction


@dataclass(frozen=True)
class Direction:
    """A unit vector (d,) in the space of styles. share: of the responses' variance, or R² of the factor."""

    name: str
    vector: Array
    share: float


def response_directions(styles: npt.ArrayLike, responses: npt.ArrayLike) -> list[Direction]:
    """The directions of styles (n, d) along which responses (n, m) vary most, one for each principal component, d at
    most; those named first matter most.

    Each is the column u of U that minimises the sum of |U x - z|² over the components' coordinates x of the responses
    to styles z (equation 3 of the paper), so that a step along u changes the picture by one component.
    """
    z, y = np.asarray(styles, float), np.asarray(responses, float).reshape(len(np.asarray(styles)), -1)
    pca = PCA(min(z.shape[1], *y.shape), random_state=0).fit(y)
    coordinates = pca.transform(y)  # (n, d), centred
    back, *_ = np.linalg.lstsq(coordinates, z - z.mean(0), rcond=None)  # (components, d)
    lengths = np.linalg.norm(back, axis=1)
    return [
        Direction(f"component {number + 1}", (row / length).astype(np.float32), float(share))
        for number, (row, length, share) in enumerate(zip(back, lengths, pca.explained_variance_ratio_, strict=True))
        if length > 0
    ]


def factor_directions(styles: npt.ArrayLike, factors: Mapping[str, npt.ArrayLike]) -> list[Direction]:
    """The direction in which each factor, (n,), grows fastest, as a linear regression on styles (n, d) has it; only of
    factors of which that explains `LEAST_R2` or more, the surest first. What is not finite of a factor is left out."""
    z, found = np.asarray(styles, float), []
    for name, values in factors.items():
        y = np.asarray(values, float)
        known = np.isfinite(y)
        if known.sum() <= z.shape[1] + 1 or np.ptp(y[known]) == 0:
            continue
        model = LinearRegression().fit(z[known], y[known])
        share, length = float(model.score(z[known], y[known])), float(np.linalg.norm(model.coef_))
        if share >= LEAST_R2 and length > 0:
            found.append(Direction(name, (model.coef_ / length).astype(np.float32), share))
    return sorted(found, key=lambda direction: -direction.share)
