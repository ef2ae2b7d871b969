"""A kind of model is declared once: then it is listed, loaded, painted with and compared, with no other edit."""

import dataclasses
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from cocktailman.__main__ import main
from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.evaluation.report import report_html
from cocktailman.evaluation.side_by_side import PANELS, Original, Selection, counterpart
from cocktailman.inference.generator import Generator
from cocktailman.inference.protocols import Painter
from cocktailman.inference.recogniser import Recogniser
from cocktailman.models.checkpoints import Checkpoint, list_checkpoints, save_network
from cocktailman.models.registry import KINDS, Can, Kind, kind_of, kinds_that
from tests.helpers.pictures import picture

MOJITO = catalog().cocktail("Mojito").recipe


@dataclass
class PixelwiseConfig:
    """What a pixel-wise baseline is built from."""

    style_dim: int = 0
    recipe_dim: int = 63
    size: int = 64


class PixelwiseDecoder(nn.Module):
    """The colour of each pixel from its place, the recipe and the style, each pixel for itself."""

    def __init__(self, config: PixelwiseConfig) -> None:
        super().__init__()
        self.size = config.size
        self.colour = nn.Linear(2 + config.recipe_dim + config.style_dim, 3)

    def forward(self, style: Tensor, recipe: Tensor) -> Tensor:
        side = torch.linspace(-1, 1, self.size)
        place = torch.stack(torch.meshgrid(side, side, indexing="ij"), -1)  # (size, size, 2)
        asked = torch.cat([recipe, style], 1)[:, None, None].expand(-1, self.size, self.size, -1)
        seen = torch.cat([place.expand(len(recipe), -1, -1, -1), asked], -1)
        return self.colour(seen).sigmoid().permute(0, 3, 1, 2)  # (n, 3, size, size)


class Pixelwise(nn.Module, PyTorchModelHubMixin):
    """A painter without an encoder."""

    def __init__(self, config: PixelwiseConfig) -> None:
        super().__init__()
        self.config = config
        self.decoder = PixelwiseDecoder(config)


@pytest.fixture(autouse=True)
def pixelwise(monkeypatch: pytest.MonkeyPatch) -> Kind:
    here = __name__
    kind = Kind("pixelwise", "pixel-wise", f"{here}.PixelwiseConfig", f"{here}.Pixelwise", frozenset({Can.PAINT}))
    monkeypatch.setitem(KINDS, kind.name, kind)
    return kind


@pytest.fixture(params=[0, 2])
def baseline(request: pytest.FixtureRequest, tmp_path: Path, pixelwise: Kind) -> Checkpoint:
    """A pixel-wise baseline of this many style numbers, in a folder of its own."""
    torch.manual_seed(0)
    network = pixelwise.network_class()(pixelwise.config_class()(style_dim=request.param))
    return save_network(network, "pixelwise", "flat", "photos", tmp_path)


def test_every_kind_is_what_it_says() -> None:
    for name, kind in KINDS.items():
        assert kind_of(name) is kind and kind.name == name
        assert dataclasses.is_dataclass(kind.config_class()) and hasattr(kind.config_class()(), "size")
        assert issubclass(kind.network_class(), PyTorchModelHubMixin)
    assert kinds_that(Can.PAINT) == ["cidvae", "cvae", "histogram", "pixelwise"]
    assert kinds_that(Can.DETECT) == ["detector"]
    with pytest.raises(InputError, match="unknown kind of model 'gan': choose one of cidvae, cvae, detector"):
        kind_of("gan")


def test_a_new_kind_is_listed_and_paints(
    baseline: Checkpoint, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = baseline.folder.parent
    assert list_checkpoints(root, Can.PAINT) == [baseline] and list_checkpoints(root, Can.ENCODE) == []
    monkeypatch.setattr(list_checkpoints, "__defaults__", (root, None))
    monkeypatch.setattr(Generator.load.__func__, "__defaults__", (root,))

    def ran(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["cocktailman", *map(str, arguments)])
        status = main()
        out, err = capfd.readouterr()
        return status, out, err

    assert ran("models") == (0, f"flat\tpixelwise\tphotos\t64 px\t{baseline.parameters} parameters\n", "")
    file = root / "mojito.png"
    status, out, _ = ran("generate", "--model", "flat", "--cocktail", "mojito", "--seed", 1, "--out", file, "--json")
    assert status == 0 and json.loads(out)["model"] == "flat" and file.exists()
    status, out, said = ran("encode", "--model", "flat", file)
    assert (status, out) == (2, "") and said.startswith("flat has no encoder: it paints, and reads no pictures")


def test_a_generator_of_a_new_kind_is_a_painter(baseline: Checkpoint) -> None:
    painter: Painter = Generator(baseline)
    styles = painter.sample_styles(2, 0)
    pictures = painter.paint_each([MOJITO, ("gin",)], styles, 32)
    assert [image.size for image in pictures] == [(32, 32)] * 2 and pictures[0].tobytes() != pictures[1].tobytes()
    with pytest.raises(InputError, match="flat cannot be driven in a browser"):
        Generator(baseline).decoder_onnx()


def test_a_new_kind_stands_beside_a_cvae(baseline: Checkpoint, generator: Generator) -> None:
    assert counterpart(generator.checkpoint, [generator.checkpoint, baseline]) is baseline
    flat = Generator(baseline)
    photos = tuple(Original.of_photo(f"photo {row}", picture(row)) for row in range(2))
    selection = Selection(MOJITO, 1, photos)
    for pair in ((flat, generator), (generator, flat)):
        for name in ("painted", "samples", "traversals"):
            shown = [image for row in PANELS[name](pair, selection).rows for image in row.pictures]
            assert shown and None not in shown
        for name in ("rebuilt", "between"):
            panel = PANELS[name](pair, selection)
            assert [row.label for row in panel.rows][1:] == ["tiny"]
            assert panel.caption.endswith("flat has no encoder: it paints, and rebuilds nothing.")
    painted = PANELS["painted"]((flat, generator), selection)
    [own] = flat.paint(MOJITO, flat.sample_styles(1, 1)) if flat.style_dim == 0 else [painted.rows[0].pictures[0]]
    assert own is not None and painted.rows[0].pictures[0].tobytes() == own.tobytes()  # type: ignore[union-attr]
    assert "--style= " not in painted.commands[0]
    assert "flat has no encoder" in report_html((flat, generator), selection)


def test_two_that_cannot_read_are_told_so(baseline: Checkpoint) -> None:
    flat = Generator(baseline)
    photos = (Original.of_photo("photo", picture(0)),)
    with pytest.raises(InputError, match="neither flat nor flat has an encoder to read pictures: choose another"):
        PANELS["rebuilt"]((flat, flat), Selection(MOJITO, 1, photos))


def test_the_recogniser_is_one(recogniser: Recogniser) -> None:
    from cocktailman.inference import protocols

    one: protocols.Recogniser = recogniser
    assert len(one.recognise([picture(0)])) == 1


def test_styles_of_nothing_are_painted_alike(baseline: Checkpoint) -> None:
    flat = Generator(baseline)
    first, second = flat.paint(MOJITO, np.zeros((2, flat.style_dim), np.float32))
    assert first.tobytes() == second.tobytes()
