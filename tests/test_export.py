"""The decoder as an ONNX file paints what the decoder paints."""

import numpy as np
import pytest

from cocktailman.catalog import catalog
from cocktailman.generation import Generator

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("name", ["cvae-photos", "cvae-renders"])
def test_the_exported_decoder_paints_the_same_picture(name):
    generator = Generator.load(name)
    session = onnxruntime.InferenceSession(generator.decoder_onnx())
    recipe = catalog().cocktail("Negroni").recipe
    [style] = generator.sample_styles(1, seed=1)
    feed = {"style": style[None], "recipe": catalog().recipe_vector(recipe)[None]}
    [[pixels]] = session.run(["image"], feed)  # (3, size, size)
    [picture] = generator.paint(recipe, style[None])
    assert np.abs(pixels.transpose(1, 2, 0) * 255 - np.asarray(picture)).max() < 0.51  # rounding, and no more
