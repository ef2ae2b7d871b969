"""Inversion: the style in which a decoder paints what is nearest to a picture.

An encoder reads a style at one glance, and of pictures it never saw a little off (the amortisation gap, Cremer, Li &
Duvenaud, arXiv 1801.03558). Going on from there by optimisation closes the gap: semi-amortised inference (Kim et al.,
arXiv 1802.02550), which for the generators of GANs is called hybrid inversion (Zhu et al., arXiv 1609.03552, section
3.2). A style has so few numbers that a Gauss-Newton method gets there in a few steps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import least_squares

Array = npt.NDArray[np.float32]

SIZE = 64  # px, at which pictures are compared
GROUNDS = 0.3, 0.8  # levels of grey, dark and light, that cut-outs are compared over: over one alone, grey would pass
PRIOR = 1e-4  # what a nat of the prior weighs against the mean squared error, as in training
STEP = 0.05  # prior standard deviations, of the differences that stand for derivatives
TRIES = 8  # at most
ENOUGH = 1e-3  # of the error: what the last step was to gain


def inverted(paint: Callable[[Array], Array], picture: Array, start: Array) -> Array:
    """The style (style_dim,) near `start` with the least mean squared error of what is painted, plus the negative
    log-density of the prior N(0, I), by the Levenberg-Marquardt algorithm (MINPACK's, of SciPy).

    paint: styles (k, style_dim) to pictures (k, channels, side, side) in [0, 1], all of the recipe of the picture.
    picture: (channels, side, side), of 3 channels, or of 4, colour and coverage.
    """
    [wanted] = _compared(picture[None])  # (m,)
    scale = np.sqrt(2 / len(wanted))  # half the sum of squares, which is minimised, is then their mean

    def residuals(style: np.ndarray) -> np.ndarray:
        [painted] = _compared(paint(style[None].astype(np.float32)))
        return np.concatenate([(painted - wanted) * scale, np.sqrt(PRIOR) * style])  # (m + style_dim,)

    def derivatives(style: np.ndarray) -> np.ndarray:
        steps = np.vstack([np.zeros_like(style), STEP * np.eye(len(style))])
        here, *beside = _compared(paint((style + steps).astype(np.float32)))
        slopes = (np.stack(beside, 1) - here[:, None]) / STEP * scale  # (m, style_dim)
        return np.vstack([slopes, np.sqrt(PRIOR) * np.eye(len(style))])

    found = least_squares(residuals, start.astype(float), derivatives, method="lm", ftol=ENOUGH, max_nfev=TRIES)  # type: ignore[arg-type]
    return found.x.astype(np.float32)


def _compared(pictures: Array) -> np.ndarray:
    """Pictures (k, channels, side, side) as they are compared, (k, m)."""
    if pictures.shape[1] == 4:
        colour, coverage = pictures[:, :3], pictures[:, 3:]
        grounds = [colour * coverage + ground * (1 - coverage) for ground in GROUNDS]
        pictures = np.concatenate(grounds, 1, dtype=np.float32)
    count, channels, side, _ = pictures.shape
    shrink = max(1, side // SIZE)
    means = pictures.reshape(count, channels, side // shrink, shrink, side // shrink, shrink).mean((3, 5))
    return means.reshape(count, -1)
