"""How good a generator is, in numbers. Each says on how many pictures it was taken; intervals are by bootstrap."""

from dataclasses import dataclass

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from torchmetrics.functional.image import structural_similarity_index_measure
from torchmetrics.image.kid import poly_mmd


@dataclass(frozen=True)
class Estimate:
    """A mean, the ends of its 95 % interval, and the number of pictures behind it."""

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


def squared_errors(pictures: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Mean squared error of each picture, (n,), in units where white is 1; both arrays uint8, (n, h, w, 3)."""
    errors = [((a.astype(np.float32) - b) / 255) ** 2 for a, b in zip(pictures, targets, strict=True)]
    return np.array([error.mean() for error in errors])


def peak_signal_to_noise(errors: np.ndarray) -> np.ndarray:
    """PSNR in dB of pictures with these mean squared errors, where white is 1."""
    return -10 * np.log10(np.maximum(errors, 1e-10))


def structural_similarity(pictures: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """SSIM of each picture, (n,), 1 where both are alike (Wang et al., IEEE TIP 13, 2004); uint8, (n, h, w, 3)."""
    values = []
    for pair in zip(pictures, targets, strict=True):
        picture, target = (torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255 for pixels in pair)
        values.append(float(structural_similarity_index_measure(picture, target, data_range=1.0)))  # type: ignore[arg-type]
    return np.array(values)


def kernel_distance(real: np.ndarray, drawn: np.ndarray, subsets: int = 100, seed: int = 0) -> Estimate:
    """Kernel distance between two sets of features, (n, d) and (m, d): KID where the features are Inception's.

    Binkowski et al., arXiv 1801.01401: the unbiased squared MMD with the kernel (x.y / d + 1)^3, averaged over random
    subsets of half the smaller set; the interval spans 95 % of the subsets.
    """
    rng = np.random.default_rng(seed)
    size = min(len(real), len(drawn)) // 2

    def subset(features: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(features[rng.choice(len(features), size, replace=False)]).double()

    distances = [float(poly_mmd(subset(real), subset(drawn))) for _ in range(subsets)]
    low, high = np.percentile(distances, [2.5, 97.5])
    return Estimate(float(np.mean(distances)), float(low), float(high), min(len(real), len(drawn)))


def linear_classifier() -> Pipeline:
    """Multinomial logistic regression on standardised features: the judge of whether a drink is the one asked for."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=1e-3, max_iter=1000))
