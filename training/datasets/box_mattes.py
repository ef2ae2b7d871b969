"""Self-training (Xie et al., arXiv 1911.04252): mattes by our own segmenter, where the network that taught it failed.

IS-Net, which looks for what is salient in a photo, often sees nothing in a glass before a white ground, is unsure of
it, or takes two glasses for one thing. Our segmenter, which learnt of the mattes that were good what a drink is, looks
at the box of one drink.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from tqdm import tqdm

from cocktailman.cutouts import Matte
from cocktailman.files import written
from cocktailman.images import read_image
from cocktailman.inference.segmenter import Segmenter
from training.datasets.cutouts import STRICT, Judged, drink_boxes, judged, matte_path, read_matte
from training.datasets.mattes import as_kept
from training.datasets.photos import SPLIT, read_table

MARGIN = 0.12  # of the longer side of a box, which is looked at around it
SMALLEST = 48  # px, the longer side of a box that is worth looking at
SURE = 0.35  # the detector's score of a box that is looked at
DOUBT, BELIEF = 0.3, 0.8  # coverage taken for none, and for all: what is faint here is a doubt, not a glass


def write_box_mattes(segmenter: Segmenter, photos: Path, mattes: Path, found: Path, out: Path) -> int:
    """Makes mattes of the training photos whose matte in `mattes` is dropped, of the largest drink in each; returns how
    many are good and lie in `out`.

    Photos for validation are left alone: what is measured on must not come from what is measured.
    found: the boxes that the detector found (see `drink_boxes`).
    """
    files = read_table(photos / "photos.csv", keep_default_na=False)[["file"]].merge(read_table(SPLIT), on="file")
    boxes, sure, none = drink_boxes(photos, found), drink_boxes(photos, found, SURE), np.zeros((0, 4))
    good = 0
    for file in tqdm(files.loc[files["split"] == "train", "file"], desc="mattes of boxes"):
        path, whole = matte_path(file, out), matte_path(file, mattes)
        if not path.exists():
            if not whole.exists():  # a photo that cannot be read, see `write_mattes`
                continue
            photo = read_image(photos / file, file)
            if not judged(read_matte(whole, photo.size), boxes.get(file, none), STRICT).reason:
                continue
            made = box_matte(segmenter, photo, sure.get(file, none))
            if made is None or made.reason:
                continue
            with written(path) as unfinished:
                as_kept(_decided(made.matte), photo.size).save(unfinished)
        good += 1
    return good


def box_matte(segmenter: Segmenter, photo: Image.Image, boxes: np.ndarray) -> Judged | None:
    """The largest drink of a photo, cut out and judged; None where all boxes (n, 4), in fractions of it, are small."""
    limits = np.tile(photo.size, 2)  # (4,)
    sides = (boxes[:, 2:] - boxes[:, :2]) * photo.size  # (n, 2)
    if not len(boxes) or sides.max() < SMALLEST:
        return None
    largest = int(sides.prod(1).argmax())
    around = MARGIN * sides[largest].max() * np.array([-1, -1, 1, 1])
    left, top, right, bottom = (boxes[largest] * limits + around).round().astype(int).clip(0, limits).tolist()
    [seen] = segmenter.mattes([photo.crop((left, top, right, bottom))])
    matte = np.zeros(photo.size[::-1], np.float32)
    matte[top:bottom, left:right] = seen
    return judged(matte, boxes[[largest]], STRICT)


def _decided(matte: Matte) -> Matte:
    """A matte without its doubts."""
    return ((matte - DOUBT) / (BELIEF - DOUBT)).clip(0, 1)
