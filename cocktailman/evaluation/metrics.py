"""How good a generator is, in numbers. Each says on how many pictures it was taken; intervals are by bootstrap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy.ndimage import laplace
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torchmetrics.functional.image import structural_similarity_index_measure

LUMA = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601)


@dataclass(frozen=True)
class Estimate:
    """A number, the ends of its 95 % interval, and how many pictures (or whatever was measured) are behind it."""

    value: float
    low: float
    high: float
    count: int


def bootstrap(values: np.ndarray, resamples: int = 1000, seed: int = 0) -> Estimate:
    """The mean of one number a picture, (n,), with its percentile bootstrap interval (Efron & Tibshirani, 1993)."""
    rng = np.random.default_rng(seed)
    means = [values[rng.integers(len(values), size=len(values))].mean() for _ in range(resamples)]
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(values.mean()), float(low), float(high), len(values))


def resampled(statistic: Callable[[np.ndarray], float], count: int, resamples: int = 1000, seed: int = 0) -> Estimate:
    """A statistic of pictures that is no mean of one number each, with its interval as `bias_corrected` finds it.

    `statistic` takes rows (count,), each of 0 to count - 1, some of them more than once.
    """
    rng = np.random.default_rng(seed)
    others = [statistic(rng.integers(count, size=count)) for _ in range(resamples)]
    return bias_corrected(statistic(np.arange(count)), others, count)


def bias_corrected(value: float, others: Sequence[float], count: int) -> Estimate:
    """A value with the percentile interval of its bootstrap resamples, shifted so that their mean lies on the value.

    A resample has some pictures twice and others not at all, which such a statistic may take for more order, or for a
    narrower or farther set, than there is.
    """
    low, high = value + np.percentile(np.subtract(others, np.mean(others)), [2.5, 97.5])
    return Estimate(float(value), float(low), float(high), count)


def mse(pictures: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Mean squared error of each picture, (n,), where white is 1; both arrays (n, ...), in which white is 255."""
    errors = [((a.astype(np.float32) - b) / 255) ** 2 for a, b in zip(pictures, targets, strict=True)]
    return np.array([error.mean() for error in errors])


def mae(pictures: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Mean absolute error of each picture, (n,), in units where white is 1; both arrays uint8, (n, h, w, 3)."""
    return np.array([np.abs(a.astype(np.float32) - b).mean() / 255 for a, b in zip(pictures, targets, strict=True)])


def psnr(errors: np.ndarray) -> np.ndarray:
    """PSNR in dB of pictures with these mean squared errors, where white is 1."""
    return -10 * np.log10(np.maximum(errors, 1e-10))


def ssim(pictures: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """SSIM of each picture, (n,), 1 where both are alike (Wang et al., IEEE TIP 13, 2004); uint8, (n, h, w, 3)."""
    values = []
    for pair in zip(pictures, targets, strict=True):
        picture, target = (torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255 for pixels in pair)
        values.append(float(structural_similarity_index_measure(picture, target, data_range=1.0)))  # type: ignore[arg-type]
    return np.array(values)


def sharpness(pictures: np.ndarray) -> np.ndarray:
    """Variance of the Laplacian of each picture's luma, (n,), where white is 1; uint8, (n, h, w, 3).

    Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, ICPR 2000. It grows with noise as with detail.
    """
    return np.array([laplace(picture @ np.array(LUMA) / 255).var() for picture in pictures])


def linear_classifier() -> Pipeline:
    """Multinomial logistic regression on standardised features: the judge of whether a drink is the one asked for."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=1e-3, max_iter=1000))
