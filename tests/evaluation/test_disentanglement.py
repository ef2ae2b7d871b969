"""The scores, and the names of sliders, on styles of which one knows what they must say."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.linalg import hadamard

from cocktailman.errors import InputError
from cocktailman.evaluation.disentanglement import (
    dci,
    factor_vae_score,
    mutual_information_gap,
    report,
    separated_attribute_predictability,
    slider_names,
)
from cocktailman.renders import Numeric

COUNT = 1000
GLASSES = ("coupe", "flute", "highball", "shot")
KINDS = {
    "fill": Numeric("Fill", "%.2f", 0.01),
    "elevation": Numeric("Camera elevation", "%.0f°", 1.0),
    "azimuth": Numeric("Light azimuth", "%.0f°", 5.0, goes_round=True),
    "glass": "Glass",
}
SCORES = ("mig", "sap", "dci_disentanglement", "dci_completeness", "dci_informativeness")


def make_factors() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "fill": rng.random(COUNT),
            "elevation": rng.uniform(0, 40, COUNT),
            "azimuth": rng.uniform(-20, 20, COUNT) % 360,  # on both sides of where 360 turns 0
            "glass": rng.choice(GLASSES, COUNT),
        }
    )


def told(factors: pd.DataFrame) -> np.ndarray:
    """Styles of which each dimension is one of the factors, in the order of KINDS, all of about the same spread."""
    azimuth = (factors["azimuth"] + 180) % 360 - 180
    glass = [GLASSES.index(glass) for glass in factors["glass"]]
    return np.stack([factors["fill"] * 3, -factors["elevation"] / 13, azimuth / 13, glass], axis=1)


FACTORS = make_factors()
TOLD = told(FACTORS)
NOISE = np.random.default_rng(1).normal(size=(COUNT, 6))


def test_styles_that_are_the_factors_score_near_1() -> None:
    scores = report(TOLD, FACTORS, KINDS)
    assert json.loads(json.dumps(scores)) == scores and scores["n"] == COUNT
    assert all(scores[name] > 0.85 for name in (*SCORES, "factor_vae")), scores
    assert report(TOLD * 1000 + 5, FACTORS, KINDS) == pytest.approx(scores, abs=0.02), "the scale of a style is nothing"


def test_a_rotation_keeps_what_is_known_and_loses_which_dimension_knows_it() -> None:
    alike = TOLD / TOLD.std(axis=0)
    rotation = hadamard(4) / 2  # each dimension becomes as much of every factor
    straight, turned = (report(styles, FACTORS, KINDS) for styles in (alike, alike @ rotation))
    assert all(turned[name] < straight[name] - 0.4 for name in SCORES[:-1]), turned
    assert turned["dci_informativeness"] > 0.7


def test_noise_scores_near_0_and_names_no_slider() -> None:
    scores = report(NOISE, FACTORS, KINDS)
    assert all(scores[name] < 0.06 for name in SCORES), scores
    assert scores["factor_vae"] == pytest.approx(scores["factor_vae_chance"], abs=0.05)
    assert {name.label for name in slider_names(NOISE, FACTORS, KINDS)} == {"nothing known"}


def test_a_factor_in_two_dimensions_has_no_gap_and_is_half_complete() -> None:
    styles = np.column_stack([TOLD, TOLD[:, 0]])[:, [0, 1, 2, 4]]  # the fill twice, and no glass
    assert mutual_information_gap(styles, FACTORS, KINDS).by_factor["fill"] == 0
    assert separated_attribute_predictability(styles, FACTORS, KINDS).by_factor["fill"] == pytest.approx(0, abs=1e-9)
    trees = dci(styles, FACTORS, KINDS)
    assert trees.completeness_by_factor["fill"] == pytest.approx(0.5, abs=0.05), "log 2 / log 4"
    assert trees.completeness_by_factor["elevation"] > 0.9
    assert trees.importances.shape == (4, 4) and np.allclose(trees.importances.sum(axis=0), 1)


def test_sliders_are_named_by_number_angle_and_category() -> None:
    rng = np.random.default_rng(2)
    around = np.column_stack([NOISE[:, 0], np.cos(np.radians(FACTORS["azimuth"] * 9 - 70)), *TOLD.T[[1, 3]]])
    factors = FACTORS.assign(azimuth=FACTORS["azimuth"] * 9)  # all the way round; no straight line follows its cosine
    around[:, 3] = np.array([0, 3, -3, 1])[TOLD[:, 3].astype(int)]  # in no order of the words
    names = slider_names(around + 0.3 * rng.normal(size=around.shape), factors, KINDS)
    assert [name.factor for name in names] == [None, "azimuth", "elevation", "glass"]
    assert names[2].label == f"camera elevation, r = {names[2].strength:+.2f}" and -1 < names[2].strength < -0.9
    assert names[1].label == f"light azimuth, R = {names[1].strength:.2f}" and 0.85 < names[1].strength < 1
    assert names[3].label == f"glass, η = {names[3].strength:.2f}" and 0.95 < names[3].strength < 1


def test_a_circle_has_no_seam() -> None:
    elsewhere = FACTORS.assign(azimuth=(FACTORS["azimuth"] + 123) % 360)
    for score in (mutual_information_gap, separated_attribute_predictability):
        assert score(TOLD, elsewhere, KINDS).value == pytest.approx(score(TOLD, FACTORS, KINDS).value)


def test_a_constant_dimension_knows_of_nothing() -> None:
    styles = np.column_stack([TOLD, np.full(COUNT, 0.1)])
    assert slider_names(styles, FACTORS, KINDS)[4].factor is None
    assert mutual_information_gap(styles, FACTORS, KINDS) == mutual_information_gap(TOLD, FACTORS, KINDS)
    assert factor_vae_score(styles, FACTORS, KINDS).accuracy > 0.9


@pytest.mark.parametrize(
    ("styles", "factors", "says"),
    [
        (TOLD[:50], FACTORS[:50], "50 pictures are too few"),
        (TOLD[:-1], FACTORS, "one a picture"),
        (TOLD[:, :1], FACTORS, "at least two"),
        (np.full_like(TOLD, 0.1), FACTORS, "the same style"),
        (np.where(TOLD > 2, np.nan, TOLD), FACTORS, "not finite"),
        (TOLD, FACTORS.drop(columns="glass"), "no column 'glass'"),
        (TOLD, FACTORS.assign(glass="coupe"), "'glass' is the same"),
        (TOLD, FACTORS.assign(azimuth=np.where(FACTORS["azimuth"] > 180, 0, 360)), "'azimuth' is the same"),
        (TOLD, FACTORS.assign(glass=[f"{number}" for number in range(COUNT)]), "no category"),
        (TOLD, FACTORS.assign(fill=FACTORS["fill"].where(FACTORS["fill"] > 0.5)), "have no 'fill'"),
        (TOLD, FACTORS.assign(fill="half"), "not always a number"),
    ],
)
def test_what_cannot_be_scored_says_so(styles: np.ndarray, factors: pd.DataFrame, says: str) -> None:
    with pytest.raises(InputError, match=says):
        report(styles, factors, KINDS)
