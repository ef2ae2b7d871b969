"""Measures a segmenter on the validation photos whose mattes are good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image

from cocktailman.cutouts import SOLID
from cocktailman.errors import InputError
from cocktailman.evaluation.metrics import bootstrap
from cocktailman.images import read_image
from cocktailman.inference.segmenter import SMALLEST, Segmenter


def measure_segmenter(segmenter: Segmenter, files: Sequence[str], photos: Path, mattes: Path) -> dict[str, object]:
    """Agreement with IS-Net's mattes at the photos' own size, where nothing was found, and seconds a photo.

    files: the photos, in the folders `photos` and `mattes`.
    """
    overlaps, errors, seconds = [], [], []
    for file in files:
        image = read_image(photos / file, file)
        level = Image.open((mattes / file).with_suffix(".png")).convert("L").resize(image.size)
        wanted = np.asarray(level) / 255
        begun = perf_counter()
        [found] = segmenter.mattes([image])
        seconds.append(perf_counter() - begun)
        overlaps.append(intersection_over_union(found, wanted))
        errors.append(float(np.abs(found - wanted).mean()))
    empty = [_share(segmenter, file) < SMALLEST for file in sorted((photos / "negatives").glob("*.*"))]
    if not overlaps or not empty:
        raise InputError(f"{photos} lacks the validation photos, or negatives/: name the folder of photos")
    return {
        "data": f"{len(overlaps)} validation photos with a good matte of IS-Net; {len(empty)} photos without a drink, "
        "four of five of which were trained on",
        "iou": asdict(bootstrap(np.array(overlaps))),
        "absolute_error": asdict(bootstrap(np.array(errors))),
        "negatives_left_empty": float(np.mean(empty)),
        "seconds_photo": asdict(bootstrap(np.array(seconds))),
    }


def intersection_over_union(found: np.ndarray, wanted: np.ndarray) -> float:
    """Of the solid pixels of two mattes (height, width); 1 where both have none."""
    one, other = found > SOLID, wanted > SOLID
    union = int((one | other).sum())
    return int((one & other).sum()) / union if union else 1.0


def _share(segmenter: Segmenter, file: Path) -> float:
    [found] = segmenter.mattes([read_image(file, file.name)])
    return float((found > SOLID).mean())
