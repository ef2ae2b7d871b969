"""Are style vectors a sample of some multivariate normal?

Every test standardises the sample with its own mean and covariance, so none asks which normal: that is for `gaussians`.
With thousands of vectors each test rejects whatever departs by a hair, so each comes with an effect size: what the
statistic measures, less what a normal sample of this size shows by chance, in a unit that the size does not change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.linalg import solve_triangular
from scipy.special import gammaln, hyp1f1
from scipy.stats import chi2, lognorm, norm
from sklearn.metrics import pairwise_distances_chunked

from cocktailman.errors import InputError

Array = npt.NDArray[np.float64]

MAX_PAIRED = 4000  # vectors: what compares all pairs takes a random part of larger samples, about 0.5 s
MAX_BOOTSTRAPPED = 1000  # vectors: the same, where pairs are compared once more for each draw of the bootstrap
MEMORY = 32  # MiB of distances held at once; what is computed from them takes as much again, a few times


@dataclass(frozen=True)
class NormalityTest:
    """statistic: as published; p_value: for the hypothesis that the vectors are normal; count: vectors compared.

    effect: how far from normal, near 0 where normal, whatever the count; each test says in which unit.
    """

    statistic: float
    p_value: float
    effect: float
    count: int


def mardia_skewness(styles: npt.ArrayLike) -> NormalityTest:
    """Mardia's multivariate skewness of styles (n, d): Biometrika 57, 1970; chi-square for small n as in Sankhya B 36.

    effect: (b - m)^1/2 / d^1/2, 0 where b < m, for Mardia's b and its mean m under normality: the skewness of one
    number, root mean square, were the numbers independent.
    Raises `InputError` as `standardised` does. Time and memory grow with n, not its square.
    """
    y = standardised(styles)
    n, d = y.shape
    thirds = (y.T @ (y * column[:, None]) / n for column in y.T)  # d times (d, d): the mean of y_a y_b y_c
    b = float(sum((third**2).sum() for third in thirds))  # the mean of (y_i . y_j)^3 over all pairs
    b_normal = d * (d + 2) * ((n + 1) * (d + 1) - 6) / ((n + 1) * (n + 3))  # its mean in normal samples, exactly
    freedom = d * (d + 1) * (d + 2) / 6
    statistic = freedom * b / b_normal  # n b / 6 for large n
    return NormalityTest(statistic, float(chi2.sf(statistic, freedom)), float(np.sqrt(max(b - b_normal, 0) / d)), n)


def mardia_kurtosis(styles: npt.ArrayLike) -> NormalityTest:
    """Mardia's multivariate kurtosis of styles (n, d), as a standard normal, two-sided: Biometrika 57, 1970.

    Mean and variance under normality are the exact ones of Sankhya B 36, 1974.
    effect: kurtosis over its mean under normality, about d (d + 2), less 1; negative where tails are light.
    Raises `InputError` as `standardised` does.
    """
    y = standardised(styles)
    n, d = y.shape
    b = float(((y**2).sum(1) ** 2).mean())
    b_normal = d * (d + 2) * (n - 1) / (n + 1)
    variance = 8 * d * (d + 2) * (n - 3) * (n - d - 1) * (n - d + 1) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    statistic = (b - b_normal) / variance**0.5
    return NormalityTest(statistic, float(2 * norm.sf(abs(statistic))), b / b_normal - 1, n)


def henze_zirkler(styles: npt.ArrayLike, seed: int = 0) -> NormalityTest:
    """Henze & Zirkler's test of styles (n, d), with the log-normal p-value: Commun. Stat. Theory Methods 19, 1990.

    effect: the statistic per vector, less its mean under normality: a weighted squared distance between the sample's
    characteristic function and a normal's. The published weight narrows as n grows; for the effect it is kept at 1.
    Raises `InputError` as `standardised` does. Of more than `MAX_PAIRED` styles a random part is compared.
    """
    y = standardised(random_part(styles, MAX_PAIRED, seed))
    n, d = y.shape
    width = (n * (2 * d + 1) / 4) ** (1 / (d + 4)) / 2**0.5  # the paper's beta
    squares = (y**2).sum(1)

    def per_vector(b: float, pairs: float) -> float:
        singles = (1 + b) ** (-d / 2) * np.exp(-b / (2 * (1 + b)) * squares).mean()
        return float(pairs / n**2 - 2 * singles + (1 + 2 * b) ** (-d / 2))

    kernels = _pair_sums(y, lambda far: np.exp(-(width**2) / 2 * far**2), lambda far: np.exp(-0.5 * far**2))
    statistic = n * per_vector(width**2, kernels[0])
    mean, variance = _henze_zirkler_moments(width**2, d)
    shape, scale = np.sqrt(np.log1p(variance / mean**2)), mean**2 / np.sqrt(variance + mean**2)
    p_value = float(lognorm.sf(statistic, shape, scale=scale))
    return NormalityTest(statistic, p_value, per_vector(1, kernels[1]) - _henze_zirkler_moments(1, d)[0] / n, n)


def energy(styles: npt.ArrayLike, replicates: int = 199, seed: int = 0) -> NormalityTest:
    """The energy test of styles (n, d): Szekely & Rizzo, J. Multivariate Anal. 93, 2005.

    The p-value is by parametric bootstrap: the share of `replicates` normal samples, standardised alike, that are as
    far from normal; at least 1 / (replicates + 1). Samples of one shape share their replicates.
    effect: the energy per vector, less the replicates' mean, as a share of twice the mean distance from styles to
    normal draws: 0 for one distribution, at most 1.
    Raises `InputError` as `standardised` does, and `ValueError` for fewer than one replicate. Of more than
    `MAX_BOOTSTRAPPED` styles a random part is compared.
    """
    if replicates < 1:
        raise ValueError(f"{replicates} replicates: the p-value needs at least one, and 199 for one of 0.005")
    y = standardised(random_part(styles, MAX_BOOTSTRAPPED, seed), ddof=1)
    statistic, cross = _energy(y)
    null = _energy_null(*y.shape, replicates, seed)
    p_value = (1 + float((null >= statistic).sum())) / (1 + replicates)
    return NormalityTest(statistic, p_value, float(statistic - null.mean()) / len(y) / (2 * cross), len(y))


def qq_points(styles: npt.ArrayLike) -> Array:
    """Points (n, 2) of a chi-square QQ plot of styles (n, d), ascending: expected, then observed.

    Observed are squared Mahalanobis distances from the mean; expected their chi-square quantiles, d degrees of freedom,
    at (i - 1/2) / n (Gnanadesikan & Kettenring, Biometrics 28, 1972). Raises `InputError` as `standardised` does.
    """
    y = standardised(styles, ddof=1)
    n, d = y.shape
    return np.column_stack([chi2.ppf((np.arange(n) + 0.5) / n, d), np.sort((y**2).sum(1))])


def standardised(styles: npt.ArrayLike, ddof: int = 0) -> Array:
    """Styles (n, d) moved and turned to mean 0 and covariance 1, (n, d); the covariance is a sum over n - ddof.

    Raises `InputError` where a number is not finite, where n < d + 3 (on fewer, all samples look much alike), and where
    the styles lie in fewer than d dimensions.
    """
    x = as_vectors(styles)
    n, d = x.shape
    if n < d + 3:
        raise InputError(f"{n} style vectors of {d} numbers are too few to test: give at least {d + 3}")
    spread = x.std(0, ddof=ddof)
    if (spread > 1e-9 * np.abs(x).max(0)).all():
        x = (x - x.mean(0)) / spread
        correlation = x.T @ x / (n - ddof)
        if np.linalg.eigvalsh(correlation)[0] > 1e-10:
            return solve_triangular(np.linalg.cholesky(correlation), x.T, lower=True).T
    raise InputError(f"the style vectors lie in fewer than their {d} dimensions: leave out what is constant or a sum")


def as_vectors(styles: npt.ArrayLike) -> Array:
    """Styles (n, d) as float64; raises `InputError` where they are no table of finite numbers."""
    x = np.asarray(styles, float)
    if x.ndim != 2 or x.shape[1] == 0 or not np.isfinite(x).all():
        raise InputError("style vectors must be rows of finite numbers: leave out what is missing or infinite")
    return x


def random_part(styles: npt.ArrayLike, most: int, seed: int) -> Array:
    """At most `most` of the styles (n, d), without repetition; raises `InputError` as `as_vectors` does."""
    x = as_vectors(styles)
    return x if len(x) <= most else x[random_stream(seed, 1).choice(len(x), most, replace=False)]


def random_stream(seed: int, purpose: int) -> np.random.Generator:
    """A stream of its own for each purpose, and none that a caller gets, who may have drawn styles with this seed."""
    return np.random.default_rng([seed, purpose])


def _pair_sums(y: Array, *kernels: Callable[[Array], Array]) -> Array:
    """The sum of each kernel of the distance over all n * n pairs of y (n, d), with itself too, in bounded memory."""

    def rows(far: Array, _start: int) -> Array:
        return np.stack([kernel(far).sum(1) for kernel in kernels], 1)  # (rows, kernels)

    blocks = pairwise_distances_chunked(y, reduce_func=rows, n_jobs=1, working_memory=MEMORY)
    return np.sum([block.sum(0) for block in blocks], 0)


def _henze_zirkler_moments(b: float, d: int) -> tuple[float, float]:
    """Mean and variance of the statistic under normality for the squared weight b."""
    a, w = 1 + 2 * b, (1 + b) * (1 + 3 * b)
    mean = 1 - a ** (-d / 2) * (1 + d * b / a + d * (d + 2) * b**2 / (2 * a**2))
    variance = (
        2 * (1 + 4 * b) ** (-d / 2)
        + 2 * a**-d * (1 + 2 * d * b**2 / a**2 + 3 * d * (d + 2) * b**4 / (4 * a**4))
        - 4 * w ** (-d / 2) * (1 + 3 * d * b**2 / (2 * w) + d * (d + 2) * b**4 / (2 * w**2))
    )
    return mean, variance


def _energy(y: Array) -> tuple[float, float]:
    """The energy statistic of standardised y (n, d), and the mean distance from y to standard normal draws."""
    n, d = y.shape
    between = 2 * np.exp(gammaln((d + 1) / 2) - gammaln(d / 2))  # of two standard normal draws
    cross = float((hyp1f1(-0.5, d / 2, -(y**2).sum(1) / 2) * between / 2**0.5).mean())
    within = float(_pair_sums(y, lambda far: far)[0]) / n**2
    return float(n * (2 * cross - between - within)), cross


@lru_cache(maxsize=256)
def _energy_null(n: int, d: int, replicates: int, seed: int) -> Array:
    rng = random_stream(seed, 2)
    draws = (standardised(rng.standard_normal((n, d)), ddof=1) for _ in range(replicates))
    return np.array([_energy(draw)[0] for draw in draws])
