"""The decoder as an ONNX file paints what the decoder paints."""

import numpy as np
import pytest
import torch

from cocktailman.catalog import catalog
from cocktailman.inference.generator import Generator
from cocktailman.models.blocks import RecipeDecoder
from cocktailman.models.onnx import folded, onnx_bytes

onnxruntime = pytest.importorskip("onnxruntime")


@pytest.mark.parametrize("name", ["cvae-photos", "cvae-renders"])
def test_the_exported_decoder_paints_the_same_picture(name):
    generator = Generator.load(name)
    session = onnxruntime.InferenceSession(generator.decoder_onnx())
    recipe = catalog().cocktail("Negroni").recipe
    [style] = generator.sample_styles(1, seed=1)
    feed = {"style": style[None], "recipe": catalog().recipe_vector(recipe)[None]}
    [[pixels]] = session.run(["image"], feed)  # (3, size, size)
    [picture] = generator.paint(recipe, style[None], ground=None)
    assert np.abs(pixels.transpose(1, 2, 0) * 255 - np.asarray(picture)).max() < 0.51  # rounding, and no more


@torch.no_grad()
def test_a_decoder_is_exported_whole():
    torch.manual_seed(0)
    decoder = RecipeDecoder(6, 63, 128, 128, base_size=64, low_pass=[32, 64], noise=[16, 64]).eval()
    for weights in decoder.parameters():
        weights.add_(0.02 * torch.randn_like(weights))  # nothing in it is silent
    session = onnxruntime.InferenceSession(onnx_bytes(folded(decoder), 6, 63))
    style, recipe = torch.randn(1, 6), torch.eye(63)[:1]
    [painted] = session.run(["image"], {"style": style.numpy(), "recipe": recipe.numpy()})
    torch.testing.assert_close(torch.from_numpy(painted), decoder(style, recipe), atol=1e-4, rtol=1e-4)
