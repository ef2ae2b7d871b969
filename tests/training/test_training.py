import csv
import math
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.cutouts import GREY
from cocktailman.datasets import Pictures, recipe_matrix
from cocktailman.errors import InputError
from cocktailman.evaluation import comparison
from cocktailman.evaluation.features import lite_extractor
from cocktailman.evaluation.glossary import METRICS
from cocktailman.evaluation.metrics import Estimate
from cocktailman.evaluation.on_renders import measure_on_renders
from cocktailman.evaluation.training_curves import read_curves
from cocktailman.images import crop_around
from cocktailman.inference.generator import Generator
from cocktailman.models.checkpoints import find_checkpoint, load_network
from cocktailman.renders import read_renders
from tests.helpers.pictures import DRINKS, picture
from tests.helpers.renders import write_renders
from tests.helpers.runs import PowerCutError, configuration, last
from training.__main__ import main
from training.cidvae.trainer import CIDVAETraining
from training.cvae.trainer import CVAETraining
from training.datasets import photos as photos_module
from training.datasets.batches import EpochSampler, PictureDataset, sampling_weights
from training.datasets.photos import largest_boxes, pack, read_table, split_photos
from training.datasets.pictures import read_pictures
from training.latent.styles import rebuilding_errors
from training.pairnet.export import export_editor
from training.shared.export import export_generator
from training.shared.fit import fit, put_aside


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, packed: Path) -> Path:
    """The folder of a training that ran from start to end."""
    folder = tmp_path_factory.mktemp("trained")
    fit(CVAETraining, configuration(folder, packed))
    return folder


def test_a_stopped_training_resumes_exactly(trained: Path, packed: Path, tmp_path: Path) -> None:
    arguments = configuration(tmp_path, packed)
    with pytest.raises(PowerCutError):
        fit(CVAETraining, [*arguments, "--trainer.callbacks+=tests.helpers.runs.StopInSecondEpoch"])
    assert last(tmp_path)["global_step"] == 2
    fit(CVAETraining, [*arguments, "--resume", "last"])
    straight, resumed = last(trained), last(tmp_path)
    assert resumed["global_step"] == straight["global_step"] == 6
    for weights in ("state_dict", "current_model_state", "averaging_state"):
        assert straight[weights].keys() == resumed[weights].keys()
        for name, value in straight[weights].items():
            assert torch.equal(value, resumed[weights][name]), name
    assert straight["lr_schedulers"] == resumed["lr_schedulers"]
    logged = pd.concat([pd.read_csv(file) for file in (tmp_path / "run").glob("metrics*.csv")])
    assert set(logged["epoch"]) == {0, 1, 2}, "what was logged before the stop is kept"
    name = "network.decoder.seed.weight"
    assert not torch.equal(straight["state_dict"][name], straight["current_model_state"][name])


