"""A C-IDVAE is trained, stopped, resumed and exported; what moves whom is in models/test_cidvae.py."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from cocktailman.catalog import catalog
from cocktailman.inference.generator import Generator
from tests.helpers.pictures import DRINKS
from tests.helpers.runs import PowerCutError, configuration, last
from training.cidvae.trainer import CIDVAETraining
from training.shared.export import export_generator
from training.shared.fit import fit

MODEL = {
    "warmup": 0,
    "feature_weight": 1.0,
    "pull_from": 2,
    "penalty_every": 2,
    "encoder_rate": 1e-2,
    "decoder_rate": 1e-3,
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, packed: Path) -> Path:
    """The folder of a training that ran from start to end."""
    folder = tmp_path_factory.mktemp("judged")
    fit(CIDVAETraining, configuration(folder, packed, MODEL, {}))
    return folder


def test_a_stopped_training_resumes_exactly(trained: Path, packed: Path, tmp_path: Path) -> None:
    arguments = configuration(tmp_path, packed, MODEL, {})
    with pytest.raises(PowerCutError):
        fit(CIDVAETraining, [*arguments, "--trainer.callbacks+=tests.helpers.runs.StopInSecondEpoch"])
    fit(CIDVAETraining, [*arguments, "--resume", "last"])
    straight, resumed = last(trained), last(tmp_path)
    assert resumed["global_step"] == straight["global_step"] == 2 * 6, "each optimiser's steps count"
    for weights in ("state_dict", "current_model_state"):
        for name, value in straight[weights].items():
            assert torch.equal(value, resumed[weights][name]), name


def test_each_loss_has_its_curve(trained: Path) -> None:
    curves = pd.read_csv(trained / "run" / "metrics.csv")
    for name in ("discriminator", "generator", "reconstruction", "feature", "kl", "penalty"):
        curve = curves[f"train/{name}"].dropna().to_numpy()
        assert len(curve) == 3 and np.isfinite(curve).all(), name


def test_a_run_becomes_a_checkpoint_that_reads_a_picture_with_its_recipe(trained: Path, tmp_path: Path) -> None:
    checkpoint = export_generator(trained / "run", "new", "photos", tmp_path)
    assert (checkpoint.kind, checkpoint.domain, checkpoint.size) == ("cidvae", "photos", 64)
    generator = Generator.load("new", tmp_path)
    recipes = [catalog().cocktail(name).recipe for name in DRINKS]
    painted = generator.paint_each(recipes, generator.sample_styles(len(recipes), 0))
    alike = [painted[0], painted[0]]
    known, unknown = generator.encode(alike, [recipes[0], None]).mean
    assert np.abs(known - unknown).max() > 1e-6
    np.testing.assert_allclose(generator.encode(alike).mean, [unknown, unknown], atol=1e-5)


def test_samples_reach_further_where_asked(trained: Path, tmp_path: Path) -> None:
    recipe, style = catalog().cocktail(DRINKS[0]).recipe, np.full((1, 6), 0.5, np.float32)
    for name, reach in {"near": 1.0, "far": 2.0}.items():
        export_generator(trained / "run", name, "photos", tmp_path, reach=reach)
    near, far = (Generator.load(name, tmp_path) for name in ("near", "far"))
    [expected], [painted] = near.paint(recipe, 2 * style), far.paint(recipe, style)
    assert np.abs(np.asarray(painted, float) - np.asarray(expected, float)).max() <= 3  # half precision
    read = [generator.encode([expected], [recipe]).mean for generator in (near, far)]
    np.testing.assert_allclose(read[1] * 2, read[0], atol=0.02)
