"""Metrics against what is known of them by other means."""

import numpy as np
import pytest
import torch
from PIL import Image

from cocktailman.evaluation.features import picture_features
from cocktailman.evaluation.metrics import (
    bootstrap,
    kernel_distance,
    linear_classifier,
    peak_signal_to_noise,
    squared_errors,
    structural_similarity,
)
from cocktailman.networks.backbones import LiteBackbone
from cocktailman.networks.losses import PerceptualLoss, RecipeConsistency


@pytest.fixture(scope="module")
def backbone() -> LiteBackbone:
    return LiteBackbone(0)


def test_kernel_distance_is_the_unbiased_mmd_of_its_paper():
    rng = np.random.default_rng(0)
    real, drawn = rng.normal(size=(40, 8)), rng.normal(1, 1, size=(40, 8))

    def kernel(a, b):
        return (a @ b.T / 8 + 1) ** 3

    pairs = 20 * 19

    def unbiased(a, b):
        same = sum(kernel(x, x).sum() - np.trace(kernel(x, x)) for x in (a, b)) / pairs
        return same - 2 * kernel(a, b).mean()

    draw = np.random.default_rng(0)
    subsets = [unbiased(real[draw.choice(40, 20, False)], drawn[draw.choice(40, 20, False)]) for _ in range(5)]
    assert kernel_distance(real, drawn, subsets=5, seed=0).value == pytest.approx(np.mean(subsets))


def test_kernel_distance_grows_with_distance_and_starts_at_none():
    rng = np.random.default_rng(1)
    here, again, there = (rng.normal(shift, 1, (300, 16)) for shift in (0, 0, 2))
    assert abs(kernel_distance(here, again).value) < 0.1 < kernel_distance(here, there).value


def test_bootstrap_brackets_the_mean():
    values = np.random.default_rng(0).normal(3, 1, 400)
    estimate = bootstrap(values)
    assert estimate.low < values.mean() < estimate.high
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 / 20, rel=0.15)  # the normal theory's 4 s / sqrt(n)
    assert estimate.count == 400


def test_squared_errors_are_in_units_of_white():
    black, white = np.zeros((1, 4, 4, 3), np.uint8), np.full((1, 4, 4, 3), 255, np.uint8)
    assert squared_errors(np.concatenate([black, white]), np.concatenate([white, white])).tolist() == [1, 0]


def test_linear_classifier_tells_clusters_apart():
    rng = np.random.default_rng(0)
    labels = np.repeat(["a", "b", "c"], 50)
    features = rng.normal(size=(150, 20)) + 3 * np.eye(3, 20)[np.repeat(range(3), 50)]
    assert linear_classifier().fit(features[::2], labels[::2]).score(features[1::2], labels[1::2]) > 0.8


def test_features_come_from_imagenet_weights(backbone):
    """A uniform picture and one with structure are far apart; a picture and its copy are not."""
    grey, ramp = Image.new("RGB", (80, 80), "grey"), Image.linear_gradient("L").convert("RGB")
    features = picture_features([grey, ramp, ramp], backbone, 64)
    assert features.shape == (3, 1280)
    assert np.abs(features[1] - features[2]).max() < 1e-4
    assert np.linalg.norm(features[0] - features[1]) > 1


def test_psnr_and_ssim_are_best_for_the_same_picture():
    targets = np.random.default_rng(0).integers(0, 255, (2, 32, 32, 3), np.uint8)
    pictures = targets.copy()
    pictures[1] = targets[1] // 2 + 64
    same, other = structural_similarity(pictures, targets)
    assert same == pytest.approx(1) and 0.2 < other < 0.99
    assert peak_signal_to_noise(np.array([0.01, 0.001])).tolist() == pytest.approx([20, 30])


def test_perceptual_loss_is_none_for_the_same_picture_and_reaches_the_painted_one(backbone):
    target = torch.rand(2, 3, 64, 64)
    painted = torch.rand(2, 3, 64, 64, requires_grad=True)
    loss = PerceptualLoss(backbone)
    assert loss(target, target) == pytest.approx(0, abs=1e-5)
    loss(painted, target).backward()
    assert painted.grad is not None and painted.grad.abs().sum() > 0
    assert all(weights.grad is None for weights in backbone.parameters())


def test_recipe_consistency_teaches_the_painter_and_never_the_reader(backbone):
    torch.manual_seed(0)
    recipes = torch.eye(2).repeat(4, 1)  # ingredient 0 is red, ingredient 1 is blue
    photos = torch.rand(8, 3, 64, 64) * 0.2
    photos[0::2, 0] += 0.7
    photos[1::2, 2] += 0.7
    loss = RecipeConsistency([backbone], 2, read_at=64)
    [(misread, misnamed)] = loss.fit([(photos, recipes)], often=4)
    assert misread < 0.1 and misnamed < 0.1 and len(loss.drinks) == 2
    assert loss(photos, recipes) < 0.7 < loss(photos.flip(1), recipes)
    assert loss(photos, torch.ones_like(recipes)) > 0.7  # a recipe without a name is read for its ingredients alone
    painted = torch.rand(2, 3, 64, 64, requires_grad=True)
    loss(painted, recipes[:2]).backward()
    assert painted.grad is not None and painted.grad.abs().sum() > 0
    assert all(weights.grad is None for weights in loss.parameters())
