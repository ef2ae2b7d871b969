"""Trees of attributes against enumeration of all rows, and Chow-Liu against a chain whose tree is known."""

from itertools import product

import numpy as np
import pytest

from cocktailman.errors import InputError
from cocktailman.inference.inventor import Inventor, attributes_of, given_of
from cocktailman.models.recipetree.network import MISSING, RecipeTree, RecipeTreeConfig
from training.recipes.fit import chow_liu, fitted, ordered

SIZES = [3, 2, 2, 3]
CONFIG = RecipeTreeConfig(list("abcd"), [[str(i) for i in range(n)] for n in SIZES], [-1, 0, 0, 2])
ALL = np.array(list(product(*map(range, SIZES))), np.int64)


def chain(count: int, seed: int) -> np.ndarray:
    """Rows in which b and c follow a nine times of ten, and d follows c."""
    rng = np.random.default_rng(seed)
    a = rng.integers(3, size=count)

    def follow(above: np.ndarray, size: int) -> np.ndarray:
        return np.where(rng.random(count) < 0.9, above % size, rng.integers(size, size=count))

    c = follow(a, 2)
    return np.stack([a, follow(a, 2), c, follow(c + 1, 3)], 1)


@pytest.fixture(scope="module")
def tree() -> RecipeTree:
    return fitted(CONFIG, chain(500, 0), 0.3)


def test_probabilities_sum_to_one_and_those_of_parts_to_the_whole(tree: RecipeTree) -> None:
    every = np.exp(tree.log_likelihood(ALL))
    assert every.sum() == pytest.approx(1, abs=1e-9)
    for known in ([1, MISSING, MISSING, MISSING], [MISSING, 0, MISSING, 2], [2, 1, MISSING, 0]):
        agrees = np.array([all(k in (MISSING, v) for k, v in zip(known, row, strict=True)) for row in ALL])
        assert np.exp(tree.log_likelihood(np.array([known])))[0] == pytest.approx(every[agrees].sum())


def test_what_is_drawn_follows_bayes_rule(tree: RecipeTree) -> None:
    known = np.array([[MISSING, 1, MISSING, 2]])
    drawn = tree.sample(known.repeat(20_000, 0), np.random.default_rng(1))
    assert (drawn[:, 1] == 1).all() and (drawn[:, 3] == 2).all()
    wanted = np.array(
        [np.exp(tree.log_likelihood(np.array([[a, 1, MISSING, 2]])) - tree.log_likelihood(known)) for a in range(3)]
    )
    assert np.bincount(drawn[:, 0], minlength=3) / 20_000 == pytest.approx(wanted[:, 0], abs=0.015)


def test_what_was_never_seen_has_the_share_that_smoothing_gives_it() -> None:
    config = RecipeTreeConfig(["a"], [["0", "1", "2"]], [-1])
    shares = fitted(config, np.array([[0], [0], [1], [MISSING]]), 0.5).log_likelihood(np.array([[0], [1], [2]]))
    assert np.exp(np.asarray(shares)) == pytest.approx(np.array([2.5, 1.5, 0.5]) / 4.5, rel=1e-5)


def test_chow_liu_finds_the_tree_and_what_misses_does_not_matter() -> None:
    rows = chain(4000, 2)
    rows[::7, 1] = MISSING
    parents = chow_liu(rows, SIZES)
    assert {frozenset((place, parent)) for place, parent in enumerate(parents) if parent >= 0} == {
        frozenset(pair) for pair in ((0, 1), (0, 2), (2, 3))
    }
    order, above = ordered(parents)
    assert sorted(order) == [0, 1, 2, 3] and all(parent < place for place, parent in enumerate(above))


@pytest.mark.parametrize("name", ["naive-bayes", "chow-liu"])
def test_the_shipped_ones_invent_what_is_asked_for(name: str) -> None:
    inventor = Inventor.load(name)
    found = inventor.invent({"spirit": "gin", "glass": "coupe", "lime": "yes"}, 5, seed=3)
    assert found[:2] == inventor.invent({"spirit": "gin", "glass": "coupe", "lime": "yes"}, 2, seed=3)
    for one in found:
        assert (
            {"gin", "lime"} <= set(one.ingredients) and one.attributes["glass"] == "coupe" and 0 < one.probability < 1
        )
    likely, strange = (
        inventor.log_likelihood(inventor.rows([attributes_of(recipe, None)]))[0]
        for recipe in (("gin", "tonic", "lime"), ("gin", "milk", "tomato_juice", "celery", "chocolate"))
    )
    assert likely > strange + 5
    for wrong, says in (({"spirit": "petrol"}, "spirit is never 'petrol'"), ({"mood": "good"}, "no attribute 'mood'")):
        with pytest.raises(InputError, match=says):
            inventor.invent(wrong, 1, 0)


def test_what_is_given_is_read_from_text() -> None:
    assert given_of("glass=coupe, spirit=gin,") == {"glass": "coupe", "spirit": "gin"} and given_of("") == {}
    with pytest.raises(InputError, match="'gin' is not attributes such as"):
        given_of("gin")
