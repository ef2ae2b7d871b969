"""How good tags are, where the truth is known: average precision of labels, precision and recall of tags."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score

from cocktailman.inference.tagging import Tags
from cocktailman.labels.truth import TRUE, UNKNOWN, Truth

FEWEST = 5  # pictures that have a label, and as many that have it not, for its average precision to mean something


def label_scores(tags: Tags, truth: Truth) -> pd.DataFrame:
    """A row a label: label, pictures (of which the truth is known), share (that have it: the average precision of
    chance), average_precision, precision, recall; NaN where there are too few.

    truth: (n, labels), for the labels of `tags` in their order.
    """
    rows = []
    for place, label in enumerate(tags.labels):
        known = truth[:, place] != UNKNOWN
        true = truth[known, place] == TRUE
        given = tags.given[known, place]
        hits = int((true & given).sum())
        enough = FEWEST <= true.sum() <= len(true) - FEWEST
        rows.append(
            {
                "label": label,
                "pictures": int(known.sum()),
                "share": float(true.mean()) if known.any() else np.nan,
                "average_precision": float(average_precision_score(true, tags.cosines[known, place]))
                if enough
                else np.nan,
                "precision": hits / given.sum() if given.any() else np.nan,
                "recall": hits / true.sum() if true.any() else np.nan,
            }
        )
    return pd.DataFrame(rows)


def overall(tags: Tags, truth: Truth) -> tuple[float, float]:
    """Precision and recall of all tags given together, where the truth is known; NaN where none is."""
    known = truth != UNKNOWN
    true, given = (truth == TRUE) & known, tags.given & known
    hits = (true & given).sum()
    return hits / given.sum() if given.any() else np.nan, hits / true.sum() if true.any() else np.nan


def by_rank(tags: Tags) -> pd.Series:
    """The mean cosine of each picture's first label, its second, and so on; index 1 ..."""
    ranked = -np.sort(-tags.cosines, axis=1)
    return pd.Series(ranked.mean(0), range(1, ranked.shape[1] + 1), name="cosine")


def by_group(tags: Tags, groups: pd.Series) -> pd.DataFrame:
    """The share of the pictures of each group (cocktail) that are given each label, (groups, labels)."""
    given = pd.DataFrame(tags.given.astype(float), columns=list(tags.labels))
    return pd.DataFrame(given.groupby(groups.reset_index(drop=True)).mean())
