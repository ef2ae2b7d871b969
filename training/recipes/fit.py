"""Naive Bayes and the Chow-Liu tree of recipes, by counting; how much to smooth is chosen by cross-validation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree

from cocktailman.catalog import catalog
from cocktailman.inference.inventor import GLASS, NONE, PLUS, SPIRIT, attributes_of
from cocktailman.labels.truth import facts_of_photos
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, save_network
from cocktailman.models.recipetree.network import IMPOSSIBLE, MISSING, RecipeTree, RecipeTreeConfig, Rows
from training.datasets.photos import SPLIT, read_table

SMOOTHING = (0.03, 0.1, 0.3, 1.0, 3.0)  # added to each count, to choose from
FOLDS = 5
RARE = 3  # recipes: spirits that go together less often are taken for the first of them

Drinks = list[dict[str, str]]


def read_drinks(photos: Path, split: str) -> Drinks:
    """The recipes of a split of the photos that have their own, each once; with those of the catalogue in training."""
    table = read_table(photos / "photos.csv", keep_default_na=False).merge(read_table(SPLIT), on="file")
    table = table.loc[(table["source"] != "bulk") & (table["ingredients"] != "")]
    table = table.assign(known=facts_of_photos(table)["glass"].fillna(""))
    table = table.loc[table["split"] == split].drop_duplicates(["drink", "ingredients"])
    found = [
        attributes_of(ingredients.split(), glass or None)
        for ingredients, glass in zip(table["ingredients"], table["known"], strict=True)
    ]
    named = catalog().cocktails if split == "train" else ()
    return found + [attributes_of(item.recipe, item.glass) for item in named]


def fit_recipes(photos: Path, root: Path = CHECKPOINTS) -> list[Checkpoint]:
    """Writes the checkpoints `naive-bayes` and `chow-liu`."""
    drinks = read_drinks(photos, "train")
    names, values = variables(drinks)
    rows = rows_of(drinks, names, values)
    made = []
    for name, parents in (
        ("naive-bayes", [-1] + [0] * (len(names) - 1)),
        ("chow-liu", chow_liu(rows, [len(each) for each in values])),
    ):
        order, above = ordered(parents)
        config = RecipeTreeConfig([names[i] for i in order], [values[i] for i in order], above)
        smoothing = best_smoothing(config, rows[:, order])
        tree = fitted(config, rows[:, order], smoothing)
        made.append(save_network(tree, "recipetree", name, "photos", root))
        print(f"{name}: {len(rows)} recipes, {len(names)} attributes, {smoothing} added to each count")
    return made


def variables(drinks: Sequence[Mapping[str, str]]) -> tuple[list[str], list[list[str]]]:
    """The attributes that differ among drinks, spirits first, and their values, the most frequent first."""
    counts = {name: Counter(drink[name] for drink in drinks if name in drink) for name in (SPIRIT, GLASS, *drinks[0])}
    often = {value for value, count in counts[SPIRIT].items() if count >= RARE}
    merged = Counter({value: count for value, count in counts[SPIRIT].items() if value in often})
    values = {name: [value for value, _ in count.most_common()] for name, count in counts.items()} | {
        SPIRIT: [value for value, _ in merged.most_common()]
    }
    names = [name for name, each in values.items() if len(each) > 1]
    return names, [values[name] for name in names]


def rows_of(drinks: Sequence[Mapping[str, str]], names: Sequence[str], values: Sequence[Sequence[str]]) -> Rows:
    """Drinks as rows of positions among the values; spirits that rarely go together count as the first of them."""

    def place(drink: Mapping[str, str], name: str, known: Sequence[str]) -> int:
        said = drink.get(name)
        if name == SPIRIT and said not in known:
            said = str(said).split(PLUS)[0] if str(said).split(PLUS)[0] in known else NONE
        return known.index(said) if said in known else MISSING

    pairs = list(zip(names, values, strict=True))
    return np.array([[place(drink, name, known) for name, known in pairs] for drink in drinks], np.int64)


def chow_liu(rows: Rows, sizes: Sequence[int]) -> list[int]:
    """The parent of each variable, -1 of the first: the tree of the largest sum of mutual informations."""
    count = len(sizes)
    shared = np.zeros((count, count))
    for first in range(count):
        for second in range(first):
            shared[first, second] = mutual_information(rows[:, [first, second]], sizes[first], sizes[second])
    tree = minimum_spanning_tree(-shared - 1e-9)  # of negative weights: the maximum; 0 would be no edge
    _, parents = breadth_first_order(tree, 0, directed=False)
    return [-1 if parent < 0 else int(parent) for parent in parents]


def mutual_information(pairs: Rows, first: int, second: int) -> float:
    """In nats, from the rows in which both are known."""
    known = pairs[(pairs != MISSING).all(1)]
    joint = np.zeros((first, second))
    np.add.at(joint, (known[:, 0], known[:, 1]), 1)
    joint /= max(joint.sum(), 1)
    alone = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    return float((joint[joint > 0] * np.log(joint[joint > 0] / alone[joint > 0])).sum())


def ordered(parents: Sequence[int]) -> tuple[list[int], list[int]]:
    """The variables so that parents come first, and their parents in that order."""
    order = [place for place, parent in enumerate(parents) if parent < 0]
    for place in order:
        order += [child for child, parent in enumerate(parents) if parent == place]
    return order, [-1 if parents[place] < 0 else order.index(parents[place]) for place in order]


def fitted(config: RecipeTreeConfig, rows: Rows, smoothing: float) -> RecipeTree:
    """The tree with its probabilities: counts of what is known, and `smoothing` more of each (Lidstone)."""
    tree = RecipeTree(config)
    table = np.full(tree.table.shape, IMPOSSIBLE)
    for place, (parent, own) in enumerate(zip(config.parents, config.values, strict=True)):
        above = rows[:, parent] if parent >= 0 else np.zeros(len(rows), np.int64)
        known = (rows[:, place] != MISSING) & (above != MISSING)
        counts = np.full((len(config.values[parent]) if parent >= 0 else 1, len(own)), smoothing)
        np.add.at(counts, (above[known], rows[known, place]), 1)
        table[place, : len(counts), : len(own)] = np.log(counts / counts.sum(1, keepdims=True))
    tree.table.copy_(torch.from_numpy(table))
    return tree


def best_smoothing(config: RecipeTreeConfig, rows: Rows, seed: int = 0) -> float:
    """The smoothing of the best held-out log-likelihood in five-fold cross-validation."""
    fold = np.random.default_rng(seed).permutation(len(rows)) % FOLDS
    scores = {
        smoothing: sum(
            fitted(config, rows[fold != part], smoothing).log_likelihood(rows[fold == part]).sum()
            for part in range(FOLDS)
        )
        for smoothing in SMOOTHING
    }
    return max(scores, key=lambda smoothing: scores[smoothing])
