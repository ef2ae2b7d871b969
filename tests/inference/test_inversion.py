"""Inversion finds the style that a picture was painted in, and never a worse one than it began with."""

import numpy as np
import pytest
from PIL import Image

from cocktailman.evaluation.metrics import mse
from cocktailman.inference.generator import Generator
from cocktailman.inference.inversion import inverted

SIDE = 64
RECIPE = ("gin", "tonic_water")


def disc(styles: np.ndarray) -> np.ndarray:
    """A soft disc whose place, size, hue and coverage five numbers say, and the sixth nothing: (k, 4, 64, 64)."""
    across, down, size, hue, cover = (styles[:, number, None, None] for number in range(5))
    y, x = np.meshgrid(*[np.linspace(-1, 1, SIDE)] * 2, indexing="ij")
    distance = np.hypot(x - 0.2 * across, y - 0.2 * down)
    inside = 1 / (1 + np.exp(8 * (distance - 0.6 - 0.1 * size)))
    colour = np.stack([0.5 + 0.4 * np.sin(hue + 2 * turn) + 0 * x for turn in range(3)], 1)
    return np.concatenate([colour, (inside / (1 + np.exp(-cover - 1)))[:, None]], 1).astype(np.float32)


def test_the_style_that_was_painted_is_found() -> None:
    wanted = np.array([0.8, -0.6, 1.0, 0.5, 0.4, 0.0], np.float32)
    start = wanted + np.array([0.7, 0.5, -0.6, -0.4, 0.5, 1.5], np.float32)
    found = inverted(disc, disc(wanted[None])[0], start)
    np.testing.assert_allclose(found, wanted, atol=0.1)  # of what the picture does not say the prior says: 0


def test_coverage_is_told_from_a_grey_drink() -> None:
    """A grey disc over grey is no clear one: what is compared lies on two grounds."""
    wanted = np.array([0, 0, 0, 0.3, -2.5, 0], np.float32)
    found = inverted(disc, disc(wanted[None])[0], np.array([0, 0, 0, 0.3, 1.5, 0], np.float32))
    assert found[4] == pytest.approx(-2.5, abs=0.4)


def test_a_generator_paints_nearer_to_a_picture_than_its_encoder_says(generator: Generator) -> None:
    [picture] = generator.paint(RECIPE, np.array([[1.0, -0.5, 0.3, 0.8, -1.2, 0.4]], np.float32))
    read = generator.encode([picture], [RECIPE]).mean
    found = generator.invert([picture], [RECIPE])
    assert found.shape == (1, 6) and found.dtype == np.float32

    def error(style: np.ndarray) -> float:
        return float(mse(*(np.asarray(image)[None] for image in (generator.paint(RECIPE, style)[0], picture)))[0])

    assert error(found) < error(read) / 2
    begun = generator.invert([picture], [RECIPE], start=found)
    assert error(begun) <= error(found) * 1.001


def test_each_picture_is_inverted_alone_and_the_same_again(generator: Generator) -> None:
    grounds = [Image.new("RGB", (SIDE, SIDE), (90 * number, 60, 200)) for number in range(3)]
    together = generator.invert(grounds, [RECIPE] * 3)
    np.testing.assert_array_equal(together, generator.invert(grounds, [RECIPE] * 3))
    np.testing.assert_allclose(together[1:2], generator.invert(grounds[1:2], [RECIPE]), atol=1e-3)
    assert np.abs(together).max() <= 10
