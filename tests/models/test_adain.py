"""AdaIN's statistics, Gram matrices and VGG's layers against what they are by other means."""

from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torchvision.models import vgg16

from cocktailman.losses.style import GramLoss, MomentLoss, gram_matrix
from cocktailman.models.adain.network import AdaIN, AdaINConfig, mixed, moments, restyled
from cocktailman.models.vgg import MEAN, STD, STYLE_LAYERS, VGG, layers_of, normalise


@pytest.fixture(scope="module")
def vgg() -> VGG:
    torch.manual_seed(0)
    return VGG(16, "relu4_1")


def test_layers_are_those_of_torchvision(vgg: VGG) -> None:
    assert layers_of(19, "relu3_1")[-2:] == ["relu2_2", "relu3_1"] and layers_of(16, "relu5_1")[-1] == STYLE_LAYERS[-1]
    whole: Any = vgg16(weights=None)
    theirs = whole.features[:19].eval()
    given = dict(zip([*theirs.state_dict()], vgg.state_dict().values(), strict=True))
    theirs.load_state_dict(given)
    images = torch.rand(2, 3, 32, 40)
    scaled = (images - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    torch.testing.assert_close(vgg(images), theirs(scaled), rtol=1e-4, atol=1e-6)
    maps = vgg.maps(images, ["relu1_1", "relu3_1"])
    assert [tuple(each.shape) for each in maps] == [(2, 64, 32, 40), (2, 256, 8, 10)]
    assert not any(weights.requires_grad for weights in vgg.parameters())


def test_normalised_layers_have_a_mean_of_one_and_tell_the_same(vgg: VGG) -> None:
    images = torch.rand(3, 3, 32, 32)
    before = vgg.maps(images, STYLE_LAYERS[:4])
    scaled = normalise(VGG(16, "relu4_1"), images)
    scaled.load_state_dict(vgg.state_dict())
    normalise(scaled, images)
    for old, new in zip(before, scaled.maps(images, STYLE_LAYERS[:4]), strict=True):
        assert float(new.mean()) == pytest.approx(1, rel=1e-4)
        torch.testing.assert_close(new, old / old.mean(), rtol=1e-3, atol=1e-4)


def test_restyled_features_have_the_moments_of_the_style() -> None:
    rng = np.random.default_rng(0)
    content, style = (rng.normal(size=(2, 5, h, w)).astype(np.float32) for h, w in ((4, 6), (3, 7)))
    wanted = np.empty_like(content)
    for n in range(2):  # equation 8, a channel at a time
        for c in range(5):
            x, y = content[n, c], style[n, c]
            wanted[n, c] = (x - x.mean()) / x.std() * y.std() + y.mean()
    found = restyled(torch.from_numpy(content), moments(torch.from_numpy(style)))
    np.testing.assert_allclose(found.numpy(), wanted, atol=1e-4)
    half = restyled(torch.from_numpy(content), moments(torch.from_numpy(style)), 0.5)
    np.testing.assert_allclose(half.numpy(), (content + wanted) / 2, atol=1e-4)
    one, other = moments(torch.from_numpy(content)), moments(torch.from_numpy(style))
    assert torch.equal(mixed(one, other, 0.0)[0], one[0])
    torch.testing.assert_close(mixed(one, other, 0.25)[1], 0.75 * one[1] + 0.25 * other[1])


def test_gram_matrices_and_losses_by_brute_force() -> None:
    a, b = torch.rand(1, 3, 2, 4), torch.rand(1, 3, 5, 2)
    wanted = [[sum(float(a[0, i, y, x] * a[0, j, y, x]) for y in range(2) for x in range(4)) / 8 for j in range(3)]
              for i in range(3)]  # fmt: skip
    torch.testing.assert_close(gram_matrix(a)[0], torch.tensor(wanted))
    assert float(GramLoss()([a], [gram_matrix(a)])) == pytest.approx(0, abs=1e-9)
    assert float(GramLoss()([2 * a], [gram_matrix(a)])) == pytest.approx(9, rel=1e-4)  # (4 - 1)² of the style's own
    by_hand = sum(
        F.mse_loss(f(a, (2, 3)), f(b, (2, 3)))
        for f in (torch.mean, lambda x, dims: (x.var(dims, correction=0) + 1e-5).sqrt())
    )
    torch.testing.assert_close(MomentLoss()([a], [b]), by_hand)


@pytest.mark.parametrize("coded", ["relu3_1", "relu4_1"])
def test_only_the_decoder_learns_and_pictures_keep_their_size(coded: str) -> None:
    network = AdaIN(AdaINConfig(coded=coded))
    learning = {name.partition(".")[0] for name, weights in network.named_parameters() if weights.requires_grad}
    assert learning == {"decoder"}
    assert network(torch.rand(1, 3, 32, 48), torch.rand(1, 3, 40, 32)).shape == (1, 3, 32, 48)


@pytest.mark.parametrize(("depth", "coded"), [(16, "relu3_1"), (16, "relu4_1"), (19, "relu4_1")])
@torch.no_grad()
def test_features_do_not_know_where_a_picture_ends(depth: int, coded: str) -> None:
    torch.manual_seed(0)
    network = AdaIN(AdaINConfig(depth, coded))
    whole = F.interpolate(torch.rand(1, 3, 8, 8), 256, mode="bicubic")
    flat = torch.full((1, 3, 96, 96), 0.3)
    found = network.encode(flat)
    assert found.shape[2] == 96 // (4 if coded == "relu3_1" else 8)
    torch.testing.assert_close(found, found.mean((2, 3), keepdim=True).expand_as(found))  # also at the rim
    inside = network.encode(whole)
    plain = network.encoder.maps(whole, [coded])[0]
    far = slice(8, -8)
    torch.testing.assert_close(inside[:, :, far, far], plain[:, :, far, far])
