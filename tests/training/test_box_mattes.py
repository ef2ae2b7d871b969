"""Self-training: what our segmenter cuts out where IS-Net failed."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cocktailman.cutouts import bounds, over
from cocktailman.evaluation.segmentation import intersection_over_union
from cocktailman.inference.segmenter import Segmenter
from cocktailman.renders import STUDIO, read_renders
from training.datasets.box_mattes import box_matte, write_box_mattes
from training.datasets.cutouts import pack_photos
from training.datasets.photos import SPLIT

SIDE = 192  # px


def framed_drink() -> tuple[Image.Image, np.ndarray]:
    """A drink of the studio before a dull wall with room around it, and where it is."""
    renders = read_renders(STUDIO)
    drink = renders.image(renders.row("pina-colada-000")).resize((SIDE // 2, SIDE // 2))
    whole = Image.new("RGBA", (SIDE, SIDE))
    whole.paste(drink, (SIDE // 4, SIDE // 4))
    return over(whole, (150, 165, 140)), (np.asarray(whole.getchannel("A")) > 25).astype(np.float32)


def box_of(matte: np.ndarray) -> np.ndarray:
    """The box of a matte, (1, 4), in fractions."""
    found = bounds(matte)
    assert found is not None
    return np.array([found]) / SIDE


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter.load()


def test_the_drink_in_the_largest_box_is_cut_out(segmenter) -> None:
    photo, matte = framed_drink()
    box = box_of(matte)
    small = np.array([[0, 0, 0.2, 0.2]])
    made = box_matte(segmenter, photo, np.concatenate([small, box]))
    assert made and not made.reason
    assert intersection_over_union(made.matte, matte) > 0.8
    assert box_matte(segmenter, photo, small) is None and box_matte(segmenter, photo, np.zeros((0, 4))) is None
    beside = box_matte(segmenter, photo, np.array([[0.02, 0.02, 0.3, 0.3]]))  # a box of nothing much
    assert beside and beside.reason


def test_training_photos_without_a_good_matte_get_one(tmp_path, segmenter) -> None:
    photo, matte = framed_drink()
    split = pd.read_csv(SPLIT)
    files = [split.loc[split["split"] == name, "file"].tolist()[0] for name in ("train", "validation")]
    table = pd.DataFrame({"file": files, "source": "brindisi", "drink": "Negroni", "ingredients": "gin"})
    table.to_csv(tmp_path / "photos.csv", index=False)
    corners = pd.DataFrame(np.repeat(box_of(matte), 2, 0), columns=["x1", "y1", "x2", "y2"])
    corners.assign(file=files, note="").to_csv(tmp_path / "boxes.csv", index=False)
    corners.assign(file=files, score=0.9).to_csv(tmp_path / "found.csv", index=False)
    mattes, out = tmp_path / "mattes", tmp_path / "again"
    for file in files:
        for path in (tmp_path / file, (mattes / file).with_suffix(".png")):
            path.parent.mkdir(parents=True, exist_ok=True)
        photo.save(tmp_path / file, quality=95)
        Image.new("L", (SIDE, SIDE)).save((mattes / file).with_suffix(".png"))  # IS-Net saw nothing
    found = tmp_path / "found.csv"
    assert write_box_mattes(segmenter, tmp_path, mattes, found, out) == 1
    made = [(out / file).with_suffix(".png") for file in files]
    assert made[0].exists() and not made[1].exists()
    made[0].touch()
    before = made[0].stat().st_mtime_ns
    assert write_box_mattes(segmenter, tmp_path, mattes, found, out) == 1  # it goes on, and makes none twice
    assert made[0].stat().st_mtime_ns == before
    facts = pack_photos(tmp_path, [mattes, out], found, tmp_path / "cutouts.parquet", 64, workers=1)
    assert facts["reason"].tolist() == ["", "empty"] and facts["mattes"].tolist()[0] == "again"
