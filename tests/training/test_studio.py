"""Drinks in a plain studio: how colour and coverage are found, packed and read, and what is told of their factors."""

import json
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.cutouts import GREY, over
from cocktailman.datasets import Pictures
from cocktailman.errors import InputError
from cocktailman.losses.factors import FactorSupervision
from cocktailman.renders import STUDIO, read_renders
from training.cvae.trainer import CVAETraining
from training.datasets.batches import PictureDataset
from training.datasets.factor_scores import FactorScores
from training.datasets.pictures import read_pictures
from training.renders import studio
from training.renders.environment import PYTHON, ROOT
from training.renders.factors import draw
from training.renders.make import picture_id
from training.renders.pack import pack, without_noise
from training.renders.studio import matted

FACTORS = ("camera_elevation", "fill", "camera_roll")


@pytest.fixture(scope="module")
def shipped() -> Pictures:
    return read_pictures(STUDIO, 64)


def test_the_backdrop_is_the_grey_that_cut_outs_are_measured_on() -> None:
    assert (studio.GREY,) * 3 == GREY


@given(st.tuples(*[st.floats(0, 1)] * 3), st.floats(0, 1))
def test_what_lets_all_colours_through_alike_is_matted_exactly(colour: tuple[float, ...], coverage: float) -> None:
    """The oracle: a drink of that colour and coverage, laid on both grounds."""
    grey = GREY[0] / 255
    seen = [np.array(colour).reshape(1, 1, 3) * coverage + ground * (1 - coverage) for ground in (grey, 0.0)]
    pixel = np.asarray(matted(seen[0], seen[1], grey))[0, 0] / 255
    assert pixel[3] == pytest.approx(coverage, abs=0.003)
    for ground in (0.0, grey, 1.0):
        expected = np.array(colour) * coverage + ground * (1 - coverage)
        assert pixel[:3] * pixel[3] + ground * (1 - pixel[3]) == pytest.approx(expected, abs=0.008)


def test_a_tinted_drink_looks_over_grey_as_it_was_rendered() -> None:
    """A red glass: of what shines through, red comes whole and blue not at all."""
    grey, black = np.array([[[0.8, 0.3, 0.02]]]), np.array([[[0.05, 0.02, 0.02]]])
    picture = matted(grey, black, GREY[0] / 255)
    assert np.asarray(over(picture))[0, 0] / 255 == pytest.approx(grey[0, 0], abs=0.005)
    assert picture.getpixel((0, 0))[3] == 255, "blue is held back wholly"  # type: ignore[index]


def test_smoothing_what_hardly_covers_changes_nothing_that_one_sees() -> None:
    rng = np.random.default_rng(0)
    pixels = np.zeros((48, 48, 4), np.uint8)
    pixels[4:44, 8:40] = (180, 60, 20, 255)
    pixels[20:40, 10:38, :3], pixels[20:40, 10:38, 3] = rng.integers(0, 255, (20, 28, 3)), 8
    before, after = Image.fromarray(pixels), without_noise(Image.fromarray(pixels))
    clear = np.s_[24:36, 14:34]
    assert np.asarray(after)[clear][..., :3].std() < 0.6 * pixels[clear][..., :3].std()
    assert (np.asarray(after)[..., 3] == pixels[..., 3]).all()
    for ground in ((0, 0, 0), (205, 205, 205)):
        one, other = (np.asarray(over(picture, ground)).astype(int)[6:42, 10:38] for picture in (before, after))
        assert np.abs(one - other).max() < 12


def _loose(folder: Path, cocktail: str, index: int) -> None:
    """What `make` would write of a drink in the studio: low and to the left, and half of it clear."""
    factors, name = draw(cocktail, index), picture_id(cocktail, index)
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[30:60, 2:22] = (200, 80, 20, 255)
    pixels[45:60, 2:22, 3] = 120
    Image.fromarray(pixels).save(folder / f"{name}.webp", lossless=True)
    Image.new("RGB", (64, 64), (1, 1, 1)).save(folder / f"{name}.mask.webp", lossless=True)
    facts = {"id": name} | asdict(factors) | {"box": [0.1, 0.2, 0.3, 0.4], "size": 64, "samples": 1, "seconds": 0.5}
    (folder / f"{name}.json").write_text(json.dumps(facts))


