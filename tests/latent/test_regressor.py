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
    styles = fitted.sample(recipe, 4000, seed=0)
    np.testing.assert_allclose(styles.mean(0), fitted.mean(recipe), atol=0.06)
    np.testing.assert_allclose(np.cov(styles.T), fitted.covariance, atol=0.06)
    np.testing.assert_array_equal(fitted.sample(recipe, 1, seed=0), styles[:1])


def test_it_travels_with_its_weights_and_with_no_others(fitted: StyleRegressor, network: CVAE, tmp_path: Path):
    save_network(network, "cvae", "tiny", "photos", tmp_path)
    with pytest.raises(InputError, match="training regressor tiny"):
        Generator.load("tiny", tmp_path).typical_styles(("gin",), 1, 0)
    save_regressor(fitted, find_checkpoint("tiny", tmp_path))
    styles = Generator.load("tiny", tmp_path).typical_styles(("gin",), 3, 7)
    np.testing.assert_array_equal(styles, fitted.sample(catalog().recipe_vector(["gin"]), 3, 7))
    file = tmp_path / "tiny" / FILE
    whole = file.read_bytes()
    for damage in (whole[:100], b"", whole.replace(b'"weights":"', b'"weights":"0')):
        file.write_bytes(damage)
        record(file.parent, FILE)
        with pytest.raises(InputError, match="damaged or of other weights"):
            Generator.load("tiny", tmp_path)


@pytest.mark.parametrize("spread", [-np.eye(6), np.full((6, 6), np.nan)])
def test_a_covariance_that_is_none_gets_a_sentence(
    fitted: StyleRegressor, network: CVAE, tmp_path: Path, spread: np.ndarray
):
    checkpoint = save_network(network, "cvae", "tiny", "photos", tmp_path)
    save_regressor(replace(fitted, covariance=spread.astype(np.float32)), checkpoint)
    with pytest.raises(InputError, match="damaged or of other weights"):
        Generator.load("tiny", tmp_path)
