"""Normality, distances between Gaussians, density, and the words for them, on samples of known distribution."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn.datasets import load_iris

from cocktailman.errors import InputError
from cocktailman.latent import density as density_module
from cocktailman.latent import normality
from cocktailman.latent.density import density
from cocktailman.latent.gaussians import (
    Gaussian,
    aggregate_posterior,
    fit_gaussian,
    kl_per_dimension,
    wasserstein,
    wasserstein_matrix,
)
from cocktailman.latent.groups import active_units, chance_distance, linkage_order
from cocktailman.latent.normality import (
    NormalityTest,
    energy,
    henze_zirkler,
    mardia_kurtosis,
    mardia_skewness,
    qq_points,
    standardised,
)
from cocktailman.latent.statistics import JUDGED_FROM, group_statistics, verdict
from cocktailman.losses.kl import KLDivergence

TESTS = [mardia_skewness, mardia_kurtosis, henze_zirkler, energy]
SEEDS = st.integers(0, 2**32 - 1)


def random_gaussian(rng: np.random.Generator, d: int) -> Gaussian:
    root = rng.normal(size=(d, d))
    return Gaussian(rng.normal(size=d), root @ root.T)


def test_statistics_are_those_of_the_r_packages_mvn_and_energy():
    setosa = load_iris(return_X_y=True)[0][:50]
    skewness, zirkler = mardia_skewness(setosa), henze_zirkler(setosa)
    assert (skewness.statistic, skewness.p_value) == pytest.approx((27.85973, 0.1127617), rel=1e-6)
    assert (zirkler.statistic, zirkler.p_value) == pytest.approx((0.9488453, 0.04995356), rel=1e-6)
    assert energy(setosa, 9).statistic == pytest.approx(1.203397, rel=1e-6)
    assert 0.01 < energy(setosa, 199).p_value < 0.08


@pytest.mark.parametrize("test", TESTS)
def test_p_values_of_normal_samples_are_about_uniform(test: Callable[[np.ndarray], NormalityTest]):
    rng = np.random.default_rng(0)
    mix = rng.normal(size=(3, 3))
    results = [test(rng.normal(size=(60, 3)) @ mix + 5) for _ in range(100)]
    p_values = np.array([result.p_value for result in results])
    assert 0.01 <= (p_values < 0.05).mean() <= 0.12
    assert 0.35 < (p_values < 0.5).mean() < 0.65
    if test is not mardia_skewness:  # its effect is a root, and never below 0
        effects = [result.effect for result in results]
        assert abs(np.mean(effects)) < 4 * np.std(effects) / 10


@pytest.mark.parametrize("test", TESTS)
def test_what_is_not_normal_is_found_with_an_effect_that_the_count_does_not_change(
    test: Callable[[np.ndarray], NormalityTest],
):
    rng = np.random.default_rng(1)
    small, large = (test(rng.exponential(size=(n, 4))) for n in (200, 1000))
    assert small.p_value <= 0.005 and large.p_value <= 0.005 and large.statistic > 2 * small.statistic
    assert large.effect == pytest.approx(small.effect, rel=0.6)
    assert large.effect > 5 * abs(test(rng.normal(size=(1000, 4))).effect)


def test_effects_are_in_the_units_they_say():
    sample = np.random.default_rng(2).exponential(size=(40000, 2))
    assert mardia_skewness(sample).effect == pytest.approx(2, rel=0.1)  # an exponential's skewness is 2
    assert mardia_kurtosis(sample).effect == pytest.approx(6 / 4, rel=0.15)  # its excess kurtosis 6, over d + 2
    clumps = np.random.default_rng(2).choice([-1, 1], (400, 1)) * 5 + np.random.default_rng(3).normal(size=(400, 3))
    light = mardia_kurtosis(clumps)
    assert light.effect < -0.05 and light.p_value < 1e-3 and energy(clumps).p_value == 1 / 200


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_a_change_of_coordinates_changes_nothing(seed: int):
    rng = np.random.default_rng(seed)
    styles = rng.gamma(2, size=(40, 3))
    other = styles @ (np.linalg.qr(rng.normal(size=(3, 3)))[0] * rng.uniform(1e-3, 1e3, 3)) + rng.normal(size=3)
    for test in (mardia_skewness, mardia_kurtosis, henze_zirkler):
        assert test(other).statistic == pytest.approx(test(styles).statistic, rel=1e-5)
    np.testing.assert_allclose(qq_points(other), qq_points(styles), rtol=1e-5)
    assert qq_points(styles)[:, 1].sum() == pytest.approx(39 * 3)  # what is standardised by its own covariance


def test_pairs_in_blocks_are_all_pairs(monkeypatch: pytest.MonkeyPatch):
    styles = np.random.default_rng(4).normal(size=(700, 3))
    y = standardised(styles, ddof=1)
    fresh = np.random.default_rng(5).normal(size=(200_000, 3))
    cross = np.mean([cdist(y, part).mean() for part in np.array_split(fresh, 100)])
    brute = 700 * (2 * cross - 4 / np.sqrt(np.pi) - cdist(y, y).mean())
    whole = henze_zirkler(styles), energy(styles, 1)
    assert whole[1].statistic == pytest.approx(brute, abs=700 * 0.004)
    monkeypatch.setattr(normality, "MEMORY", 1)
    blocks = henze_zirkler(styles), energy(styles, 1)
    for one, other in zip(whole, blocks, strict=True):
        assert one.statistic == pytest.approx(other.statistic, rel=1e-9)


def test_large_samples_are_compared_in_part_and_say_so(monkeypatch: pytest.MonkeyPatch):
    for module in (normality, density_module):
        monkeypatch.setattr(module, "MAX_PAIRED", 300)
    monkeypatch.setattr(normality, "MAX_BOOTSTRAPPED", 100)
    styles = np.random.default_rng(6).normal(size=(20_000, 6))
    first, again = (group_statistics("all", styles, replicates=19, seed=1) for _ in range(2))
    compared, repeated = ([g.skewness, g.kurtosis, g.henze_zirkler, g.energy, g.density] for g in (first, again))
    assert compared == repeated
    assert [test.count for test in compared if test] == [20_000, 20_000, 300, 100, 300] and first.count == 20_000
    assert henze_zirkler(styles, seed=2) != first.henze_zirkler


@pytest.mark.parametrize("styles", [np.zeros((6, 4)), np.ones((50, 4)), np.full((50, 4), np.nan), np.zeros(9), []])
def test_what_cannot_be_tested_is_refused(styles: np.ndarray):
    for function in (*TESTS, qq_points, density):
        with pytest.raises(InputError):
            function(styles)


def test_more_refusals():
    rng = np.random.default_rng(7)
    flat = rng.normal(size=(50, 2)) @ rng.normal(size=(2, 3))
    with pytest.raises(InputError, match="fewer than their 3 dimensions"):
        henze_zirkler(flat)
    with pytest.raises(InputError, match="no neighbour 50"):
        density(rng.normal(size=(50, 2)), neighbour=50)
    for means, stds in [(np.zeros((3, 2)), np.ones((3, 1))), (np.zeros((3, 2)), np.zeros((3, 2)))]:
        with pytest.raises(InputError, match="deviations"):
            kl_per_dimension(means, stds)
    with pytest.raises(InputError, match="at least 2"):
        fit_gaussian([[1.0, 2.0]])
    with pytest.raises(InputError, match="at least 2"):
        linkage_order([[0.0]])


def test_wasserstein_is_known_by_hand_where_covariances_commute():
    wide = Gaussian(np.array([3.0, 0.0, 4.0]), np.diag([4.0, 9.0, 0.0]))
    assert wasserstein(wide, Gaussian.prior(3)) == pytest.approx(np.sqrt(3**2 + 4**2 + 1 + 4 + 1))
    assert wasserstein(wide, wide) < 1e-6


@settings(deadline=None, max_examples=30)
@given(SEEDS, st.integers(1, 6))
def test_wasserstein_is_a_distance_and_the_published_formula(seed: int, d: int):
    rng = np.random.default_rng(seed)
    a, b, c = (random_gaussian(rng, d) for _ in range(3))
    distances = wasserstein_matrix([a, b, c, a])
    np.testing.assert_array_equal(distances, distances.T)
    assert (np.diag(distances) == 0).all() and distances[0, 3] < 1e-5
    assert distances[0, 2] <= distances[0, 1] + distances[1, 2] + 1e-9
    root = sqrtm(b.covariance)
    cross = np.trace(np.atleast_2d(sqrtm(root @ a.covariance @ root))).real
    square = ((a.mean - b.mean) ** 2).sum() + np.trace(a.covariance + b.covariance) - 2 * cross
    assert distances[0, 1] ** 2 == pytest.approx(square, rel=1e-5, abs=1e-5)


def test_chance_alone_is_as_far_from_the_prior_as_said():
    rng = np.random.default_rng(8)
    squares = [wasserstein(fit_gaussian(rng.normal(size=(200, 4))), Gaussian.prior(4)) ** 2 for _ in range(200)]
    assert np.sqrt(np.mean(squares)) == pytest.approx(chance_distance(200, 4), rel=0.05)


def test_neighbours_in_the_tree_are_alike():
    places = [5.0, 0.0, 5.5, 0.4, 20.0]
    tree, order = linkage_order(wasserstein_matrix([Gaussian(np.array([x]), np.eye(1)) for x in places]))
    assert tree.shape == (4, 4) and sorted(order) == [0, 1, 2, 3, 4]
    assert [places[i] for i in order] in (sorted(places), sorted(places, reverse=True))


@settings(deadline=None, max_examples=20)
@given(st.floats(-3, 3), st.floats(0.2, 3))
def test_divergence_from_the_prior_is_the_integral(mean: float, std: float):

    def integrand(z: float) -> float:
        return float(norm.pdf(z, mean, std) * (norm.logpdf(z, mean, std) - norm.logpdf(z)))

    integral = quad(integrand, mean - 9 * std, mean + 9 * std)[0]
    assert kl_per_dimension([[mean, 0]], [[std, 1]]) == pytest.approx([integral, 0], abs=1e-6)


def test_the_kl_that_is_measured_is_the_kl_that_networks_learn_by():
    rng = np.random.default_rng(3)
    means, stds = rng.normal(size=(50, 4)), rng.uniform(0.2, 2, (50, 4))
    learnt = KLDivergence.per_dimension(torch.from_numpy(means), 2 * torch.from_numpy(stds).log())
    assert kl_per_dimension(means, stds) == pytest.approx(learnt.numpy())
    with pytest.raises(InputError, match="above 0"):
        kl_per_dimension(means, stds * 0)


def test_the_aggregate_posterior_is_the_mixture_and_idle_numbers_are_found():
    rng = np.random.default_rng(9)
    means, stds = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3)), rng.uniform(0.1, 1, (500, 3))
    draws = means + stds * rng.normal(size=(1000, 500, 3))  # as many of each posterior
    whole, drawn = aggregate_posterior(means, stds), fit_gaussian(draws.reshape(-1, 3))
    assert wasserstein(whole, drawn) < 0.01
    assert active_units(means * [1, 0.02, 0]).tolist() == [True, False, False]


def test_density_tells_holes_and_crowds_from_normal():
    rng = np.random.default_rng(10)
    normal, larger = density(rng.normal(size=(400, 4)) * [1, 2, 3, 9]), density(rng.normal(size=(1500, 4)))
    for result in (normal, larger):
        assert (result.spacing, result.gap) == pytest.approx((1, 1), abs=0.04)
    clumps = rng.normal(size=(400, 4)) + 6 * rng.integers(0, 2, (400, 4))
    assert density(clumps).spacing < 0.85 and density(clumps).gap > 1.05
    assert density(clumps) == density(clumps) and density(clumps, 1).neighbour == 1


def test_the_verdict_in_words():
    rng = np.random.default_rng(11)
    near = [group_statistics(name, rng.normal(size=(400, 4)), replicates=0) for name in ("Mojito", "Beer")]
    odd = group_statistics("Negroni", rng.exponential(size=(400, 4)) + 2, replicates=0)
    few = group_statistics("Sidecar", rng.exponential(size=(JUDGED_FROM - 1, 4)), replicates=0)
    assert [group.near_normal for group in (*near, odd)] == [True, True, False]
    fine = verdict([*near, few], [0.02, -0.01, 0, 0])
    assert fine.startswith("2 of 2 groups have a nearly normal distribution. ") and "all are near it" in fine
    assert fine.endswith("would change little, and the prior will do.")
    mixed = verdict([*near, odd], [0.02, 0.3, 0, 0])
    assert mixed.startswith("2 of 3 groups have a nearly normal distribution: Negroni differs from one by more than")
    assert "at most (Negroni): 1 of 3 are far from it." in mixed and "worth predicting styles" in mixed
    assert "8% of the variance of styles (R²), 30% of one number's" in mixed
    assert "not from the prior" in verdict([odd], [0.0]) and "recipes" not in verdict([odd])
    with pytest.raises(InputError, match="choose larger groups"):
        verdict([few])


def test_a_trifle_in_a_large_group_and_noise_in_a_small_one_are_both_near_normal():
    rng = np.random.default_rng(12)
    trifle = group_statistics("trifle", rng.gamma(60, size=(4000, 4)), replicates=0)  # skewness 0.26
    assert trifle.skewness.p_value < 1e-9 and trifle.near_normal
    noise = [group_statistics("noise", rng.normal(size=(60, 6)), replicates=0) for _ in range(20)]
    assert max(group.henze_zirkler.effect for group in noise) > 0.001  # the size of a departure, by chance
    assert sum(group.near_normal for group in noise) >= 18


def test_posteriors_are_compared_with_the_prior_by_their_aggregate():
    means = np.random.default_rng(13).normal(0, 0.6, (2000, 3))
    with_stds, without = (group_statistics("g", means, stds, 0) for stds in (np.full((2000, 3), 0.8), None))
    assert with_stds.shift < 0.05 and without.shift > 0.3
