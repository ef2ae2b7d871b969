"""Formulas beside another's code, a slow loop, or what is known beforehand."""

import math

import numpy as np
import pytest
import torch
from prdc import compute_prdc
from scipy.ndimage import gaussian_filter
from torch import Tensor

from cocktailman.catalog import catalog
from cocktailman.evaluation.manifolds import manifold_overlap
from cocktailman.evaluation.metrics import sharpness, ssim
from cocktailman.inference.recogniser import CocktailRanking
from cocktailman.losses.augment import color_jitter, random_affine
from cocktailman.losses.moments import FeatureMoments
from cocktailman.models.classifier.network import ClassifierConfig, DrinkClassifier
from tests.helpers.networks import lively


@pytest.mark.parametrize("k", [3, 5])
def test_precision_recall_density_and_coverage_are_those_of_their_authors(k: int) -> None:
    rng = np.random.default_rng(0)
    real, drawn = rng.normal(size=(80, 4)), rng.normal([0.6, 0, 0, 0], 0.7, (50, 4))
    expected = compute_prdc(real, drawn, k)
    assert len(set(expected.values())) == 4, "none can be taken for another"
    assert {name: found.value for name, found in manifold_overlap(real, drawn, k).items()} == pytest.approx(expected)


def test_ssim_is_that_of_its_paper() -> None:
    rng = np.random.default_rng(0)
    targets = rng.integers(60, 180, (2, 24, 20, 3), np.uint8)
    pictures = (targets // 2 + rng.integers(0, 60, targets.shape)).astype(np.uint8)

    def blurred(levels: np.ndarray) -> np.ndarray:
        return gaussian_filter(levels, (1.5, 1.5, 0), mode="mirror", truncate=3.5)  # 11 px wide

    for picture, target, found in zip(pictures, targets, ssim(pictures, targets), strict=True):
        a, b = picture / 255, target / 255
        mean_a, mean_b = blurred(a), blurred(b)
        covariance = blurred(a * b) - mean_a * mean_b
        variances = blurred(a * a) - mean_a**2 + blurred(b * b) - mean_b**2
        likeness = (2 * mean_a * mean_b + 0.01**2) * (2 * covariance + 0.03**2)
        expected = likeness / (mean_a**2 + mean_b**2 + 0.01**2) / (variances + 0.03**2)
        assert found == pytest.approx(expected.mean(), abs=1e-4)


def test_sharpness_is_the_variance_of_the_laplacian_of_luma() -> None:
    picture = np.zeros((9, 9, 3), np.uint8)
    picture[4, 4] = (255, 0, 0)  # alone, so that the Laplacian is -4 there, 1 at four neighbours, 0 elsewhere
    [found] = sharpness(picture[None])
    assert found == pytest.approx(0.299**2 * 20 / 81)


def test_a_cocktails_share_is_its_likelihood_to_the_exponent_and_that_of_its_name() -> None:
    seen = np.random.default_rng(0).uniform(0.3, 0.7, len(catalog().ingredients)).astype(np.float32)
    ids = [item.id for item in catalog().ingredients]
    likelihoods = {
        item.name: math.prod(p if id in item.recipe else 1 - p for id, p in zip(ids, seen.tolist(), strict=True))
        for item in catalog().cocktails
    }
    whole = sum(value**0.4 for value in likelihoods.values())
    expected = {name: 0.7 * value**0.4 / whole for name, value in likelihoods.items()}
    expected["Mojito"] += 0.3 * 0.2
    expected["Negroni"] += 0.3 * 0.8
    ranking = CocktailRanking(catalog(), ["Mojito", "Negroni"], 0.4, 0.3)
    [found] = ranking.rank(seen[None], np.array([[0.2, 0.8]], np.float32))
    assert found.tolist() == pytest.approx(list(expected.values()), rel=1e-3)


@pytest.fixture(scope="module")
def classifier() -> DrinkClassifier:
    torch.manual_seed(0)
    classifier = DrinkClassifier(ClassifierConfig("tf_efficientnet_lite0", 96, 4, ["Mojito"], hidden=8))
    return lively(classifier, torch.rand(8, 3, 96, 96))


def test_attention_is_grad_cam_channel_by_channel(classifier: DrinkClassifier) -> None:
    images = torch.rand(4, 3, 96, 96)
    maps = classifier.maps(images).detach()
    summed = []
    for picture in maps:
        pooled = picture.mean((1, 2))
        slopes = torch.autograd.functional.jacobian(lambda x: classifier.ingredients(classifier.hidden(x))[2], pooled)
        places = zip(torch.as_tensor(slopes), picture, strict=True)
        summed.append(torch.stack([slope / channel.numel() * channel for slope, channel in places]).sum(0))
    expected = torch.stack(summed)
    assert (expected < 0).any() and (expected > 0).any(), "some places speak against the ingredient"
    torch.testing.assert_close(classifier.attention(images, 2), expected.clamp(min=0), rtol=1e-3, atol=1e-5)


@torch.no_grad()
def test_a_picture_and_its_mirror_image_are_predicted_alike(classifier: DrinkClassifier) -> None:
    image = torch.rand(1, 3, 96, 96)
    plain, mirrored, predicted = classifier(image), classifier(image.flip(3)), classifier.predict(image)
    for head in ("ingredients", "drinks"):
        mean = (getattr(plain, head) + getattr(mirrored, head)) / 2
        torch.testing.assert_close(getattr(predicted, head), mean, rtol=1e-3, atol=1e-3)


def ramps(count: int, size: int = 32) -> Tensor:
    """Pictures whose first channel says how far across a pixel is, the second how far down, from -1 to 1."""
    at = (torch.arange(size) + 0.5) * 2 / size - 1
    across, down = at.expand(size, size), at[:, None].expand(size, size)
    return torch.stack([across, down, torch.zeros(size, size)]).repeat(count, 1, 1, 1)


def affine_of(images: Tensor) -> tuple[Tensor, Tensor]:
    """What was done to ramps: scales and shifts, (n, 2) each, across and down, by their middle: no rim there."""
    middle, plain = (part[:, :2, 8:-8, 8:-8] for part in (images, ramps(len(images))))
    shift = middle.mean((2, 3))
    return (middle * plain).mean((2, 3)) / plain.square().mean((2, 3)), shift


def test_affine_maps_of_pictures_are_mirrored_shifted_and_scaled_by_a_tenth_at_most() -> None:
    torch.manual_seed(0)
    scale, shift = affine_of(random_affine(ramps(300)))
    torch.testing.assert_close(scale[:, 0].abs(), scale[:, 1], msg="as much across as down")
    assert 0.4 < (scale[:, 0] < 0).float().mean() < 0.6
    for found, middle in ((scale[:, 1], 1), (shift[:, 0], 0), (shift[:, 1], 0)):
        assert -0.1001 < found.min() - middle < -0.09 and 0.09 < found.max() - middle < 0.1001


def test_jittered_pictures_are_as_diffaugment_says() -> None:
    torch.manual_seed(0)
    grey, red = ramps(1)[:, :1].repeat(300, 3, 1, 1), torch.tensor([1.0, 0, 0])[:, None, None].repeat(300, 1, 8, 8)
    changed = color_jitter(grey)
    brighter, contrast = changed.mean((1, 2, 3)), changed.std((1, 2, 3)) / grey.std((1, 2, 3))
    assert -0.5 < brighter.min() < -0.45 and 0.45 < brighter.max() < 0.5
    assert 0.5 < contrast.min() < 0.55 and 1.45 < contrast.max() < 1.5
    changed = color_jitter(red)
    saturation = (changed[:, 0] - changed[:, 1]).mean((1, 2))  # and contrast: up to 2 times 1.5
    assert 0 <= saturation.min() < 0.1 and 2 < saturation.max() < 3 and 0.9 < saturation.mean() < 1.1


def test_moments_are_remembered_as_long_as_asked() -> None:
    """Beside a loop over batches: each counts a quarter, and what was before the rest."""
    torch.manual_seed(0)
    loss, painted, photos = FeatureMoments(3, memory=0.75), torch.randn(5, 8, 3) + 1, torch.randn(5, 8, 3)
    for batch in zip(painted, photos, strict=True):
        loss(*batch)
    weights = torch.tensor([0.75**age / 4 for age in (4, 3, 2, 1, 0)])
    expected = torch.einsum("b,bd->d", weights, painted.mean(1) - photos.mean(1))
    torch.testing.assert_close(loss.apart[0], expected)
    torch.testing.assert_close(loss.square[0], torch.einsum("b,bd->d", weights, photos.square().mean(1)))
