import math
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from cocktailman.catalog import Catalog, catalog
from cocktailman.errors import InputError
from cocktailman.inference.generator import BATCH, Generator, check_size
from cocktailman.models.checkpoints import find_checkpoint, save_network
from cocktailman.models.cvae.network import CVAE, CVAEConfig

MOJITO, MARTINI = catalog().cocktail("mojito").recipe, catalog().cocktail("martini").recipe


def pixels(image: Image.Image) -> np.ndarray:
    return np.asarray(image, int)


def noise(count: int, size: tuple[int, int] = (64, 64)) -> list[Image.Image]:
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), np.uint8)) for _ in range(count)]


def test_painting_is_deterministic(generator: Generator, checkpoints: Path) -> None:
    styles = generator.sample_styles(2, seed=3)
    first, second = generator.paint(MOJITO, styles)
    assert (first.mode, first.size, first.info) == ("RGB", (64, 64), {})
    assert first.tobytes() != second.tobytes()
    again = Generator.load("tiny", checkpoints).paint(MOJITO, styles)
    assert [image.tobytes() for image in again] == [first.tobytes(), second.tobytes()]


def test_styles_come_from_the_prior_and_its_seed(generator: Generator) -> None:
    styles = generator.sample_styles(5000, seed=7)
    assert (styles.dtype, styles.shape) == (np.float32, (5000, 6))
    np.testing.assert_allclose(styles.mean(0), 0, atol=0.06)
    np.testing.assert_allclose(styles.std(0), 1, atol=0.04)
    np.testing.assert_array_equal(generator.sample_styles(1, seed=7), styles[:1])
    assert not np.isclose(generator.sample_styles(1, seed=8), styles[:1]).any()


def test_a_picture_depends_on_no_other_picture(generator: Generator) -> None:
    count = 2 * BATCH + 1
    styles = generator.sample_styles(count, seed=0)
    recipes = [(MOJITO, MARTINI)[row % 3 == 1] for row in range(count)]
    together = generator.paint_each(recipes, styles)
    assert len(together) == count
    for row in (0, 1, BATCH, count - 1):
        [alone] = generator.paint(recipes[row], styles[row : row + 1])
        np.testing.assert_allclose(pixels(together[row]), pixels(alone), atol=1)
        assert np.abs(pixels(alone) - pixels(together[row - 1])).max() > 10


def test_size(generator: Generator) -> None:
    style = generator.sample_styles(1, 0)
    [own], [large], [small] = (generator.paint(MOJITO, style, size) for size in (None, 300, 16))
    assert (own.size, large.size, small.size) == ((64, 64), (300, 300), (16, 16))
    np.testing.assert_allclose(pixels(large).mean((0, 1)), pixels(own).mean((0, 1)), atol=1)
    for size in (0, -64, 15, 2049, 100_000):
        for refused in (lambda size=size: check_size(size), lambda size=size: generator.paint(MOJITO, style, size)):
            with pytest.raises(InputError, match=f"^a picture of {size} px .*: choose a size from 16 to 2048 px$"):
                refused()
    assert (check_size(16), check_size(2048)) == (16, 2048)


def test_every_ingredient_and_style_shows(generator: Generator) -> None:
    vocabulary = tuple(item.id for item in catalog().ingredients)
    none = np.zeros((1, 6), np.float32)
    recipes = [*[(name,) for name in vocabulary], vocabulary]
    painted = {image.tobytes() for image in generator.paint_each(recipes, none.repeat(len(recipes), 0))}
    assert len(painted) == len(vocabulary) + 1
    moved = {image.tobytes() for image in generator.paint(MOJITO, np.eye(6, dtype=np.float32))}
    assert len(moved) == 6


def test_order_and_spelling_of_a_recipe_do_not_show(generator: Generator) -> None:
    style = generator.sample_styles(1, 0)
    [first], [second] = (generator.paint(recipe, style) for recipe in (("gin", "lime"), ("Lime", "GIN", "gin")))
    assert first.tobytes() == second.tobytes()
    for recipe, says in (((), "at least one"), (("gin", "gravel"), "unknown ingredient 'gravel'")):
        with pytest.raises(InputError, match=says):
            generator.paint(recipe, style)


numbers = st.floats() | st.floats(-10, 10) | st.integers(-(10**400), 10**400)


@given(st.lists(numbers, min_size=6, max_size=6) | st.lists(numbers, max_size=8))
@settings(max_examples=200, deadline=None)
@example([10.0, -10.0, 0, 0, 0, 0])
@example([10.001, 0, 0, 0, 0, 0])
@example([math.nan] * 6)
@example([math.inf, 0, 0, 0, 0, 0])
@example([0.0] * 5)
def test_a_style_is_sound_or_refused(generator: Generator, values: list[float]) -> None:
    if len(values) == 6 and all(abs(value) <= 10 for value in values):
        style = generator.check_style(values)
        assert (style.dtype, style.shape) == (np.float32, (6,))
        np.testing.assert_allclose(style, np.array(values, float), rtol=1e-6, atol=1e-30)
    else:
        with pytest.raises(InputError, match=r"^(tiny takes a style of 6 numbers, not|a style's numbers lie) .*$"):
            generator.check_style(values)


def test_encoding_reads_each_picture_alone(generator: Generator) -> None:
    images = noise(BATCH + 2)
    together = generator.encode(images)
    assert together.mean.shape == together.std.shape == (BATCH + 2, 6)
    assert together.mean.dtype == together.std.dtype == np.float32
    assert np.isfinite(together.mean).all() and (together.std > 0).all()
    for row in (0, 5, BATCH + 1):
        alone = generator.encode(images[row : row + 1])
        np.testing.assert_allclose(alone.mean[0], together.mean[row], atol=1e-4)
        np.testing.assert_allclose(alone.std[0], together.std[row], atol=1e-4)
        assert not np.isclose(alone.mean[0], together.mean[row - 1], atol=1e-4).all()


def sunset(width: int, height: int) -> Image.Image:
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    return Image.fromarray((255 * np.stack([x, y, 1 - x], axis=2)).round().astype(np.uint8))


def test_encoding_stretches_the_whole_picture(generator: Generator) -> None:
    square = generator.encode([sunset(64, 64)]).mean
    for size in ((640, 64), (200, 900)):
        np.testing.assert_allclose(generator.encode([sunset(*size)]).mean, square, atol=0.03)
    cut = sunset(640, 64).crop((288, 0, 352, 64))  # as a square from the middle would be
    assert np.abs(generator.encode([cut]).mean - square).max() > 0.3


def test_a_posterior_is_the_encoders(generator: Generator, network: CVAE) -> None:
    [image] = noise(1)
    tensor = torch.from_numpy(np.array(image)).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        mean, log_variance = network.encode(tensor, torch.zeros(1, 63))
    found = generator.encode([image])
    np.testing.assert_allclose(found.mean, mean, atol=5e-3)
    np.testing.assert_allclose(found.std, np.exp(log_variance.numpy() / 2), rtol=5e-3)


def test_another_vocabulary_is_refused(checkpoints: Path, tmp_path: Path) -> None:
    shorter = Catalog(catalog().ingredients[:-1], [])
    with pytest.raises(InputError, match="knows 63 ingredients and the catalogue has 62: train it anew, or restore"):
        Generator(find_checkpoint("tiny", checkpoints), shorter)
    small = save_network(CVAE(CVAEConfig(style_dim=4, recipe_dim=62, size=64)), "cvae", "small", "photos", tmp_path)
    assert len(Generator(small, shorter).check_style([0, 0, 0, 0])) == 4
