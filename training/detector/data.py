"""What a detector of drinks learns from: photos with boxes, photos without a drink, renders, and renders cut out by
their masks and pasted on photos without a drink. Written as the folder of pictures and labels that Ultralytics reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
from PIL import Image, ImageFilter, ImageOps
from tqdm import tqdm

from cocktailman.evaluation.detection import Boxes
from cocktailman.files import written
from cocktailman.images import read_image
from cocktailman.renders import EDGES, Renders, read_renders
from training.datasets.photos import BOXES_SPLIT, read_table

Labelled: TypeAlias = tuple[Image.Image, Boxes]

FEATHER = 1.0  # px of blur on the edge of a pasted drink
MOST_OVERLAP = 0.15  # share of a pasted drink that lies on one pasted before
SHARE_OF_HEIGHT = (0.3, 0.95)  # of a pasted drink


def write_detector_data(
    photos: Path, out: Path, renders: int = 200, pasted: int = 250, guessed: pd.DataFrame | None = None, seed: int = 0
) -> None:
    """Writes `out/drinks.yaml`, the lists of pictures that it names, the pictures and their labels.

    `renders` and `pasted` are counts of pictures; `guessed` is a table (file, x1, y1, x2, y2) of boxes that a detector
    was sure of on photos that no person has read.
    """
    random = np.random.default_rng(seed)
    bar = read_renders()
    training, validation = (photos_with_boxes(photos, split) for split in ("train", "validation"))
    listed = _written(_opened(photos, training), out / "train")
    listed += _written(_rendered(bar, renders, random), out / "renders")
    empty = [photos / file for file, boxes in training.items() if not boxes and file.startswith("negatives/")]
    listed += _written(_pasted(bar, empty, pasted, random), out / "pasted")
    if guessed is not None:
        listed += _written(_opened(photos, boxes_of(guessed)), out / "guessed")
    _list(listed, out / "train.txt")
    _list(_written(_opened(photos, validation), out / "validation"), out / "validation.txt")
    with written(out / "drinks.yaml") as unfinished:
        unfinished.write_text(f"path: {out.resolve()}\ntrain: train.txt\nval: validation.txt\nnames: [drink]\n")


def photos_with_boxes(photos: Path, split: str) -> dict[str, Boxes]:
    """The boxes of each photo of a split of data/splits/boxes.csv; none where it shows no drink."""
    read = boxes_of(read_table(photos / "boxes.csv"))
    files = read_table(BOXES_SPLIT).query("split == @split")["file"]
    return {file: read.get(file, []) for file in files}


def boxes_of(table: pd.DataFrame) -> dict[str, Boxes]:
    """The boxes of each file in a table of them."""
    rows = table.dropna(subset=list(EDGES))
    return {
        str(file): list(part[list(EDGES)].itertuples(index=False, name=None)) for file, part in rows.groupby("file")
    }


def _opened(photos: Path, boxes: dict[str, Boxes]) -> Iterator[Labelled]:
    for file in boxes:
        yield read_image(photos / file, file), boxes[file]


def _rendered(bar: Renders, count: int, random: np.random.Generator) -> Iterator[Labelled]:
    for row in _rows(bar, count, random):
        yield bar.image(row), [_box(bar, row)]


def _rows(bar: Renders, count: int, random: np.random.Generator) -> list[int]:
    """Rows of the training split, each once before one comes twice."""
    rows = np.flatnonzero(bar.factors["split"] == "train")
    return np.concatenate([random.permutation(rows) for _ in range(count // len(rows) + 1)])[:count].tolist()


def _box(bar: Renders, row: int) -> tuple[float, ...]:
    return tuple(float(bar.factors.at[row, edge]) for edge in EDGES)


def _pasted(bar: Renders, backgrounds: list[Path], count: int, random: np.random.Generator) -> Iterator[Labelled]:
    """One to three drinks on each of `count` photos without one."""
    rows = iter(_rows(bar, 3 * count, random))
    for _ in range(count):
        canvas = read_image(backgrounds[random.integers(len(backgrounds))])
        taken = np.zeros((canvas.height, canvas.width), dtype=bool)
        boxes: Boxes = []
        for _ in range(random.integers(1, 4)):
            drink, box = _cut_out(bar, next(rows), canvas.height * random.uniform(*SHARE_OF_HEIGHT), random)
            left, top = (round(random.uniform(0, max(0, room))) for room in np.subtract(canvas.size, drink.size))
            place = (slice(top, top + drink.height), slice(left, left + drink.width))
            if drink.width > canvas.width or taken[place].mean() > MOST_OVERLAP:
                continue
            canvas.paste(drink, (left, top), drink)
            taken[place] = True
            corner, size = np.tile([left, top], 2), np.tile(canvas.size, 2)
            boxes.append(tuple((corner + np.multiply(box, np.tile(drink.size, 2))) / size))
        yield canvas, boxes


def _cut_out(
    bar: Renders, row: int, height: float, random: np.random.Generator
) -> tuple[Image.Image, tuple[float, ...]]:
    """A drink alone, `height` px high, with what is behind its glass; and its box in fractions of that picture."""
    mask = Image.fromarray(np.where(bar.mask(row) > 0, 255, 0).astype(np.uint8))
    drink = bar.image(row)
    drink.putalpha(mask.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.GaussianBlur(FEATHER)))
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    drink = drink.crop((left, top, right, bottom))
    edges = np.multiply(_box(bar, row), np.tile(mask.size, 2)) - np.tile([left, top], 2)
    x1, y1, x2, y2 = (edges / np.tile(drink.size, 2)).clip(0, 1).tolist()
    if random.random() < 0.5:
        drink, x1, x2 = ImageOps.mirror(drink), 1 - x2, 1 - x1
    scale = height / drink.height
    size = (max(1, round(drink.width * scale)), max(1, round(drink.height * scale)))
    return drink.resize(size, Image.Resampling.BICUBIC), (x1, y1, x2, y2)


def _written(labelled: Iterable[Labelled], folder: Path) -> list[Path]:
    """Writes pictures and, beside them, labels as YOLO wants them: class, centre, width and height."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, (image, boxes) in enumerate(tqdm(labelled, desc=folder.name, unit="picture")):
        path = folder / f"{number:05d}.jpg"
        with written(path) as unfinished:
            image.save(unfinished, quality=95)
        lines = [f"0 {(x1 + x2) / 2} {(y1 + y2) / 2} {x2 - x1} {y2 - y1}\n" for x1, y1, x2, y2 in boxes]
        with written(path.with_suffix(".txt")) as unfinished:
            unfinished.write_text("".join(lines))
        paths.append(path)
    return paths


def _list(paths: list[Path], file: Path) -> None:
    with written(file) as unfinished:
        unfinished.write_text("".join(f"{path.resolve()}\n" for path in paths))
