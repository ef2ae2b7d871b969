"""Clusters of what was planted are found again; curves, agreement and words say so."""

import numpy as np
import pytest

from cocktailman.errors import InputError
from cocktailman.evaluation.clusters import (
    FEATURES,
    TAGS,
    agreement,
    cluster,
    contingency,
    densities,
    in_words,
    scores_by_count,
    typical_tags,
)

RNG = np.random.default_rng(0)
NAMES = np.repeat(["Mojito", "Negroni", "Martini", "Bramble"], 50)
CENTRES = {name: RNG.normal(size=16) * 2 for name in np.unique(NAMES)}
VECTORS = np.stack([CENTRES[name] + RNG.normal(size=16) * 0.3 for name in NAMES]).astype(np.float32)
PATTERNS = dict(zip(np.unique(NAMES), np.eye(4, 12).repeat(1, 0) + np.eye(4, 12, 4) + np.eye(4, 12, 8), strict=True))
GIVEN = np.stack([np.where(RNG.random(12) < 0.05, 1 - PATTERNS[name], PATTERNS[name]) for name in NAMES]).astype(bool)
DATA = {FEATURES: VECTORS, TAGS: GIVEN.astype(np.float32)}


@pytest.mark.parametrize("by", [FEATURES, TAGS])
def test_planted_clusters_are_found(by: str) -> None:
    found = [cluster(DATA[by], by, 4, seed).of for seed in range(4)]
    agreed = agreement(found, NAMES.tolist())
    assert max(agreement([one], NAMES.tolist())["ARI"].value for one in found) > 0.9
    assert agreed["ARI"].low <= agreed["ARI"].value <= agreed["ARI"].high and agreed["NMI"].value > 0.6
    assert (np.diff(np.bincount(found[0])) <= 0).all()  # the largest first
    table = scores_by_count(DATA[by], by, (2, 3, 4, 6, 9))
    assert table["clusters"].tolist() == [2, 3, 4, 6, 9]
    assert table["cost"].iloc[-1] < table["cost"].iloc[0] and table["silhouette"].between(-1, 1).all()


def test_words_tables_and_tags() -> None:
    found = cluster(VECTORS, FEATURES, 4).of
    table = scores_by_count(VECTORS, FEATURES, (2, 4, 8))
    said = in_words(table, agreement([found] * 2, NAMES.tolist()), 4, 4, FEATURES)
    assert said.startswith("Yes: by silhouette, 4 clusters of features fit best, and there are 4 cocktails.")
    assert in_words(table, agreement([found] * 2, NAMES.tolist()), 37, 4, FEATURES).startswith("No: ")
    assert sorted(contingency(found, NAMES.tolist()).to_numpy().max(1)) == [50] * 4
    tags = typical_tags(found, GIVEN, [f"tag {i}" for i in range(12)])
    assert len(tags) == 4 and all(text.count("tag") >= 3 for text in tags)
    dense = densities(VECTORS).of
    assert dense.max() + 1 == 4


def test_what_cannot_be_divided_is_said() -> None:
    with pytest.raises(InputError, match="all pictures are alike by features"):
        cluster(np.zeros((20, 3), np.float32), FEATURES, 9)
    with pytest.raises(InputError, match="9 clusters cannot be made: choose from 2 to 3, as no more of these"):
        cluster(np.eye(3, dtype=np.float32), FEATURES, 9)
