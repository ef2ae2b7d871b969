"""Directions with a meaning: found where they are known."""

import numpy as np
import pytest

from cocktailman.latent.directions import LEAST_R2, factor_directions, response_directions

RNG = np.random.default_rng(0)
STYLES = RNG.normal(size=(400, 4))


def test_directions_of_a_linear_decoder_are_those_in_which_it_changes_most():
    axes, _ = np.linalg.qr(RNG.normal(size=(4, 4)))  # rows: orthonormal directions of the style
    strengths = np.array([10, 5, 2, 1])
    pixels, _ = np.linalg.qr(RNG.normal(size=(50, 4)))
    responses = (STYLES @ axes.T * strengths) @ pixels.T + 7
    found = response_directions(STYLES, responses)
    for direction, axis in zip(found, axes, strict=True):
        assert abs(direction.vector @ axis) > 0.98 and np.linalg.norm(direction.vector) == pytest.approx(1, abs=1e-6)
    assert [item.share for item in found] == pytest.approx(strengths**2 / (strengths**2).sum(), abs=0.03)


def test_a_factor_has_a_direction_where_styles_tell_it():
    light = STYLES @ [0, 3, 0, -4] + RNG.normal(0, 1, 400)
    light[::7] = np.nan
    factors = {"noise": RNG.normal(size=400), "light": light, "constant": np.ones(400)}
    [found] = factor_directions(STYLES, factors)
    assert found.name == "light" and found.share > 0.9 > LEAST_R2
    assert found.vector == pytest.approx([0, 0.6, 0, -0.8], abs=0.05)
