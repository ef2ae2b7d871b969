"""How well a style explains the known factors of the pictures it was read from: four scores, and names for sliders.

Everything takes the same three things. `styles`: (n, style_dim), a row a picture. `factors`: a table with the same rows
in the same order. `kinds`: the columns of it that count, each with what it is, so that `NUMERIC | CATEGORICAL` of
`cocktailman.renders` will do: a `Numeric` for a number (in degrees, where it goes round), or a label for a category.

A number is binned by quantiles, 20 bins where there are pictures enough. An angle is binned on the circle, and stands
as sine and cosine where something linear is asked. The scores tell whether one dimension is one factor only where the
factors were drawn independently of each other.

All raise `InputError` for fewer than 100 pictures, fewer than two dimensions or factors, styles that are the same in
all pictures or not finite, and factors that are missing, incomplete, constant, or different in nearly every picture
although a category. A single dimension that is constant is allowed: it knows of nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import entropy, f, rankdata
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import balanced_accuracy_score, mutual_info_score, r2_score
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.tree import DecisionTreeClassifier

from cocktailman.errors import InputError
from cocktailman.renders import Numeric

Kinds = Mapping[str, Numeric | str]
Array = npt.NDArray[np.float64]

MIN_COUNT = 100  # pictures: with fewer, chance alone looks like a score
BINS = 20  # at most, of anything that is binned
PER_CELL = 5  # pictures that a table of two binned things should have a cell (Cochran, Biometrics 10, 1954)
TREES = 50  # of a forest
LEAF = 10  # pictures in a leaf, at least: smaller ones learn noise, and take longer
GROUP = 64  # pictures that have a factor in common, at most
SMALLEST_GROUP = 8  # fewer say little of a variance
VOTES = 800  # groups to learn from, and as many to judge
LEVEL = 0.01  # how often pure noise may get any slider a name
UNKNOWN = "nothing known"


@dataclass(frozen=True)
class Gaps:
    """By how much the best dimension of a factor beats the second best: the mean over factors, and each; 0 to 1."""

    value: float
    by_factor: dict[str, float]


@dataclass(frozen=True)
class Dci:
    """All of 0 (worst) to 1 (best). importances: (style_dim, factors), each column sums to 1, or is 0 throughout."""

    disentanglement: float  # whether a dimension matters to one factor only
    completeness: float  # whether a factor is encoded by one dimension only
    informativeness: float  # whether a factor can be predicted at all, by all dimensions
    importances: Array
    disentanglement_by_dimension: tuple[float, ...]
    completeness_by_factor: dict[str, float]
    informativeness_by_factor: dict[str, float]


@dataclass(frozen=True)
class FactorVaeScore:
    """accuracy: of guessing the factor that a group of pictures shares, 0 to 1; noise has `chance` = 1 / factors."""

    accuracy: float
    chance: float
    votes: npt.NDArray[np.int64]  # to learn from, (style_dim, factors)


@dataclass(frozen=True)
class SliderName:
    """What a dimension of the style follows most.

    factor: a column, or None where chance would explain it. strength: Spearman's r, -1 to 1, for a number; multiple
    correlation with sine and cosine, 0 to 1, for an angle; correlation ratio, 0 to 1, for a category; 0 for None.
    """

    factor: str | None
    strength: float
    label: str  # "camera elevation, r = +0.81", or `UNKNOWN`


def mutual_information_gap(styles: npt.ArrayLike, factors: pd.DataFrame, kinds: Kinds) -> Gaps:
    """MIG (Chen et al., arXiv 1802.04942), each factor's gap in units of its entropy.

    The paper integrates over the posterior of the style; here it is the vector that was given, binned.
    """
    z, known = _prepared(styles, factors, kinds)
    bins = _bins(len(z))
    dimensions = [_binned(column, bins) for column in z.T]
    gaps = {}
    for factor in known:
        labels = factor.bins(bins)
        information = [mutual_info_score(labels, dimension) for dimension in dimensions]
        gaps[factor.name] = _gap(information) / float(entropy(np.bincount(labels)))
    return _mean(gaps)


def separated_attribute_predictability(
    styles: npt.ArrayLike, factors: pd.DataFrame, kinds: Kinds, seed: int = 0
) -> Gaps:
    """SAP (Kumar, Sattigeri & Balakrishnan, arXiv 1711.00848): the gap in how well one dimension alone tells a factor.

    A number: the share of variance that a line explains. An angle: the share of the dimension's variance that sine and
    cosine explain (Mardia, Biometrika 63, 1976). A category: balanced accuracy of thresholds on the dimension, which
    departs from the paper twice: they are tried on pictures they were not fitted on, and accuracy is rescaled to 0 at
    chance, lest a category's gap were less than a number's.
    """
    z, known = _prepared(styles, factors, kinds)
    folds = KFold(2, shuffle=True, random_state=seed)
    gaps = {}
    for factor in known:
        if factor.kind == "category":
            leaves = len(np.unique(factor.values))
            tree = DecisionTreeClassifier(max_leaf_nodes=leaves, class_weight="balanced", random_state=seed)
            predictions = [cross_val_predict(tree, column[:, None], factor.values, cv=folds) for column in z.T]
            scores = [_accuracy(factor.values, np.asarray(guesses)) for guesses in predictions]
        else:
            scores = _explained(factor.columns(), z)
        gaps[factor.name] = _gap(scores)
    return _mean(gaps)


def dci(styles: npt.ArrayLike, factors: pd.DataFrame, kinds: Kinds, seed: int = 0) -> Dci:
    """Disentanglement, completeness and informativeness (Eastwood & Williams, ICLR 2018).

    Importances are those of random forests (one of the paper's two choices; Breiman, Machine Learning 45, 2001) that
    tell each factor from the style, by the impurity that a dimension's splits remove. Dimensions are weighted by their
    importance, as in the paper; a factor that the style knows nothing of weighs as much as any and pulls
    disentanglement down. Informativeness is judged out of bag and turned round, so that 1 is best: R^2 for a number
    and for sine and cosine of an angle together, balanced accuracy above chance for a category.
    """
    z, known = _prepared(styles, factors, kinds)
    importances = np.zeros((z.shape[1], len(known)))
    informativeness = {}
    for number, factor in enumerate(known):
        if factor.kind == "category":
            forest = RandomForestClassifier(**_forest(seed)).fit(z, factor.values)
            # Against how common each is. Weights would not do: the forest draws by them, and a rare picture is then in
            # every tree, never out of bag.
            guesses = np.argmax(forest.oob_decision_function_ / np.bincount(factor.values), axis=1)
            score = _accuracy(factor.values, guesses)
        else:
            columns = factor.columns().squeeze()  # (n,), or (n, 2)
            forest = RandomForestRegressor(**_forest(seed)).fit(z, columns)
            score = r2_score(columns, forest.oob_prediction_, multioutput="variance_weighted")
        importances[:, number] = forest.feature_importances_
        informativeness[factor.name] = max(0.0, float(score))
    by_dimension = _concentration(importances)  # (style_dim,)
    by_factor = _concentration(importances.T)  # (factors,)
    return Dci(
        disentanglement=float(np.average(by_dimension, weights=importances.sum(1) + 1e-12)),
        completeness=float(by_factor.mean()),
        informativeness=float(np.mean(list(informativeness.values()))),
        importances=importances,
        disentanglement_by_dimension=tuple(by_dimension.tolist()),
        completeness_by_factor={factor.name: float(one) for factor, one in zip(known, by_factor, strict=True)},
        informativeness_by_factor=informativeness,
    )


def factor_vae_score(
    styles: npt.ArrayLike, factors: pd.DataFrame, kinds: Kinds, votes: int = VOTES, seed: int = 0
) -> FactorVaeScore:
    """FactorVAE score (Kim & Mnih, arXiv 1802.05983): the dimension that varies least tells which factor is held.

    The paper makes the pictures of a group as it needs them, one factor held and all others drawn anew. Here the
    pictures are given, so that a group is drawn from those that lie in one bin (or category) of the factor: it is held
    only to within a bin, and the others vary as they do in the table. Half of the pictures make the votes that the
    majority classifier learns from, the other half those it is judged by, so that noise stays at `chance`. Values of
    which a half has fewer than 8 pictures are not drawn; raises `InputError` where a factor has no others.
    """
    z, known = _prepared(styles, factors, kinds)
    varied = np.flatnonzero(z.any(axis=0))  # a constant dimension would vary least whatever is held
    rng = np.random.default_rng(seed)
    counts = []
    for rows in np.array_split(rng.permutation(len(z)), 2):
        groups = [_groups(factor, rows) for factor in known]
        table = np.zeros((z.shape[1], len(known)), dtype=np.int64)
        for held in rng.integers(len(known), size=votes):
            group = groups[held][rng.integers(len(groups[held]))]
            chosen = rng.choice(group, min(GROUP, len(group)), replace=False)
            steady = varied[np.argmin(z[np.ix_(chosen, varied)].var(axis=0))]  # z is already of unit variance
            table[steady, held] += 1
        counts.append(table)
    learnt, judged = counts
    right = judged[np.arange(len(judged)), learnt.argmax(axis=1)].sum()
    return FactorVaeScore(float(right / votes), 1 / len(known), learnt)


def slider_names(styles: npt.ArrayLike, factors: pd.DataFrame, kinds: Kinds) -> list[SliderName]:
    """For each dimension of the style the factor that it follows most, (style_dim,).

    Chance is excluded by the F test of the strength (for a number that is the t test of Spearman's r), at 1 % after
    Bonferroni over all pairs of a dimension and a factor. What remains is compared by the share of variance adjusted
    for the number of columns (Ezekiel, 1930), as otherwise a category of many values would win by chance. Said is the
    plain strength. With many pictures even a weak strength is no chance: look at it. What rises and falls again along a
    number is not seen.
    """
    z, known = _prepared(styles, factors, kinds)
    ranks = rankdata(z, axis=0)
    n, width = z.shape
    best = [SliderName(None, 0.0, UNKNOWN)] * width
    best_share = np.zeros(width)
    for factor in known:
        columns, targets = factor.columns(), z
        if factor.kind == "number":
            columns, targets = rankdata(columns, axis=0), ranks
        share = _explained(columns, targets)  # (style_dim,)
        free, left = columns.shape[1], n - columns.shape[1] - 1
        chance = f.sf(share / free / np.maximum((1 - share) / left, 1e-12), free, left)
        adjusted = 1 - (1 - share) * (n - 1) / left
        for dimension in np.flatnonzero((chance < LEVEL / (width * len(known))) & (adjusted > best_share)):
            strength = float(np.sqrt(share[dimension]))
            if factor.kind == "number" and np.cov(columns[:, 0], targets[:, dimension])[0, 1] < 0:
                strength = -strength
            best[dimension] = SliderName(factor.name, strength, factor.describe(strength))
            best_share[dimension] = adjusted[dimension]
    return best


def report(styles: npt.ArrayLike, factors: pd.DataFrame, kinds: Kinds, seed: int = 0) -> dict[str, float]:
    """All scores, ready for JSON, each 0 to 1 and better the higher, with `n`, the number of pictures behind them.

    `factor_vae_chance` is what `factor_vae` is for noise; all others are then near 0.
    """
    trees = dci(styles, factors, kinds, seed)
    groups = factor_vae_score(styles, factors, kinds, seed=seed)
    return {
        "n": len(factors),
        "mig": mutual_information_gap(styles, factors, kinds).value,
        "sap": separated_attribute_predictability(styles, factors, kinds, seed).value,
        "dci_disentanglement": trees.disentanglement,
        "dci_completeness": trees.completeness,
        "dci_informativeness": trees.informativeness,
        "factor_vae": groups.accuracy,
        "factor_vae_chance": groups.chance,
    }


@dataclass(frozen=True)
class _Factor:
    name: str
    label: str
    kind: str  # "number", "angle" or "category"
    values: np.ndarray  # (n,): numbers; degrees, 0 to 360; codes of categories

    def bins(self, most: int) -> np.ndarray:
        """The bin of each picture, (n,): a category's are its values."""
        if self.kind == "category":
            return self.values
        return _binned(_unrolled(self.values) if self.kind == "angle" else self.values, most)

    def columns(self) -> Array:
        """The factor as columns of something linear, (n, columns): a number, sine and cosine, or all values but one."""
        if self.kind == "angle":
            return np.stack([np.sin(np.radians(self.values)), np.cos(np.radians(self.values))], axis=1)
        if self.kind == "category":
            return pd.get_dummies(self.values, drop_first=True).to_numpy(float)
        return self.values[:, None]

    def describe(self, strength: float) -> str:
        number = {"number": f"r = {strength:+.2f}", "angle": f"R = {strength:.2f}", "category": f"η = {strength:.2f}"}
        return f"{self.label[:1].lower()}{self.label[1:]}, {number[self.kind]}"


def _prepared(styles: npt.ArrayLike, factors: pd.DataFrame, kinds: Kinds) -> tuple[Array, list[_Factor]]:
    """The styles with mean 0 and variance 1 in each dimension (exactly 0 where it is constant), and the factors."""
    z = np.asarray(styles, dtype=np.float64)
    if z.ndim != 2 or z.shape[1] < 2 or len(kinds) < 2:
        raise InputError("disentanglement is a matter of at least two style dimensions and two factors: give more")
    if len(z) != len(factors):
        raise InputError(f"there are {len(z)} styles for {len(factors)} pictures: give one a picture")
    if len(z) < MIN_COUNT:
        raise InputError(f"{len(z)} pictures are too few to tell a score from chance: give at least {MIN_COUNT}")
    if not np.isfinite(z).all():
        raise InputError("some styles are not finite numbers: leave those pictures out")
    constant = np.ptp(z, axis=0) == 0
    if constant.all():
        raise InputError("all pictures have the same style, which explains nothing: give styles that differ")
    z = (z - z.mean(axis=0)) / np.where(constant, 1, z.std(axis=0))
    z[:, constant] = 0  # a mean is rounded
    return z, [_factor(name, kind, factors) for name, kind in kinds.items()]


def _factor(name: str, kind: Numeric | str, factors: pd.DataFrame) -> _Factor:
    if name not in factors:
        raise InputError(f"the table has no column {name!r}: leave this factor out, or give a table that has it")
    column = factors.loc[:, name]
    if column.isna().to_numpy().any():
        raise InputError(f"some pictures have no {name!r}: leave those pictures or this factor out")
    if isinstance(kind, str):
        found = _Factor(name, kind, "category", pd.factorize(column)[0])
        if len(np.unique(found.values)) * PER_CELL > len(column):
            raise InputError(f"{name!r} differs in nearly every picture: it is no category, leave it out")
    else:
        if not pd.api.types.is_numeric_dtype(column) or not np.isfinite(column.to_numpy(float)).all():
            raise InputError(f"{name!r} is not always a number: give it a label instead, as a category")
        values = column.to_numpy(float)
        found = _Factor(name, kind.label, *(("angle", values % 360) if kind.goes_round else ("number", values)))
    if np.ptp(found.values) == 0:
        raise InputError(f"{name!r} is the same in all pictures, so that nothing can follow it: leave it out")
    return found


def _bins(count: int) -> int:
    """How many bins a number has where so many pictures are laid out by two of them."""
    return min(BINS, isqrt(count // PER_CELL))


def _binned(values: np.ndarray, most: int) -> np.ndarray:
    """Bins of about as many values each, (n,); a bin a value, where there are no more values than bins.

    By rank, so that bins do not depend on the scale on which somebody wrote a factor down. Equal values share a rank,
    and hence a bin; values that are not all equal never end in one bin.
    """
    distinct, codes = np.unique(values, return_inverse=True)
    return codes if len(distinct) <= most else ((rankdata(values) - 0.5) * most // len(values)).astype(np.int64)


def _unrolled(degrees: np.ndarray) -> np.ndarray:
    """Angles counted from the end of the widest arc that has none, so that no bin falls apart at 360°."""
    ordered = np.sort(degrees)
    gaps = np.diff(ordered, prepend=ordered[-1] - 360)
    return (degrees - ordered[gaps.argmax()]) % 360


def _groups(factor: _Factor, rows: np.ndarray) -> list[np.ndarray]:
    """The pictures among `rows` of each value of a factor that has enough of them."""
    labels = factor.bins(_bins(2 * len(rows)) // 2)[rows]  # half as many bins, for half of the pictures
    groups = [rows[labels == label] for label in np.unique(labels)]
    groups = [group for group in groups if len(group) >= SMALLEST_GROUP]
    if not groups:
        raise InputError(f"there are too few pictures of any one {factor.name!r}: give more pictures, or leave it out")
    return groups


def _explained(columns: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The share of each target's variance that is linear in the columns; (n, p), (n, d) -> (d,), 0 to 1."""
    fitted = LinearRegression().fit(columns, targets).predict(columns)
    total = targets.var(axis=0)
    share = np.divide(fitted.var(axis=0), total, out=np.zeros_like(total), where=total > 0)
    return np.clip(share, 0, 1)


def _accuracy(truth: np.ndarray, guesses: np.ndarray) -> float:
    """Balanced accuracy, of which chance is 0 and always right is 1; never below 0."""
    return max(0.0, float(balanced_accuracy_score(truth, guesses, adjusted=True)))


def _concentration(weights: np.ndarray) -> np.ndarray:
    """1 where all of a row's weight is in one place, 0 where it is spread evenly or there is none; (a, b) -> (a,)."""
    weighty = weights.sum(axis=1) > 0
    found = np.zeros(len(weights))
    found[weighty] = 1 - np.asarray(entropy(weights[weighty], base=weights.shape[1], axis=1))
    return np.clip(found, 0, 1)


def _forest(seed: int) -> dict:
    # Every split may choose among all dimensions: among a random few, one of noise would be split for want of better.
    return {
        "n_estimators": TREES,
        "min_samples_leaf": LEAF,
        "max_features": None,
        "oob_score": True,
        "random_state": seed,
        "n_jobs": 1,
    }


def _gap(scores: npt.ArrayLike) -> float:
    """How far the highest is above the second highest."""
    second, first = np.sort(np.asarray(scores, dtype=float))[-2:]
    return float(first - second)


def _mean(gaps: dict[str, float]) -> Gaps:
    return Gaps(float(np.mean(list(gaps.values()))), gaps)
