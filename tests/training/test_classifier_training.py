from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml
from torch.nn import functional as F

from cocktailman.catalog import catalog
from cocktailman.drinks import DRINKS
from cocktailman.evaluation.classification import Predictions, measure_classifier, reliability
from cocktailman.evaluation.ingredients import THRESHOLDS
from cocktailman.models.checkpoints import load_network
from cocktailman.models.classifier.network import ClassifierConfig, ClassifierOutput, DrinkClassifier
from tests.helpers.renders import write_renders
from training.classifier.calibration import balanced_f1, calibrate, measure_cross_fitted, predict_validation
from training.classifier.data import NAMELESS, DrinkData
from training.classifier.export import export_classifier
from training.classifier.reliability import reliability_diagram
from training.classifier.trainer import ClassifierTraining
from training.shared.fit import fit

BACKBONE = "tf_efficientnet_lite0"
N = len(catalog().ingredients)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, packed: Path) -> Path:
    """The packed pictures, where those of the 14 drinks come from `bulk`, and no others."""
    table = pd.read_parquet(packed)
    table["source"] = np.where(table["drink"].isin(DRINKS), "bulk", "tcdb")
    path = tmp_path_factory.mktemp("photos") / "photos.parquet"
    table.to_parquet(path, index=False)
    return path


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, photos: Path) -> Path:
    """The folder of a run of the real thing on very little, and from scratch."""
    folder = tmp_path_factory.mktemp("runs")
    chosen = {
        "data": {"packed": str(photos), "size": 32, "batch_size": 10, "draws": 20},
        "model": {"backbone": BACKBONE, "scratch": True, "frozen_stages": 0},
        "trainer": {
            "max_epochs": 1,
            "accelerator": "cpu",
            "num_sanity_val_steps": 0,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "logger": {
                "class_path": "lightning.pytorch.loggers.CSVLogger",
                "init_args": {"save_dir": str(folder), "name": "run", "version": ""},
            },
            "callbacks": [
                {
                    "class_path": "lightning.pytorch.callbacks.ModelCheckpoint",
                    "init_args": {"save_last": True, "save_on_train_epoch_end": True},
                }
            ],
        },
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(chosen))
    fit(ClassifierTraining, ["--config", str(folder / "config.yaml")], DrinkData)
    return folder / "run"


def test_a_run_becomes_a_checkpoint_that_can_be_measured(trained: Path, photos: Path, tmp_path: Path) -> None:
    checkpoint = export_classifier(trained, "tiny", [photos, photos], 40, None, tmp_path)
    network = load_network(checkpoint)
    assert (checkpoint.kind, checkpoint.size, network.config.drinks) == ("classifier", 40, list(DRINKS))
    assert 0 < float(network.threshold) < 1
    metrics: dict[str, Any] = measure_classifier(network, predict_validation(network, [photos]))
    assert metrics["data"] == "validation photos: 2 of bulk, 2 of tcdb, opendrinks and brindisi"
    assert metrics["bulk"]["right_of_14"] in (0, 0.5, 1) and 0 <= metrics["calibration"]["ece"] <= 1


def test_what_was_chosen_on_other_photos_is_worse_than_what_was_chosen_on_these(monkeypatch) -> None:
    monkeypatch.setattr("training.shared.halves.HALVINGS", 1)
    torch.manual_seed(0)
    recipes, bulk = (torch.rand(40, N) < 0.1).float(), np.arange(40) % 2 == 0
    noise = Predictions(torch.randn(40, N) + recipes, torch.zeros(40, 14), recipes, torch.zeros(40).long(), bulk)
    best = max(balanced_f1(noise.ingredients.sigmoid().numpy(), noise, threshold) for threshold in THRESHOLDS)
    measured: dict[str, Any] = measure_cross_fitted(noise)
    assert measured["micro_f1"] < best
    sure = Predictions(20 * recipes - 10, noise.drinks, recipes, noise.names, bulk)
    found: dict[str, Any] = measure_cross_fitted(sure)
    assert (found["micro_f1"], found["pooled_iou"], found["ece"]) == pytest.approx((1, 1, 0), abs=1e-3)


