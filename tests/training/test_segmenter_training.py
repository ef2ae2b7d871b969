"""What a segmenter learns from, its loss, and a step of its training."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.models.checkpoints import save_network
from training.segmenter.data import MatteData, MatteDataset, pasted_renders
from training.segmenter.trainer import SegmenterTraining, dice_loss
from training.shared.fit import fit

GLASS = np.zeros((40, 30), np.uint8)
GLASS[10:35, 8:14] = 255


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six photos with mattes in two folders, one of which is kept out, and five without a drink."""
    for name in ("photos/negatives", "mattes", "more"):
        (tmp_path / name).mkdir(parents=True)
    for number in range(6):
        Image.fromarray(np.stack([GLASS] * 3, 2)).save(tmp_path / f"photos/{number}.jpg", quality=95)
        Image.fromarray(GLASS).save(tmp_path / ("more" if number == 4 else "mattes") / f"{number}.png")
    for number in range(5):
        Image.new("RGB", (20, 20), (0, 0, 50 * number)).save(tmp_path / f"photos/negatives/{number}.png")
    kept = pd.DataFrame({"file": [f"{number}.jpg" for number in range(6)]})
    kept["split"] = ["train"] * 4 + ["validation"] * 2
    kept["reason"] = ["torn"] + [""] * 5
    kept["mattes"] = ["", "mattes", "mattes", "mattes", "more", "mattes"]
    kept.to_csv(tmp_path / "kept.csv", index=False)
    return tmp_path


def test_photos_renders_and_empty_grounds_are_learnt_from(folder: Path) -> None:
    folders = [folder / "mattes", folder / "more"]
    data = MatteData(folder / "photos", folders, folder / "kept.csv", size=32, pasted=2)
    data.setup("fit")
    assert len(data.train) == 3 + 2 + 4 and len(data.validation) == 2
    assert not data.train.mattes[-4:].any(), "there is no drink on these"
    image, matte = data.validation[0]
    assert torch.allclose(image[0], matte[0], atol=0.1) and matte.max() == 1
    with pytest.raises(InputError, match="has mattes of a folder 'more': name it with"):
        MatteData(folder / "photos", folders[:1], folder / "kept.csv", size=32).setup("fit")
    (folder / "mattes/5.png").unlink()
    with pytest.raises(InputError, match="does not exist"):
        data.setup("fit")
    pd.DataFrame({"file": ["1.jpg"], "split": "train", "reason": "", "mattes": "mattes"}).to_csv(folder / "kept.csv")
    with pytest.raises(InputError, match="holds no picture to learn from"):
        data.setup("fit")


def test_a_photo_and_its_matte_are_changed_alike() -> None:
    matte = np.array(Image.fromarray(GLASS).resize((32, 32)))
    data = MatteDataset(np.stack([matte] * 3, 2)[None], matte[None], augment=True)
    data.change.transforms = data.change.transforms[:2]  # not its colours
    seen = [data[0, seed] for seed in range(8)]
    assert max(float((image[0] - matte[0]).abs().mean()) for image, matte in seen) < 0.05  # but for smoothed edges
    assert len({float(matte.mean()) for _, matte in seen}) == 8


def test_a_pasted_render_is_where_its_matte_says() -> None:
    grounds = np.full((1, 32, 32, 3), (0, 0, 255), np.uint8)
    images, mattes = pasted_renders(grounds, 3, 32, np.random.default_rng(0))
    assert (images[mattes == 0] == (0, 0, 255)).all()
    assert (images[mattes == 255] != (0, 0, 255)).any(1).all()
    assert ((mattes > 0).any((1, 2))).all() and not ((mattes > 0).all((1, 2))).any()


def test_dice_is_one_less_twice_the_overlap_over_both_areas() -> None:
    matte = torch.tensor([[[[1.0, 1, 0, 0]]], [[[0, 0, 0, 0]]]])
    logits = torch.tensor([[[[50.0, -50, 50, -50]]], [[[-50.0] * 4]]])
    overlaps = [(2 * 1 + 1) / (2 + 2 + 1), 1 / 1]
    assert float(dice_loss(logits, matte)) == pytest.approx(1 - np.mean(overlaps))


def test_a_second_stage_begins_with_the_weights_of_the_first(tmp_path: Path) -> None:
    first = SegmenterTraining(size=32, width=8)
    save_network(first.network.eval(), "segmenter", "first", "photos", tmp_path)
    second, third = (SegmenterTraining(size=32, width=width, start_from=tmp_path / "first") for width in (8, 16))
    halved = {name: value.half().to(value.dtype) for name, value in first.network.state_dict().items()}
    assert all(torch.equal(halved[name], value) for name, value in second.network.state_dict().items())
    weight = "backbone.blocks.2.0.conv_pw.weight"
    assert torch.equal(third.network.state_dict()[weight], halved[weight])  # the pyramid alone begins anew


def test_one_step_is_tried_of_what_the_configuration_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Path("training/configs/segmenter/1-mattes.yaml").resolve()
    monkeypatch.chdir(folder)
    options = {"photos": "photos", "mattes": "[mattes,more]", "kept": "kept.csv"}
    options |= {"size": 32, "pasted": 1, "batch_size": 2}
    chosen = [f"--data.{name}={value}" for name, value in options.items()]
    trainer = fit(SegmenterTraining, ["--config", str(config), "--dry-run", "--model.width=8", *chosen], MatteData)
    assert trainer.global_step == 1 and "validation/iou" in trainer.callback_metrics