def test_what_a_power_cut_left_is_said_and_the_last_that_is_whole_goes_on(
    trained: Path, packed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = tmp_path / "run" / "checkpoints"
    shutil.copytree(trained / "run" / "checkpoints", saved)
    torch.save(last(trained) | {"epoch": 7}, saved / "older.ckpt")
    os.utime(saved / "older.ckpt", (0, 0))
    for name in ("last.ckpt", "latest.ckpt"):
        whole = (saved / name).read_bytes()
        (saved / name).write_bytes(whole[: len(whole) // 2])
    fit(CVAETraining, [*configuration(tmp_path, packed), "--resume", "last"])  # all its epochs are done
    said = capsys.readouterr().out
    assert "last.ckpt is cut off or damaged, and left aside" in said and f"going on from {saved / 'older.ckpt'}" in said
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 1
    for file in saved.iterdir():
        file.write_bytes(damaged)
    with pytest.raises(InputError, match="nothing whole is left in"):
        fit(CVAETraining, [*configuration(tmp_path, packed), "--resume", "last"])
    with pytest.raises(InputError, match="is cut off or damaged: give --resume another"):
        fit(CVAETraining, [*configuration(tmp_path, packed), "--resume", str(saved / "last.ckpt")])
    with pytest.raises(InputError, match="nothing whole is left in"):
        export_generator(tmp_path / "run", "short", "photos", tmp_path)
    shutil.rmtree(saved)
    fit(CVAETraining, [*configuration(tmp_path, packed, trainer={"max_epochs": 0}), "--resume", "last"])
    assert f"nothing was saved in {saved}: the training begins anew" in capsys.readouterr().out


def test_a_run_begun_anew_keeps_the_log_of_the_one_before(tmp_path: Path) -> None:
    for name in ("metrics.csv", "metrics-1.csv"):
        (tmp_path / name).write_text(name, "utf-8")
    put_aside(tmp_path / "metrics.csv", resumed=False)
    assert {file.name: file.read_text("utf-8") for file in tmp_path.iterdir()} == {
        "former-metrics.csv": "metrics.csv",
        "former-metrics-1.csv": "metrics-1.csv",
    }


def test_training_lowers_the_loss(trained: Path) -> None:
    with (trained / "run" / "metrics.csv").open() as file:
        errors = [float(row["train/reconstruction"]) for row in csv.DictReader(file) if row["train/reconstruction"]]
    assert len(errors) == 3 and errors[2] < errors[1] < errors[0] and errors[2] < 0.75 * errors[0]
    assert len(list((trained / "run" / "samples").iterdir())) == 6


def test_a_run_becomes_a_checkpoint(trained: Path, tmp_path: Path) -> None:
    checkpoint = export_generator(trained / "run", "new", "photos", tmp_path)
    assert (checkpoint.name, checkpoint.kind, checkpoint.domain, checkpoint.size) == ("new", "cvae", "photos", 64)
    generator = Generator.load("new", tmp_path)
    recipes = [catalog().cocktail(name).recipe for name in DRINKS]
    painted = generator.paint_each(recipes, np.zeros((len(DRINKS), 6), np.float32))
    assert {image.size for image in painted} == {(64, 64)}
    assert len({image.tobytes() for image in painted}) == len(DRINKS)
    curves = read_curves(checkpoint)
    assert curves is not None and curves["epoch"].tolist() == [0, 1, 2]
    averaged = last(trained)["state_dict"]["network.decoder.seed.weight"]
    torch.testing.assert_close(load_network(checkpoint).decoder.seed.weight, averaged, atol=1e-3, rtol=1e-3)


@torch.no_grad()
def test_truncation_halves_what_samples_differ_by(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, more in (("whole", []), ("half", ["--truncation", "0.5"])):
        command = ["export", str(trained / "run"), name, "--root", str(tmp_path), *more]
        monkeypatch.setattr(sys, "argv", ["training", *command])
        assert main() == 0
    whole, half = (load_network(find_checkpoint(name, tmp_path)).eval() for name in ("whole", "half"))
    style, recipe, image = torch.randn(4, 6), torch.eye(63)[:4], torch.rand(4, 3, 64, 64)
    first, of_whole = (
        half.decoder.bottleneck[0],
        whole.decoder.bottleneck[0],
    )  # after three epochs, pictures hardly differ
    asked = first(torch.cat([style, recipe], 1))
    torch.testing.assert_close(asked, of_whole(torch.cat([style / 2, recipe], 1)), atol=2e-3, rtol=0)
    assert (asked - of_whole(torch.cat([style, recipe], 1))).abs().max() > 0.1
    (mean, log_variance), (whole_mean, whole_log_variance) = (one.encode(image, recipe) for one in (half, whole))
    torch.testing.assert_close(mean, 2 * whole_mean, atol=1e-2, rtol=1e-2)  # what is encoded is rebuilt as before
    torch.testing.assert_close(log_variance, whole_log_variance + math.log(4), atol=1e-2, rtol=1e-2)


@torch.no_grad()
def test_maps_lose_their_grid_when_exported(trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, more in (("plain", []), ("smooth", ["--low-pass", "32"])):
        command = ["export", str(trained / "run"), name, "--root", str(tmp_path), *more]
        monkeypatch.setattr(sys, "argv", ["training", *command])
        assert main() == 0
    plain, smooth = (load_network(find_checkpoint(name, tmp_path)).eval() for name in ("plain", "smooth"))
    assert smooth.decoder.low_pass == (32,) and not plain.decoder.low_pass
    weights = plain.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in smooth.state_dict().items())
    style, recipe = torch.randn(4, 6), torch.eye(63)[:4]
    assert (smooth.decoder(style, recipe) != plain.decoder(style, recipe)).any()
    with pytest.raises(InputError, match="leave --packed"):
        export_editor(trained / "run", "edits", "renders", tmp_path, kind="flow", low_pass=[32])


def test_a_dry_run_leaves_nothing(packed: Path, tmp_path: Path) -> None:
    fit(CVAETraining, [*configuration(tmp_path, packed), "--dry-run"])
    assert [path.name for path in tmp_path.iterdir()] == ["config.yaml"]


CVAE = "cvae --trainer.logger false --trainer.accelerator cpu"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ("frobnicate", "No such command 'frobnicate'. (see python -m training --help)"),
        ("pack --photos none", "none/boxes.csv does not exist: check the folder of photos"),
        ("split --photos none", "none/photos.csv does not exist: check the folder of photos"),
        ("export none new", "none holds no checkpoints/last.ckpt: name the folder of a run"),
        (CVAE, "data.packed"),
        (f"{CVAE} --config none.yaml", "none.yaml"),
        (f"{CVAE} --config notes.txt", "config"),
        (f"{CVAE} --data.packed none.parquet", "none.parquet does not exist: make it with python -m training pack"),
        (f"{CVAE} --data.packed notes.txt", "notes.txt cannot be read: make it with python -m training pack"),
        (f"{CVAE} --data.packed PACKED --data.size 100", "size is 100 px: choose one of 64, 128, 256, 512"),
        (f"{CVAE} --data.packed PACKED --model.start_from none", "none holds no checkpoints/last.ckpt"),
        (f"{CVAE} --data.packed PACKED --model.reconstruction best", "model.reconstruction"),
        (f"{CVAE} --data.packed PACKED --resume none.ckpt", "none.ckpt does not exist: give --resume a checkpoint"),
        (f"{CVAE} --data.packed PACKED --frobnicate", "--frobnicate"),
    ],
)
def test_a_users_mistake_is_one_line(
    packed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("Two parts rum.")
    monkeypatch.setattr(sys, "argv", ["training", *arguments.replace("PACKED", str(packed)).split()])
    assert main() == 2
    out, err = capsys.readouterr()  # Lightning's greetings go to the log
    assert out == "" and says in err and err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_help_lists_the_options(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["training"])
    assert main() == 0
    assert "Usage: python -m training" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["training", "cvae", "--help"])
    with pytest.raises(SystemExit, match="0"):
        main()
    assert "--model.kl_weight" in capsys.readouterr().out


def table(**columns: list[str]) -> Pictures:
    frame = pd.DataFrame(columns)
    return Pictures(np.zeros((len(frame), 8, 8, 3), np.uint8), frame)


def test_balance_weighs_drinks() -> None:
    drinks = ["Mojito"] * 8 + ["Negroni"] * 2 + ["Martini", "Beer", "Daiquiri", "Margarita"]
    photos = table(drink=drinks, source=["bulk"] * 10 + ["web"] * 3 + ["book"])
    assert sampling_weights(photos, 0).tolist() == [1.0] * 14
    even = sampling_weights(photos, 1)
    groups = [even[:8], even[8:10], even[10:13], even[13:]]  # the two drinks of bulk and the other sources
    np.testing.assert_allclose([group.sum() for group in groups], 14 / 4)
    assert all(np.ptp(group) == 0 for group in groups)
    half = sampling_weights(photos, 0.5)
    np.testing.assert_allclose(half[:8].sum() / half[8:10].sum(), math.sqrt(8 / 2))
    assert math.isclose(half.mean(), 1)


def test_draws_depend_on_seed_and_epoch_alone() -> None:
    def draws(seed: int, epoch: int) -> list[tuple[int, int]]:
        return list(EpochSampler(np.array([1.0] * 50 + [0.0] * 50), seed, lambda: epoch))

    first = draws(0, 3)
    assert len(first) == len(set(first)) == 100 and max(first) < (50, 0)
    assert first == draws(0, 3)
    assert not set(first) & {*draws(0, 4), *draws(1, 3)}


def test_augmentation_depends_on_its_seed_alone(packed: Path) -> None:
    photos = PictureDataset(read_pictures(packed).of("train"), 64, augment=True)
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    images = [photos[3, seed][0] for seed in (1, 1, 2, 3)]
    assert torch.equal(images[0], images[1]) and not torch.equal(images[1], images[2])
    assert torch.equal(torch.rand(3), expected)


def test_photos_become_tensors(packed: Path) -> None:
    photos = read_pictures(packed).of("validation")
    assert photos.table["file"].tolist() == [f"{row}.jpg" for row in range(20, 24)]
    assert photos.pixels.shape == (4, 64, 64, 3) and (photos.pixels[3] == np.asarray(picture(23))).all()
    assert (recipe_matrix(photos)[1] == catalog().recipe_vector(catalog().cocktail("negroni").recipe)).all()
    for size, augment in ((64, False), (32, False), (64, True)):
        image, recipe = PictureDataset(photos, size, augment)[1]
        assert image.shape == (3, size, size) and image.dtype == torch.float32 and recipe.shape == (63,)
        assert 0.1 < image.max() <= 1 and image.min() >= 0
    image, _ = PictureDataset(photos, 64, augment=False)[3]
    torch.testing.assert_close(image, torch.from_numpy(photos.pixels[3]).permute(2, 0, 1) / 255)


def test_cut_outs_are_shown_over_grey_and_shrunk_without_dark_rims() -> None:
    pixels = np.zeros((1, 32, 32, 4), np.uint8)
    pixels[:, 8:24, 9:24] = (200, 40, 20, 255)
    table = pd.DataFrame({"file": ["a"], "source": ["web"], "drink": ["Beer"], "ingredients": ["beer"], "split": ["x"]})
    pictures = Pictures(pixels, table)
    assert pictures.what == "cut-outs of photos on grey"
    [shown] = pictures.shown
    assert shown.mode == "RGB" and shown.getpixel((0, 0)) == GREY and shown.getpixel((12, 12)) == (200, 40, 20)
    small = pictures.resized(16).pixels[0]
    rim = small[(small[..., 3] > 60) & (small[..., 3] < 200)]
    assert len(rim) and np.abs(rim[:, :3].astype(int) - (200, 40, 20)).max() <= 6


def test_renders_become_pictures_of_the_size_asked_for(tmp_path: Path) -> None:
    pictures = read_pictures(write_renders(tmp_path / "renders"), 16)
    assert pictures.pixels.shape == (40, 16, 16, 3) and (pictures.pixels[7] == 6 * 7).all()
    assert set(pictures.table["drink"]) == {"Free pour", "Mojito", "Negroni"}
    assert set(pictures.of("unseen").table["drink"]) == {"Negroni"}
    assert (sampling_weights(pictures, 1) == 1).all()


def test_renders_are_measured_by_split(generator: Generator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "extractors", lambda: [lite_extractor()])  # the others would be downloaded
    monkeypatch.setattr(comparison, "perceptual_distance", lambda *_: lambda a, b: (a - b).abs().mean((1, 2, 3)))
    folder = write_renders(tmp_path / "renders")
    pictures, factors = read_pictures(folder, generator.checkpoint.size), read_renders(folder).factors
    found: dict[str, Any] = measure_on_renders(generator, pictures, folder, factors, Estimate(0.5, 0.4, 0.6, 2))
    splits = found["splits"]
    assert isinstance(splits, dict) and splits["unseen"]["mse"]["count"] == 15
    for measured in splits.values():
        assert -1 <= measured["ssim"]["value"] <= 1
        assert measured["mse"]["value"] > measured["reference"]["mse_pca_6"]  # weights are random, pictures are grey
    compared = found["comparison"]["metrics"]
    absent = {name for name in METRICS if name.endswith("_inception")}  # as nothing of Inception was at hand
    assert METRICS.keys() - compared.keys() == absent and compared.keys() <= METRICS.keys()
    assert compared["mse"]["count"] == sum(measured["mse"]["count"] for measured in splits.values())
    assert compared["mse"]["value"] == pytest.approx(
        sum(measured["mse"]["value"] * measured["mse"]["count"] for measured in splits.values())
        / compared["mse"]["count"]
    )
    assert found["comparison"]["reference"].keys() <= compared.keys()


fractions = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)


@given(fractions, fractions, st.integers(2, 250), st.integers(2, 250))
@settings(max_examples=200, deadline=None)
def test_a_crop_lies_inside_and_holds_the_box(x: list[float], y: list[float], width: int, height: int) -> None:
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    places = np.stack([across, down, np.full_like(across, 255)], axis=2).astype(np.uint8)  # each pixel says where it is
    crop = np.asarray(crop_around(Image.fromarray(places), x[0], y[0], x[1], y[1]))
    assert crop.size and (crop[..., 2] == 255).all()  # what lies outside would be black
    (left, top, _), (right, bottom, _) = crop[0, 0].astype(int), crop[-1, -1].astype(int) + 1
    assert left <= x[0] * width + 0.5 and x[1] * width - 0.5 <= right
    assert top <= y[0] * height + 0.5 and y[1] * height - 0.5 <= bottom
    side = 1.25 * max((x[1] - x[0]) * width, (y[1] - y[0]) * height)
    if side >= 2:
        assert abs(right - left - min(side, width)) <= 1 and abs(bottom - top - min(side, height)) <= 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of labels and boxes: two drinks in bulk, many drinks from the web, some of no drink."""
    rows = [(f"{drink}_{row:02d}.jpg", "bulk", drink, "gin ice") for drink in ("Beer", "Mojito") for row in range(20)]
    rows += [(f"web_{row:02d}.jpg", "web", f"Drink {row}", "gin ice") for row in range(30)]
    pd.DataFrame(rows, columns=["file", "source", "drink", "ingredients"]).to_csv(tmp_path / "photos.csv", index=False)
    boxes = [("web_00.jpg", "no_drink"), ("web_01.jpg", "not_photo"), ("web_02.jpg", "blurred")]
    lines = [f"{file},,,,,{note}" for file, note in boxes] + ["Beer_00.jpg,0.5,0.5,1,1,", "Beer_00.jpg,0,0,0.2,0.2,"]
    (tmp_path / "boxes.csv").write_text("\n".join(["file,x1,y1,x2,y2,note", *lines]))
    return tmp_path


def test_the_split_is_stratified_and_fixed(folder: Path) -> None:
    split = split_photos(folder)
    files = split["file"].tolist()
    assert list(split.columns) == ["file", "split"] and files == sorted(set(files))
    assert len(files) == 68 and "web_00.jpg" not in files and "web_01.jpg" not in files
    held = split.loc[split["split"] == "validation", "file"].str.split("_").str[0]
    assert held.value_counts().to_dict() == {"Beer": 2, "Mojito": 2, "web": 3}
    assert set(split["split"]) == {"train", "validation"}
    pd.testing.assert_frame_equal(split, split_photos(folder))
    assert not split.equals(split_photos(folder, seed=1))


def test_packing_crops_to_the_largest_box(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.new("RGB", (200, 200), "blue")
    image.paste((255, 0, 0), (70, 70, 200, 200))
    for file in ("Beer_00.jpg", "Mojito_00.jpg"):
        image.save(folder / file)
    pd.DataFrame({"file": ["Beer_00.jpg", "Mojito_00.jpg"], "split": "train"}).to_csv(
        tmp_path / "split.csv", index=False
    )
    monkeypatch.setattr(photos_module, "SPLIT", tmp_path / "split.csv")
    pack(folder, tmp_path / "new" / "packed.parquet", 32, largest_boxes(read_table(folder / "boxes.csv")))
    photos = read_pictures(tmp_path / "new" / "packed.parquet")
    assert photos.table.to_dict("list") == {
        "file": ["Beer_00.jpg", "Mojito_00.jpg"],
        "source": ["bulk", "bulk"],
        "drink": ["Beer", "Mojito"],
        "ingredients": ["gin ice", "gin ice"],
        "split": ["train", "train"],
    }
    np.testing.assert_allclose(photos.pixels[:, 2, 2], [[255, 0, 0], [0, 0, 255]], atol=12)
    np.testing.assert_allclose(photos.pixels[:, -1, -1], [[255, 0, 0]] * 2, atol=12)


def test_the_error_of_a_style_table_is_that_of_the_pixels(generator: Generator, packed: Path) -> None:
    pictures = read_pictures(packed).of("validation")
    styles = generator.encode(pictures.images, pictures.recipes).mean
    [rebuilt] = generator.paint(pictures.recipes[2], styles[[2]])
    gap = (np.asarray(rebuilt, float) - pictures.pixels[2]) / 255
    assert rebuilding_errors(generator, pictures, styles)[2] == pytest.approx((gap**2).mean(), rel=1e-4)


@pytest.mark.parametrize(
    ("training", "options", "words"),
    [
        (CVAETraining, {"size": 100}, "size is 100 px"),
        (CIDVAETraining, {"size": 128, "low_pass": [256]}, "low_pass is 256 px"),
    ],
)
def test_a_network_that_cannot_be_built_is_refused_in_one_sentence(training: Any, options: dict, words: str) -> None:
    with pytest.raises(InputError, match=f"the network cannot be built: {words}"):
        training(**options)
