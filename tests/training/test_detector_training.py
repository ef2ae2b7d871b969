import sys
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn

from cocktailman.errors import InputError
from cocktailman.evaluation.detection import DetectedPhoto, average_precision
from cocktailman.inference.recogniser import Box, Detector, Recogniser
from cocktailman.renders import EDGES
from training.datasets import crops, photos
from training.detector import data as detector_data
from training.detector.data import write_detector_data
from training.detector.pretrained import weights_of
from training.detector.threshold import choose_threshold, measure_cross_fitted
from training.detector.trainer import train_detector

DRINK = (0.2, 0.1, 0.6, 0.9)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four photos, two of them with a drink, and two negatives, in both splits."""
    for name in ("web/a", "web/b", "web/c", "web/d", "negatives/e", "negatives/f"):
        path = tmp_path / f"{name}.jpg"
        path.parent.mkdir(exist_ok=True)
        Image.effect_noise((120, 160), 30).convert("RGB").save(path)
    rows = [("web/a.jpg", *DRINK), ("web/b.jpg", *DRINK), ("web/c.jpg", *[None] * 4)]
    pd.DataFrame(rows, columns=["file", *EDGES]).to_csv(tmp_path / "boxes.csv", index=False)
    split = {
        "web/a": "train",
        "web/b": "validation",
        "web/c": "train",
        "negatives/e": "train",
        "negatives/f": "validation",
    }
    table = pd.DataFrame({"file": [f"{name}.jpg" for name in split], "split": split.values()})
    table.to_csv(tmp_path / "split.csv", index=False)
    for module, name in ((detector_data, "BOXES_SPLIT"), (photos, "SPLIT"), (crops, "SPLIT")):
        monkeypatch.setattr(module, name, tmp_path / "split.csv")
    return tmp_path


def labels(picture: str) -> np.ndarray:
    """The boxes beside a picture: centre and size."""
    text = Path(picture).with_suffix(".txt").read_text()
    return np.array(text.split(), dtype=float).reshape(-1, 5)[:, 1:]


def test_the_detector_learns_from_photos_renders_and_renders_pasted_on_photos(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_detector_data(folder, out, renders=3, pasted=4)
    listed = (out / "train.txt").read_text().split()
    assert [Path(file).parent.name for file in listed] == ["train"] * 3 + ["renders"] * 3 + ["pasted"] * 4
    assert all(Path(file).exists() for file in listed)
    np.testing.assert_allclose(labels(listed[0]), [[0.4, 0.5, 0.4, 0.8]])
    assert not len(labels(listed[1])) and not len(labels(listed[2])), "photos without a drink teach too"
    for file in listed[3:]:
        boxes = labels(file)
        assert 1 <= len(boxes) <= 3
        low, high = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
        assert (low > -0.01).all() and (high < 1.01).all() and (boxes[:, 2:] > 0.02).all()
    assert len((out / "validation.txt").read_text().split()) == 2


def test_a_pasted_drink_fills_its_box_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    for name in ("web/a", "negatives/e"):
        Image.new("RGB", (200, 200), "magenta").save(folder / f"{name}.jpg", quality=95)
    write_detector_data(folder, tmp_path / "out", renders=0, pasted=5)
    for path in (tmp_path / "out" / "pasted").glob("*.jpg"):
        pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
        if (pixels[0] != pixels[0, 0]).any():
            continue  # on the photo that is no plain colour
        changed = np.abs(pixels - (255, 0, 255)).sum(2) > 90
        across, down = (np.arange(200) + 0.5) / 200, (np.arange(200) + 0.5) / 200
        inside = np.zeros_like(changed)
        for x, y, width, height in labels(str(path)):
            near = np.abs(across - x) <= width / 2 + 0.02
            inside |= near[None] & (np.abs(down - y) <= height / 2 + 0.02)[:, None]
        assert changed[inside].mean() > 0.3
        assert changed[~inside].mean() < 0.1, "but for a straw, nothing is painted beside the drinks"


def test_crops_of_no_folder_are_refused_before_the_first_photo(
    recogniser: Recogniser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match=r"photos\.csv does not exist"):
        crops.write_crops(recogniser.detector, tmp_path / "nowhere", tmp_path / "out" / "crops.parquet", 64)
    assert capsys.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())


def test_crops_go_on_where_they_were_stopped(
    recogniser: Recogniser, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = pd.read_csv(folder / "split.csv")
    split.assign(source="web", drink="", ingredients="").drop(columns="split").to_csv(
        folder / "photos.csv", index=False
    )
    expected = crops.write_crops(recogniser.detector, folder, folder / "whole" / "crops.parquet", 32)
    monkeypatch.setattr(crops, "BATCH", 2)
    looked: list[int] = []

    def detect(images: list[Image.Image], min_score: float) -> list[tuple[Box, ...]]:
        looked.append(len(images))
        if len(looked) == 2:
            raise KeyboardInterrupt
        return Detector.detect(recogniser.detector, images, min_score)

    monkeypatch.setattr(recogniser.detector, "detect", detect)
    out = folder / "out" / "crops.parquet"
    with pytest.raises(KeyboardInterrupt):
        crops.write_crops(recogniser.detector, folder, out, 32)
    [kept] = out.parent.iterdir()
    kept.write_bytes(kept.read_bytes()[:-1])  # killed before the end of its second line
    pd.testing.assert_frame_equal(crops.write_crops(recogniser.detector, folder, out, 32), expected, rtol=1e-4)
    assert looked == [2, 2, 2, 2]
    assert sorted(file.name for file in out.parent.iterdir()) == ["crops.csv", "crops.parquet"]


def test_boxes_count_as_sure_only_where_nothing_is_in_doubt(folder: Path) -> None:
    found = pd.DataFrame(
        [
            ("web/c.jpg", *DRINK, 0.9),
            ("web/a.jpg", *DRINK, 0.9),
            ("web/d.jpg", *DRINK, 0.9),
            ("web/d.jpg", *DRINK, 0.4),
        ],
        columns=["file", *EDGES, "score"],
    )
    (folder / "boxes.csv").write_text("file\nweb/a.jpg\n")  # a person has read that one
    (folder / "split.csv").write_text("file,split\nweb/a.jpg,train\nweb/c.jpg,train\nweb/d.jpg,train\n")
    assert crops.sure_boxes(found, folder, 0.8, 5)["file"].tolist() == ["web/c.jpg"]
    (folder / "split.csv").write_text("file,split\nweb/c.jpg,validation\n")
    assert crops.sure_boxes(found, folder, 0.8, 5).empty, "what validates must not teach"


def found(score: float, shift: float = 0.0, drink: bool = True) -> DetectedPhoto:
    x1, y1, x2, y2 = DRINK
    return DetectedPhoto(
        "web/a.jpg" if drink else "negatives/e.jpg",
        (Box(x1 + shift, y1, x2 + shift, y2, score),),
        [DRINK] if drink else [],
    )


def test_average_precision_asks_for_the_place_and_for_the_order() -> None:
    assert average_precision([found(0.9), found(0.8)]) == pytest.approx({"ap50": 1, "ap50_95": 1})
    aside = average_precision([found(0.9, shift=0.09)])  # an overlap of 0.31 / 0.49: over 3 of the 10 limits
    assert aside["ap50"] == pytest.approx(1) and aside["ap50_95"] == pytest.approx(0.3, abs=0.01)
    assert average_precision([found(0.9, drink=False), found(0.8)])["ap50"] < 0.6
    assert found(0.9).hits and not found(0.9, shift=0.3).hits and not found(0.9, drink=False).hits


def test_the_threshold_finds_drinks_and_spares_photos_without_one() -> None:
    drinks = [found(score) for score in (0.9, 0.8, 0.7, 0.6, 0.2)]
    assert 0.5 < choose_threshold([*drinks, *[found(0.5, drink=False)] * 3]) <= 0.6
    assert choose_threshold([*drinks, found(0.75, drink=False)]) > 0.75, "one of one is more than 5 %"
    assert choose_threshold(drinks) <= 0.2


def test_what_a_threshold_does_is_measured_on_other_photos() -> None:
    """Of 20 photos without a drink one is mistaken for one: only the half without it chooses a threshold below its."""
    photos = [found(0.9) for _ in range(20)] + [found(0.1, drink=False) for _ in range(19)] + [found(0.95, drink=False)]
    measured = measure_cross_fitted(photos)
    assert measured["negatives_with_a_box"] == pytest.approx(1 / 20)
    assert measured["best_box_hits_above_threshold"] == pytest.approx(1 / 2)


def test_weights_are_read_from_a_pickle_of_classes_that_are_not_here(tmp_path: Path) -> None:
    module = types.ModuleType("elsewhere")
    network = type("Network", (nn.Sequential,), {"__module__": "elsewhere"})
    vars(module)["Network"] = network
    sys.modules["elsewhere"] = module
    saved = network(nn.Linear(3, 2))
    torch.save({"model": saved.half(), "ema": None}, tmp_path / "model.pt")
    del sys.modules["elsewhere"]
    weights = weights_of(tmp_path / "model.pt")
    assert weights["0.weight"].dtype == torch.float32
    torch.testing.assert_close(weights["0.weight"], saved[0].weight.float())


class Trap:
    """Writes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (exec, (f"open({str(self.path)!r}, 'w').close()",))


def test_nothing_in_a_pickle_is_run(tmp_path: Path) -> None:
    torch.save({"model": nn.Linear(1, 1), "trap": Trap(tmp_path / "sprung")}, tmp_path / "model.pt")
    weights_of(tmp_path / "model.pt")
    assert not (tmp_path / "sprung").exists()


def test_a_detector_whose_last_weights_are_cut_off_is_not_resumed(tmp_path: Path) -> None:
    (tmp_path / "drinks.yaml").touch()
    (tmp_path / "run" / "weights").mkdir(parents=True)
    torch.save({"epoch": 1}, tmp_path / "run" / "weights" / "last.pt")
    whole = (tmp_path / "run" / "weights" / "last.pt").read_bytes()
    (tmp_path / "run" / "weights" / "last.pt").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="is cut off or damaged"):
        train_detector(tmp_path, tmp_path / "run", "yolov5n", 1, 64, 2, 0, 1e-3, None, False, True, "cpu")
