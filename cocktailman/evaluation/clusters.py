"""Do pictures fall into as many clusters as there are cocktails, and are those clusters the cocktails?

k-modes (Huang, 1998) on tags, which are given or not; k-means on vectors and styles; and HDBSCAN (Campello et al.,
2013), which finds the number of clusters by itself and leaves pictures out. Against the cocktails: adjusted Rand index
(Hubert & Arabie, 1985), which is 0 by chance, and normalised mutual information; both are 1 where the divisions agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from kmodes.kmodes import KModes
from scipy import stats
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, silhouette_score

from cocktailman.errors import InputError

Rows = npt.NDArray[np.int64]
Data = npt.NDArray[np.float32]  # tags (n, labels) of 0 and 1, or vectors (n, dim)

TAGS, STYLE, FEATURES = "tags", "style", "features"  # what pictures are clustered by
BY = (TAGS, STYLE, FEATURES)
COUNTS = (2, 4, 7, 10, 14, 20, 28, 37, 50)
MOST = 100  # clusters
SAMPLED = 1500  # pictures for elbow and silhouette, whose cost grows with the square
FITTED = 4000  # pictures that clusters are fitted on; all are given to the nearest one
SEEDS = 5
NUMBERS = 12  # principal components that HDBSCAN looks at: among more of them everything is far from everything


@dataclass(frozen=True)
class Clusters:
    """A division of n pictures: cluster of each (n,), largest first; what it cost, the sum over pictures."""

    of: Rows
    cost: float

    @property
    def count(self) -> int:
        return int(self.of.max()) + 1


@dataclass(frozen=True)
class Agreement:
    """Of a division with the cocktails over seeds: the mean, and the ends of its 95 % interval (Student's t)."""

    value: float
    low: float
    high: float
    seeds: int


def cluster(data: Data, by: str, count: int, seed: int = 0) -> Clusters:
    """Divides pictures into `count` clusters: k-modes on tags, k-means on all else."""
    different = len(np.unique(data, axis=0))
    if different < 2:
        raise InputError(f"all pictures are alike by {by}: there is nothing to divide")
    if not 1 < count <= min(MOST, different):
        differ = "" if different > MOST else f", as no more of these pictures differ by {by}"
        raise InputError(f"{count} clusters cannot be made: choose from 2 to {min(MOST, different)}{differ}")
    rows = np.random.default_rng(seed).permutation(len(data))[:FITTED]
    if by == TAGS:
        centres = _modes(data[rows], count, seed)
        found, far = _nearest_modes(data, centres)
    else:
        model = KMeans(count, n_init="auto", random_state=seed).fit(data[rows])
        found = np.asarray(model.predict(data), np.int64)
        far = np.square(data - model.cluster_centers_[found]).sum(1)
    return Clusters(_largest_first(found), float(far.sum()))


def densities(data: Data, seed: int = 0) -> Clusters:
    """What HDBSCAN finds in vectors: clusters of at least 1 % of the pictures, cluster -1 for what belongs to none."""
    rows = np.random.default_rng(seed).permutation(len(data))[:FITTED]
    flat = PCA(min(NUMBERS, data.shape[1]), random_state=seed).fit_transform(data[rows])
    model = HDBSCAN(min_cluster_size=max(5, len(rows) // 100), min_samples=5, copy=True)  # type: ignore[arg-type]
    found = model.fit_predict(flat)
    return Clusters(found.astype(np.int64), float("nan"))


def scores_by_count(data: Data, by: str, counts: Sequence[int] = COUNTS, seed: int = 0) -> pd.DataFrame:
    """A row a number of clusters: clusters, cost (a picture; the elbow), silhouette (Rousseeuw, 1987; best is high)."""
    rows = np.random.default_rng(seed).permutation(len(data))[:SAMPLED]
    part = data[rows]
    most = len(np.unique(part, axis=0))
    metric = "hamming" if by == TAGS else "euclidean"
    found = {count: cluster(part, by, count, seed) for count in counts if count < most}
    return pd.DataFrame(
        [
            {
                "clusters": count,
                "cost": division.cost / len(part),
                "silhouette": float(silhouette_score(part, division.of, metric=metric))
                if division.count > 1
                else np.nan,
            }
            for count, division in found.items()
        ]
    )


def agreement(divisions: Sequence[Rows], truth: Sequence[str]) -> dict[str, Agreement]:
    """Adjusted Rand index and normalised mutual information of divisions, one a seed, with what pictures show."""
    scores = {"ARI": adjusted_rand_score, "NMI": normalized_mutual_info_score}
    return {name: _interval([float(score(truth, one)) for one in divisions]) for name, score in scores.items()}


def contingency(of: Rows, truth: Sequence[str]) -> pd.DataFrame:
    """How many pictures of each cocktail (rows) are in each cluster (columns), rows ordered so that blocks show."""
    table = pd.crosstab(pd.Series(truth, name="cocktail"), pd.Series(of, name="cluster"))
    shares = table.div(table.sum(axis=1), axis=0)
    order = shares.to_numpy().argmax(1)
    return table.iloc[np.lexsort((-shares.to_numpy().max(1), order))]


def typical_tags(of: Rows, given: npt.NDArray[np.bool_], labels: Sequence[str], most: int = 4) -> list[str]:
    """Of each cluster the tags that make it: at least a third have them, those most above their share in all first."""
    everywhere = given.mean(0)
    said = []
    for number in range(int(of.max()) + 1):
        share = given[of == number].mean(0)
        lift = share - everywhere
        best = [i for i in np.argsort(-lift)[:most] if share[i] > 1 / 3 and lift[i] > 0]
        said.append(", ".join(f"{labels[i]} {share[i]:.0%}" for i in best) or "nothing in particular")
    return said


def in_words(table: pd.DataFrame, agreed: dict[str, Agreement], cocktails: int, count: int, by: str) -> str:
    """Whether the number of clusters agrees with the number of cocktails, and the clusters with them."""
    best = best_count(table)
    near = 0.75 <= best / cocktails <= 1.33
    at_least = "or more " if best == table["clusters"].to_numpy().max() else ""
    ari = agreed["ARI"]
    alike = "hardly" if ari.value < 0.2 else "partly" if ari.value < 0.6 else "largely"
    number = (
        f"Yes: by silhouette, {best} {at_least}clusters of {by} fit best, and there are {cocktails} cocktails."
        if near
        else f"No: by silhouette, {best} {at_least}clusters of {by} fit best, and there are {cocktails} cocktails."
    )
    return (
        f"{number} Divided into {count}, the clusters are {alike} the cocktails: adjusted Rand index {ari.value:.2f} "
        f"({ari.low:.2f} to {ari.high:.2f} over {ari.seeds} seeds), where 0 is chance and 1 the same division."
    )


def best_count(table: pd.DataFrame) -> int:
    """The number of clusters of the best silhouette among `scores_by_count`."""
    return int(table["clusters"].to_numpy()[table["silhouette"].to_numpy().argmax()])


def _modes(data: Data, count: int, seed: int) -> npt.NDArray[np.int64]:
    """The modes of k-modes, (count, labels): fitted on the distinct rows, each as heavy as it is frequent."""
    distinct, weights = np.unique(data.astype(np.int64), axis=0, return_counts=True)
    model = KModes(count, init="Huang", n_init=1, max_iter=20, random_state=seed)
    return np.asarray(model.fit(distinct, sample_weight=weights.tolist()).cluster_centroids_, np.int64)


def _nearest_modes(data: Data, modes: npt.NDArray[np.int64]) -> tuple[Rows, Data]:
    """The nearest mode of each row, and in how many tags it differs."""
    flags, centres = data.astype(np.float32), modes.astype(np.float32)
    far = flags.sum(1)[:, None] + centres.sum(1)[None] - 2 * flags @ centres.T  # (n, count)
    return far.argmin(1).astype(np.int64), far.min(1)


def _largest_first(found: Rows) -> Rows:
    """The same division, its clusters numbered from the largest on, empty ones left out."""
    names, codes, sizes = np.unique(found, return_inverse=True, return_counts=True)
    place = np.empty(len(names), np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(names))
    return place[codes]


def _interval(values: Sequence[float]) -> Agreement:
    mean = float(np.mean(values))
    if len(values) < 2:
        return Agreement(mean, mean, mean, len(values))
    half = float(stats.t.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values)))
    return Agreement(mean, mean - half, mean + half, len(values))
