"""A text becomes a recipe: what it names itself, and what is in the pictures that it fits best."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cocktailman.catalog import Recipe, catalog, fold
from cocktailman.inference.protocols import Embedder
from cocktailman.inference.tagging import search
from cocktailman.inference.vectors import Embedded

NEAREST = 24  # pictures whose recipes are asked
MIN_SHARE = 0.4  # the share of them, weighed by how near they are, that an ingredient is taken from
MOST = 6  # ingredients


def named_in(text: str) -> Recipe:
    """The ingredients that a text names, and those of the first cocktail that it names; may be none."""
    said = f" {' '.join(text.lower().replace(',', ' ').split())} "
    ids = [item.id for item in catalog().ingredients if any(f" {name.lower()} " in said for name in item.names)]
    drinks = [item for item in catalog().cocktails if any(fold(name) in fold(said) for name in item.names)]
    ids += drinks[0].recipe if drinks else ()
    return catalog().recipe(ids) if ids else ()


def text_to_recipe(text: str, pictures: Embedded, recipes: Sequence[Recipe], embedder: Embedder) -> Recipe:
    """What a text such as 'something red in a flute' may be made of.

    Ingredients that it names are taken; where it names none, those that are frequent in the recipes of the pictures it
    fits best. Raises `InputError` where the text is empty, or far too long.
    """
    order, cosines = search(pictures.vectors, text, embedder)
    if named := named_in(text):
        return named
    best = order[:NEAREST]
    weights = np.exp(10 * (cosines[best] - cosines[best[0]]))
    vectors = np.stack([catalog().recipe_vector(recipes[row]) for row in best])  # (nearest, n_ingredients)
    shares = weights @ vectors / weights.sum()
    ranked = [row for row in np.argsort(-shares, kind="stable")[:MOST] if shares[row] >= MIN_SHARE] or [shares.argmax()]
    return catalog().recipe(catalog().ingredients[row].id for row in ranked)
