"""What the page Data counts: classes, ingredients together, and how far factors tell of one another."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from cocktailman.renders import BY_RECIPE, CATEGORICAL, FREE_POUR, LISTED, NUMERIC, SPLITS, Renders

LABELS = {"cocktail": "Cocktail", **LISTED, **CATEGORICAL, "split": "Split"} | {
    name: factor.label for name, factor in NUMERIC.items()
}


def class_balance(renders: Renders, chosen: npt.NDArray[np.bool_], column: str) -> pd.DataFrame:
    """How many of the chosen pictures have each value of a column, by split: int, most frequent value first.

    Columns are `SPLITS` and `total`; a picture counts once for each of its values.
    """
    split = renders.factors.loc[chosen, "split"]
    if column in LISTED:
        values = renders.indicators[column].loc[chosen]
        counts = pd.DataFrame({name: values[(split == name).to_numpy()].sum() for name in SPLITS})
    else:
        values = renders.factors.loc[chosen, column].replace("", FREE_POUR)  # nothing but a cocktail is ever ""
        counts = pd.crosstab(values, split).reindex(columns=list(SPLITS), fill_value=0)
    counts["total"] = counts.sum(axis=1)
    counts = counts.loc[counts["total"] > 0]
    counts.index.name, counts.columns.name = column, None
    return counts.sort_index().sort_values("total", ascending=False, kind="stable")


def pairs_of(values: pd.DataFrame) -> pd.DataFrame:
    """How many rows have two values both, shape (values, values); on the diagonal, how many have the one."""
    has = values.to_numpy(np.float32)  # counts stay exact below 2^24 rows
    return pd.DataFrame((has.T @ has).astype(np.int64), index=values.columns, columns=values.columns)


def shares_of(pairs: pd.DataFrame) -> pd.DataFrame:
    """Of the rows with the value of a line, the share that has the value of a column too."""
    return pairs.div(np.diag(pairs), axis=0)


def lifts_of(pairs: pd.DataFrame, count: int) -> pd.DataFrame:
    """How many times as often two values meet among `count` rows as they would if they knew nothing of each other."""
    single = np.diag(pairs).astype(float)
    return pairs * count / np.outer(single, single)


def listed_pairs(pairs: pd.DataFrame, count: int) -> pd.DataFrame:
    """Each two values that meet, a row a pair, most frequent first: in how many rows, which share of either's, lift."""
    first, second = np.triu_indices(len(pairs), k=1)
    names, both = pairs.columns.to_numpy(), pairs.to_numpy()
    shares, lifts = shares_of(pairs).to_numpy(), lifts_of(pairs, count).to_numpy()
    table = pd.DataFrame(
        {
            "first": names[first],
            "second": names[second],
            "both": both[first, second],
            "of first": shares[first, second],
            "of second": shares[second, first],
            "lift": lifts[first, second],
        }
    )
    return table.loc[table["both"] > 0].sort_values("both", ascending=False, kind="stable", ignore_index=True)


def summary(factors: pd.DataFrame) -> pd.DataFrame:
    """Mean, spread and quantiles of each numeric factor, a row a factor."""
    table = factors[list(NUMERIC)].describe(percentiles=[0.05, 0.5, 0.95]).T
    table.insert(0, "factor", [NUMERIC[name].label for name in table.index])
    return table.rename(columns={"count": "pictures", "50%": "median"}).astype({"pictures": int})


def correlations(factors: pd.DataFrame, shuffled: bool = False) -> pd.DataFrame:
    """How far each two factors tell of one another, from 0 to 1, shape (factors, factors); constant ones are left out.

    It is the largest correlation there is between anything linear in the one and anything linear in the other (their
    first canonical correlation), where an angle enters as its sine and cosine and a category as its indicators. Of two
    plain numbers it is Pearson's |r|. `shuffled` shuffles each factor by itself first: what is left is chance.
    """
    randomness = np.random.default_rng(0)
    blocks: dict[str, npt.NDArray[np.float64]] = {}
    for name in (*NUMERIC, *CATEGORICAL):
        block = _whitened(_numbers(factors.loc[:, name]))
        if block.shape[1]:
            blocks[name] = randomness.permutation(block) if shuffled else block
    stacked = np.concatenate([np.zeros((len(factors), 0)), *blocks.values()], axis=1)  # (n, all columns)
    inner = stacked.T @ stacked / len(factors)
    ends = np.cumsum([0, *(block.shape[1] for block in blocks.values())])
    table = pd.DataFrame(1.0, index=list(blocks), columns=list(blocks))
    for i in range(len(blocks)):
        for j in range(i):
            strongest = np.linalg.norm(inner[ends[i] : ends[i + 1], ends[j] : ends[j + 1]], 2)
            table.iloc[i, j] = table.iloc[j, i] = min(float(strongest), 1.0)
    return table


def largest(table: pd.DataFrame, by_recipe: bool) -> tuple[float, str, str] | None:
    """The largest correlation of two factors that both follow the recipe, or of any other two, and these two."""
    pairs = [
        (float(table.at[first, second]), str(first), str(second))
        for number, first in enumerate(table.columns)
        for second in table.columns[number + 1 :]
        if (first in BY_RECIPE and second in BY_RECIPE) == by_recipe
    ]
    return max(pairs, default=None)


def _numbers(column: pd.Series) -> npt.NDArray[np.float64]:
    """A factor as numbers, shape (n, columns): what is missing lies at the mean of the others."""
    name = str(column.name)
    if name in CATEGORICAL:
        return pd.get_dummies(column).to_numpy(np.float64)
    values = column.to_numpy(np.float64)[:, None]
    if NUMERIC[name].goes_round:
        values = np.concatenate([np.cos(np.radians(values)), np.sin(np.radians(values))], axis=1)
    known = ~np.isnan(values)
    return np.where(known, values, np.nanmean(values, axis=0)) if known.any() else np.zeros((len(values), 0))


def _whitened(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The same columns centred, without those that add nothing, uncorrelated and of variance 1, shape (n, rank)."""
    centred = values - values.mean(axis=0)
    scale = centred.std(axis=0)
    centred = centred[:, scale > 1e-9] / scale[scale > 1e-9]
    variances, axes = np.linalg.eigh(centred.T @ centred / max(len(centred), 1))
    kept = variances > 1e-6
    return centred @ (axes[:, kept] / np.sqrt(variances[kept]))
