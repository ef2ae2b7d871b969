"""AdaIN as it is trained: schedules, what learns, and a run that ends as a checkpoint."""

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.inference.stylizer import AdaINStylizer
from cocktailman.models.vgg import VGG
from tests.helpers.pictures import noise, picture
from training.adain import trainer as adain
from training.adain.data import StylePairs
from training.adain.trainer import AdaINTraining
from training.shared.export import export_generator
from training.shared.fit import fit


@pytest.fixture
def styles(tmp_path: Path) -> Path:
    folder = tmp_path / "styles"
    folder.mkdir()
    for number in range(20):
        noise(number, 60, 40 + number).save(folder / f"{number}.png")
    pd.DataFrame({"file": [f"{number}.png" for number in range(20)]}).to_csv(folder / "styles.csv", index=False)
    return folder


@pytest.fixture(autouse=True)
def random_vgg(monkeypatch: pytest.MonkeyPatch) -> None:
    def random(depth: int, deepest: str) -> VGG:
        torch.manual_seed(1)
        return VGG(depth, deepest)

    monkeypatch.setattr(adain, "imagenet_vgg", random)


def test_a_run_ends_as_a_checkpoint_that_stylises(packed: Path, styles: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    options = {
        "data.contents": f"[{packed}]", "data.styles": styles, "data.size": 32, "data.batch_size": 2, "data.pairs": 8,
        "data.validated": 2, "model.learning_rate": 1e-3, "model.warmup": 2, "trainer.max_epochs": 1,
        "trainer.gradient_clip_val": 1.0, "trainer.log_every_n_steps": 1, "trainer.logger": "CSVLogger",
        "trainer.logger.save_dir": tmp_path, "trainer.logger.name": "run", "trainer.logger.version": "",
        "trainer.callbacks+": "ModelCheckpoint", "trainer.callbacks.save_last": "true",
        "trainer.enable_progress_bar": "false", "trainer.num_sanity_val_steps": 0,
    }  # fmt: skip
    arguments = [f"--{name}={value}" for name, value in options.items()] + ["--trainer.callbacks+=StyleGrid"]
    arguments[-1] = "--trainer.callbacks+=training.adain.trainer.StyleGrid"
    trainer = fit(AdaINTraining, arguments, StylePairs)
    trained: Any = trainer.lightning_module
    datamodule: Any = trainer.datamodule  # type: ignore[attr-defined]
    assert trainer.global_step == 4
    [content, *_] = trained.network.encoder.maps(datamodule.train[0][0][None], ["relu4_1"])
    assert 0.3 < float(content.mean()) < 3  # its mean activation was made 1 over all pictures
    kept = torch.load(tmp_path / "run" / "checkpoints" / "last.ckpt", weights_only=True)
    assert kept["kind"] == "adain"
    optimised = sum(group["params"].__len__() for group in kept["optimizer_states"][0]["param_groups"])
    assert optimised == len(list(trained.network.decoder.parameters()))  # the encoder is frozen
    assert (tmp_path / "run" / "samples" / "epoch-000-styled.png").exists()
    logged = pd.read_csv(tmp_path / "run" / "metrics.csv")
    assert min(logged["train/gradient_norm"].dropna().tolist()) > 0 and logged["validation/style"].dropna().tolist()
    checkpoint = export_generator(tmp_path / "run", "adain", "photos", tmp_path / "checkpoints")
    painted = AdaINStylizer(checkpoint).stylise(picture(0), noise(1), size=64)
    assert isinstance(painted, Image.Image) and painted.size == (64, 64)


@pytest.mark.parametrize(("step", "factor"), [(0, 0.1), (4, 0.5), (9, 1.0), (50, 1.0)])
def test_the_learning_rate_rises_and_falls(step: int, factor: float) -> None:
    training = AdaINTraining(32, learning_rate=1e-2, warmup=10)
    training.__dict__["_trainer"] = type("Trainer", (), {"estimated_stepping_batches": 100})()
    configured: Any = training.configure_optimizers()
    optimizer, schedule = configured["optimizer"], configured["lr_scheduler"]["scheduler"]
    for _ in range(step):
        optimizer.step()
        schedule.step()
    cosine = (1 + math.cos(math.pi * step / 100)) / 2
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1e-2 * factor * cosine, rel=1e-6)


def test_the_first_stage_asks_for_pixels_alone() -> None:
    training = AdaINTraining(32, coded="relu3_1")
    losses = training.rebuilding(torch.rand(1, 3, 32, 32))
    assert losses.keys() == {"pixels"}
    training.total(losses).backward()
    assert all(weights.grad is None for weights in training.network.encoder.parameters())
    assert all(weights.grad is not None for weights in training.network.decoder.parameters())


def test_what_it_cannot_start_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no checkpoint of AdaIN: export a run with `export`"):
        AdaINTraining(32, start_from=tmp_path)