def test_frozen_layers_stay_as_they_were() -> None:
    training = ClassifierTraining(BACKBONE, 32, scratch=True, frozen_stages=2)
    backbone = training.network.backbone
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    training.train()
    training.on_train_epoch_start()
    training.network(torch.rand(4, 3, 32, 32)).ingredients.sum().backward()
    moved = {name for name, value in backbone.state_dict().items() if not torch.equal(value, before[name])}
    learnt = {name for name, weights in backbone.named_parameters() if weights.grad is not None}
    frozen = ("conv_stem", "bn1", "blocks.0", "blocks.1")
    assert moved and learnt and not any(name.startswith(frozen) for name in moved | learnt)


def test_pictures_come_with_recipe_and_name_and_the_same_again(photos: Path) -> None:
    data = DrinkData(photos, size=32, batch_size=10)
    first, again = (next(iter(data.train_dataloader())) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        assert torch.equal(one, other)
    images, recipes, names = first
    assert images.shape == (10, 3, 32, 32) and images.min() >= 0 and images.max() <= 1
    mojito, other = DRINKS.index("Mojito"), catalog().recipe_vector(catalog().cocktail("Mojito").recipe)
    assert mojito in names and NAMELESS in names
    assert all((recipe.numpy() == other).all() for recipe, name in zip(recipes, names, strict=True) if name == mojito)


def test_renders_are_drawn_in_the_share_that_was_asked(packed: Path, tmp_path: Path) -> None:
    data = DrinkData(packed, write_renders(tmp_path), renders_share=0.75, size=16, batch_size=200, draws=200)
    sampler = data.train_dataloader().sampler
    photos = len(data.photos.of("train").pixels)
    rows = np.array([row for row, _ in sampler])
    assert 0.65 < (rows >= photos).mean() < 0.85


def test_the_error_of_ingredients_is_summed_over_them_and_averaged_over_pictures() -> None:
    training = ClassifierTraining(BACKBONE, 32, scratch=True)
    logits, recipe = torch.randn(3, N), (torch.rand(3, N) < 0.2).float()
    names = F.one_hot(torch.tensor([1, 2, 3]), len(DRINKS)).float()
    errors = training.errors(ClassifierOutput(logits, torch.zeros(3, len(DRINKS))), recipe, names)
    by_picture = [
        F.binary_cross_entropy_with_logits(*pair, reduction="sum") for pair in zip(logits, recipe, strict=True)
    ]
    torch.testing.assert_close(errors["ingredients"], sum(by_picture) / 3)
    assert float(errors["drinks"]) == pytest.approx(np.log(len(DRINKS)), rel=1e-5)


def overconfident(count: int = 2000) -> Predictions:
    """Logits three times too large for how often the ingredients are there, and names at random confidence."""
    rng = torch.Generator().manual_seed(0)
    logits = torch.randn(count, N, generator=rng) - 1
    recipes = (torch.rand(count, N, generator=rng) < torch.sigmoid(logits)).float()
    drinks = torch.randn(count, len(DRINKS), generator=rng)
    names = torch.multinomial(F.softmax(drinks, 1), 1, generator=rng)[:, 0]
    return Predictions(3 * logits, 5 * drinks, recipes, names, np.arange(count) < count // 2)


def test_calibration_makes_probabilities_true() -> None:
    network = DrinkClassifier(ClassifierConfig(BACKBONE, 32, N, list(DRINKS), hidden=4)).eval()
    seen = overconfident()
    hidden = torch.rand(3, 4)
    ingredients, drinks = network.ingredients(hidden).detach(), network.drinks(hidden).detach()
    calibrate(network, seen)
    torch.testing.assert_close(network.ingredients(hidden), ingredients / 3, atol=0.05, rtol=0.1)
    torch.testing.assert_close(network.drinks(hidden), drinks / 5, atol=0.05, rtol=0.1)
    truth = seen.recipes.numpy() > 0
    raw = reliability(torch.sigmoid(seen.ingredients).numpy(), truth)["ece"]
    calibrated = reliability(torch.sigmoid(seen.ingredients / 3).numpy(), truth)["ece"]
    assert isinstance(raw, float) and isinstance(calibrated, float) and raw > 0.05 > 0.02 > calibrated


def test_the_reliability_diagram_has_a_bar_as_high_as_the_true_share_where_it_was_stated() -> None:
    stated, truth = np.full(400, 0.35), np.arange(400) < 100
    bars, counts, *_ = list[Any](reliability_diagram(reliability(stated, truth)).data)
    assert list(bars.x) == pytest.approx([0.35]) and list(bars.y) == pytest.approx([0.25])
    assert list(counts.y) == [400] and list(counts.x) == pytest.approx([0.35])
