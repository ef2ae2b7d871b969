"""The regression from recipe to style, on styles that are known to be linear in the recipe."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.inference.generator import Generator
from cocktailman.latent.regressor import FILE, StyleRegressor, fit_regressor, save_regressor
from cocktailman.models.checkpoints import find_checkpoint, save_network
from cocktailman.models.cvae.network import CVAE
from cocktailman.models.manifest import record

SPREAD = np.array([0.5, 0.1, 1.0, 0.3, 0.2, 0.4])


@pytest.fixture(scope="module")
def truth() -> np.ndarray:
    """What each ingredient does to each of 6 numbers; the last number hears of none."""
    truth = np.random.default_rng(1).normal(0, 1, (63, 6))
    truth[:, 5] = 0
    return truth


@pytest.fixture(scope="module")
def fitted(truth: np.ndarray) -> StyleRegressor:
    rng = np.random.default_rng(0)
    recipes = rng.random((3000, 63)) < 0.08
    return fit_regressor(recipes, recipes @ truth + rng.normal(0, SPREAD, (3000, 6)))


def test_it_finds_what_ingredients_do_and_what_they_leave_open(fitted: StyleRegressor, truth: np.ndarray):
    np.testing.assert_allclose(fitted.coefficients, truth, atol=0.4)
    np.testing.assert_allclose(np.sqrt(np.diag(fitted.covariance)), SPREAD, rtol=0.15)
    assert (fitted.r2[:5] > 0.75).all() and abs(fitted.r2[5]) < 0.05


def test_samples_have_the_mean_and_the_spread_of_the_recipe(fitted: StyleRegressor):
    recipe = catalog().recipe_vector(["gin", "tonic"])
    recipes = recipe[None].repeat(4000, 0)
    styles = fitted.sample(recipes, seed=0)
    np.testing.assert_allclose(styles.mean(0), fitted.mean(recipe), atol=0.06)
    np.testing.assert_allclose(np.cov(styles.T), fitted.covariance, atol=0.06)
    np.testing.assert_array_equal(fitted.sample(recipes[:1], seed=0), styles[:1])
    half = fitted.sample(recipes, seed=0, truncation=0.5)
    np.testing.assert_allclose(half, (styles + fitted.mean(recipe)) / 2, atol=1e-5)


def test_styles_that_are_not_read_back_are_drawn_anew_and_no_others(fitted: StyleRegressor):
    recipes = catalog().recipe_vector(["gin", "tonic"])[None].repeat(500, 0)
    mean = fitted.mean(recipes[0])
    asked = []

    def error(vectors: np.ndarray, styles: np.ndarray) -> np.ndarray:
        asked.append(len(styles))
        assert len(vectors) == len(styles)
        return styles[:, 2] - mean[2]  # as if nothing were read of styles on one side of a plane

    bounded = replace(fitted, most_error=np.zeros(1, np.float32))
    plain, kept = bounded.sample(recipes, seed=0), bounded.sample(recipes, seed=0, error=error)
    fine = plain[:, 2] <= mean[2]
    np.testing.assert_array_equal(kept[fine], plain[fine])
    assert (kept[:, 2] <= mean[2]).all() and 200 < fine.sum() < 300
    assert asked[0] == 500 and asked[1] == 500 - fine.sum() and asked == sorted(asked, reverse=True)
    np.testing.assert_array_equal(bounded.sample(recipes[:7], seed=0, error=error), kept[:7])
    half = bounded.sample(recipes, seed=0, truncation=0.5, error=error)
    np.testing.assert_allclose(half, (kept + mean) / 2, atol=1e-5)
    asked.clear()
    np.testing.assert_array_equal(fitted.sample(recipes, seed=0, error=error), plain)  # nothing is known to be too far
    assert not asked


def test_where_nothing_is_read_back_the_best_of_some_is_taken(fitted: StyleRegressor):
    recipes = catalog().recipe_vector(["gin"])[None].repeat(20, 0)
    first = fitted.sample(recipes, seed=0)[:, 0]
    never = replace(fitted, most_error=np.full(1, -1e30, np.float32))
    found = never.sample(recipes, seed=0, error=lambda vectors, styles: styles[:, 0])
    assert (found[:, 0] <= first).all() and (found[:, 0] < first).mean() > 0.8


def test_it_travels_with_its_weights_and_with_no_others(fitted: StyleRegressor, network: CVAE, tmp_path: Path):
    save_network(network, "cvae", "tiny", "photos", tmp_path)
    with pytest.raises(InputError, match="training regressor tiny"):
        Generator.load("tiny", tmp_path).typical_styles([("gin",)], 0)
    save_regressor(fitted, find_checkpoint("tiny", tmp_path))
    recipes = [("gin",)] * 3
    vectors = catalog().recipe_vector(["gin"])[None].repeat(3, 0)
    np.testing.assert_array_equal(
        Generator.load("tiny", tmp_path).typical_styles(recipes, 7), fitted.sample(vectors, 7)
    )
    generator = Generator.load("tiny", tmp_path)
    error = generator.latent_errors(vectors, fitted.sample(vectors, 7))
    save_regressor(
        replace(fitted, most_error=np.sort(error)[1:].mean(keepdims=True)), find_checkpoint("tiny", tmp_path)
    )  # one is too far
    found = Generator.load("tiny", tmp_path).typical_styles(recipes, 7)
    assert (found != fitted.sample(vectors, 7)).any(1).sum() == 1 and generator.latent_errors(
        vectors, found
    ).max() <= error.max()
    file = tmp_path / "tiny" / FILE
    whole = file.read_bytes()
    for damage in (whole[:100], b"", whole.replace(b'"weights":"', b'"weights":"0')):
        file.write_bytes(damage)
        record(file.parent, FILE)
        with pytest.raises(InputError, match="damaged or of other weights"):
            Generator.load("tiny", tmp_path)


@pytest.mark.parametrize(
    "damage",
    [{"covariance": -np.eye(6)}, {"covariance": np.full((6, 6), np.nan)}, {"most_error": np.full(1, np.nan)}],
    ids=["no covariance", "NaN in the covariance", "NaN for a bound"],
)
def test_numbers_that_are_none_get_a_sentence(
    fitted: StyleRegressor, network: CVAE, tmp_path: Path, damage: dict[str, np.ndarray]
):
    checkpoint = save_network(network, "cvae", "tiny", "photos", tmp_path)
    save_regressor(replace(fitted, **{name: part.astype(np.float32) for name, part in damage.items()}), checkpoint)
    with pytest.raises(InputError, match="damaged or of other weights"):
        Generator.load("tiny", tmp_path)