def test_drinks_are_packed_with_their_coverage_and_read_centred(tmp_path: Path) -> None:
    (tmp_path / "loose").mkdir()
    for item in catalog().cocktails:
        _loose(tmp_path / "loose", item.name, 0)
    pack(tmp_path / "loose", tmp_path / "packed")
    image = read_renders(tmp_path / "packed").image(0)
    assert image.mode == "RGBA" and abs(image.getpixel((12, 50))[3] - 120) < 12  # type: ignore[index]
    coverage = read_pictures(tmp_path / "packed", 64).pixels[0][..., 3]
    rows, columns = np.flatnonzero(coverage.any(1)), np.flatnonzero(coverage.any(0))
    assert abs(rows[0] - (63 - rows[-1])) <= 1 and abs(columns[0] - (63 - columns[-1])) <= 1
    assert len(rows) == round(64 * 0.92)


def test_what_ships_are_drinks_of_the_scenes_of_the_bar() -> None:
    drinks, bar = read_renders(STUDIO), read_renders()
    same = bar.factors.set_index("id").loc[drinks.factors["id"]].reset_index()
    for column in ("cocktail", "ingredients", "split", "glass", "fill", "camera_elevation", "seed"):
        assert (drinks.factors[column] == same[column]).all()
    assert all(image.mode == "RGBA" for image in drinks.images([0, len(drinks) - 1]))


def test_scores_of_factors_are_normal_and_rise_with_them(shipped: Pictures) -> None:
    scores = FactorScores(shipped, FACTORS)
    told = np.stack([scores.of(row, mirrored=False).numpy() for row in range(len(shipped.pixels))])
    factors = read_renders().factors.set_index("id").loc[shipped.table["file"], list(FACTORS)].to_numpy(float)
    for number in range(len(FACTORS)):
        assert (np.argsort(told[:, number]) == np.argsort(factors[:, number])).all()
    assert np.abs(told.mean(0)).max() < 0.01 and np.abs(told.std(0) - 1).max() < 0.02
    assert (scores.of(0, mirrored=True) == scores.of(0, mirrored=False) * torch.tensor([1, 1, -1])).all()


def test_a_picture_and_its_score_are_mirrored_together(shipped: Pictures) -> None:
    data, plain = (PictureDataset(shipped, 64, augment, FACTORS) for augment in (True, False))
    mirrored = 0
    for seed in range(12):
        image, _, scores = data[5, seed]
        straight = [float((image[3] - other).abs().mean()) for other in (plain[5][0][3], plain[5][0][3].flip(1))]
        mirrored += (flipped := bool(scores[2] != plain[5][2][2]))
        assert (straight[1] < straight[0]) == flipped
    assert 0 < mirrored < 12


def test_unknown_factors_and_those_of_photos_are_refused(shipped: Pictures) -> None:
    with pytest.raises(InputError, match="no factor to learn is called 'glass'"):
        FactorScores(shipped, ["glass"])
    photos = Pictures(shipped.pixels, shipped.table.assign(source="web"))
    with pytest.raises(InputError, match="of photos no factors are known"):
        FactorScores(photos, ["fill"])


def test_supervision_is_the_squared_error_of_the_first_numbers() -> None:
    mean, scores = torch.tensor([[1.0, 2.0, 9.0], [0.0, 1.0, 9.0]]), torch.tensor([[0.0, 2.0], [0.0, 3.0]])
    assert FactorSupervision()(mean, scores) == pytest.approx((1 + 0 + 0 + 4) / 4)


def test_a_supervised_number_comes_to_tell_its_factor(shipped: Pictures) -> None:
    """A few steps on eight pictures: the first numbers learn by heart what they are told."""
    torch.manual_seed(0)
    training = CVAETraining(size=64, factor_weight=1.0, learning_rate=2e-3)
    data = PictureDataset(shipped, 64, augment=False, factors=FACTORS)
    image, recipe, scores = (torch.stack(part) for part in zip(*(data[row] for row in range(8)), strict=True))
    optimizer = torch.optim.AdamW(training.network.parameters(), 2e-3)
    errors = []
    for _ in range(25):
        losses = training.losses(training.network(image, recipe), image, scores)
        optimizer.zero_grad()
        losses["factors"].backward()
        optimizer.step()
        errors.append(losses["factors"].item())
    assert errors[-1] < 0.2 * errors[0]
    assert "factors" not in training.losses(training.network(image, recipe), image)


@pytest.mark.skipif(not PYTHON.exists(), reason="Blender is not here: make its environment with `make .venv-renders`")
def test_a_drink_is_rendered_alone(tmp_path: Path) -> None:
    asked = "--plain --size 48 --per-cocktail 1 --free 0 --shard 1/37 --samples 2 --threads 1"
    command = [*f"{PYTHON} -m training.renders renders {asked}".split(), "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    coverage = np.asarray(Image.open(tmp_path / "alexander-000.webp").getchannel("A"))
    assert coverage[:6, :6].max() < 26 and coverage.max() > 240 and 0.05 < (coverage > 25).mean() < 0.8
    assert json.loads((tmp_path / "alexander-000.json").read_text())["size"] == 48
