"""Edits against the truth: the same scene, rendered with the one factor changed.

Beside every method stands what leaving the picture as it is would score: most of a picture stays, and a method that
does nothing is hard to beat outside of what changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from cocktailman.cutouts import over
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.evaluation.perceptual import Distance, perceptual_distances
from cocktailman.factors import Values, encode, encode_all, places
from cocktailman.models.backbones import LiteBackbone

Pixels = npt.NDArray[np.float32]
Edit = Callable[["Pair"], Image.Image]  # what a method makes of the picture before

CHANGED = 8 / 255  # difference in one channel from which a pixel is taken for changed
READ_AT, READ_BATCH = 128, 32  # px, pictures
REMEMBERED_AT = 32  # px, at which nearest neighbours are looked for


@dataclass(frozen=True)
class Pair:
    """A drink before and after one factor changed, RGBA, in one frame, and its factors."""

    changed: str  # the factor
    before: Image.Image
    after: Image.Image
    values: Values
    changes: Values  # the factor alone, as it is after

    @property
    def back(self) -> Pair:
        """The change undone."""
        old = {name: self.values[name] for name in self.changes}
        return Pair(self.changed, self.after, self.before, {**self.values, **self.changes}, old)


def pixels_of(picture: Image.Image) -> Pixels:
    """A cut-out over grey, (h, w, 3) in [0, 1]."""
    return (np.asarray(over(picture)) / 255).astype(np.float32)


@dataclass(frozen=True)
class Errors:
    """Mean absolute errors of one edit, white being 1: where the truth changes, where it stays, and of all."""

    inside: float
    outside: float
    whole: float


def errors_of(made: Image.Image, pair: Pair) -> Errors:
    """How far an edit is from the truth."""
    before, truth = pixels_of(pair.before), pixels_of(pair.after)
    error = np.abs(pixels_of(made) - truth).mean(2)  # (h, w)
    changes = np.abs(truth - before).max(2) > CHANGED
    inside = float(error[changes].mean()) if changes.any() else 0.0
    return Errors(inside, float(error[~changes].mean()) if not changes.all() else 0.0, float(error.mean()))


def errors_by_factor(
    made: Sequence[Image.Image], pairs: Sequence[Pair], distance: Distance | None = None
) -> dict[str, dict[str, Any]]:
    """Of each factor and of all of them: the errors of the edits and of copying, and in how many edits the error of all
    pixels is smaller than that of copying.

    distance: LPIPS, by which edits and copies are held against the truth too: absolute errors want a blur where a shape
        must be guessed.
    """
    columns = _columns(made, pairs, distance), _columns([pair.before for pair in pairs], pairs, distance)
    changed = np.array([pair.changed for pair in pairs])
    found: dict[str, dict[str, Any]] = {}
    for factor in ("all", *dict.fromkeys(changed.tolist())):
        chosen = (changed == factor) | (factor == "all")
        found[factor] = {"pairs": int(chosen.sum())}
        for part, errors in columns[0].items():
            copied = float(columns[1][part][chosen].mean())
            found[factor][part] = rounded(bootstrap(errors[chosen])) | {"copying": round(copied, 5)}
        better = columns[0]["whole"][chosen] < columns[1]["whole"][chosen]
        found[factor]["better_than_copying"] = round(float(better.mean()), 3)
    return found


def _columns(made: Sequence[Image.Image], pairs: Sequence[Pair], distance: Distance | None) -> dict[str, np.ndarray]:
    """The errors of each picture, (n,) each, by name."""
    errors = [errors_of(image, pair) for image, pair in zip(made, pairs, strict=True)]
    found = {part: np.array([getattr(each, part) for each in errors]) for part in ("inside", "outside", "whole")}
    if distance:
        shown, truth = (np.stack([np.asarray(over(image)) for image in part]) for part in (made, _truth(pairs)))
        found["lpips"] = perceptual_distances(shown, truth, distance)
    return found


def _truth(pairs: Sequence[Pair]) -> list[Image.Image]:
    return [pair.after for pair in pairs]


class FactorReader:
    """A linear probe (Alain & Bengio, arXiv 1610.01644): ridge regression from features of pictures to their factors as
    numbers. Colours in an 8 × 8 grid, and means of EfficientNet-Lite0's maps."""

    def __init__(self) -> None:
        self.backbone = LiteBackbone(0)
        self.probe: Pipeline = make_pipeline(StandardScaler(), RidgeCV(np.logspace(1, 5, 9)))

    def fit(self, pictures: Sequence[Image.Image], factors: Sequence[Values]) -> FactorReader:
        """Learns to read the factors of cut-outs."""
        self.probe.fit(self.features(pictures), encode_all(factors)[0])
        return self

    def read(self, pictures: Sequence[Image.Image]) -> Pixels:
        """The factors of cut-outs, (n, encoded_width)."""
        return np.asarray(self.probe.predict(self.features(pictures)), np.float32)

    def features(self, pictures: Sequence[Image.Image]) -> Pixels:
        """(n, features)"""
        found = []
        for start in range(0, len(pictures), READ_BATCH):
            shown = [over(picture).resize((READ_AT, READ_AT)) for picture in pictures[start : start + READ_BATCH]]
            batch = torch.from_numpy(np.stack([np.asarray(image) for image in shown])).permute(0, 3, 1, 2).float() / 255
            with torch.inference_mode():
                maps = self.backbone.maps(batch)
                pooled = [part.float().mean((2, 3)) for part in maps[1:]]  # (n, c) each
                grid = torch.nn.functional.adaptive_avg_pool2d(batch, 8).flatten(1)  # (n, 192)
            found.append(torch.cat([grid, *pooled], 1).numpy())
        return np.concatenate(found)


def seen_changes(
    reader: FactorReader, made: Sequence[Image.Image], pairs: Sequence[Pair]
) -> dict[str, dict[str, float]]:
    """What a reader of factors sees of the change, as a share of what was asked for, and how far all other factors move
    (root mean square of their numbers): of the truth and of the edits."""
    before = reader.read([pair.before for pair in pairs])
    moved = {
        "truth": reader.read(_truth(pairs)) - before,
        "edits": reader.read(made) - before,
    }
    return {name: _along(shifts, pairs) for name, shifts in moved.items()}


def _along(shifts: Pixels, pairs: Sequence[Pair]) -> dict[str, float]:
    """The part of shifts (n, encoded_width) along what was asked for, summed over pairs, and the rest."""
    asked_square = along = others = 0.0
    for shift, pair in zip(shifts, pairs, strict=True):
        place = places()[pair.changed]
        asked = (encode({**pair.values, **pair.changes})[0] - encode(pair.values)[0])[place]
        along += float(shift[place] @ asked)
        asked_square += float(asked @ asked)
        others += float(np.square(np.delete(shift, np.r_[place])).mean())
    return {"asked": round(along / asked_square, 4), "others": round(float(np.sqrt(others / len(pairs))), 4)}


def round_trip(edit: Edit, made: Sequence[Image.Image], pairs: Sequence[Pair]) -> Estimate:
    """The mean absolute error of pictures that were edited and edited back."""
    errors = []
    for image, pair in zip(made, pairs, strict=True):
        back = pair.back
        again = edit(Pair(pair.changed, image, pair.before, back.values, back.changes))
        errors.append(float(np.abs(pixels_of(again) - pixels_of(pair.before)).mean()))
    return bootstrap(np.array(errors))


def nearest_training(pictures: Sequence[Image.Image], training: Sequence[Image.Image]) -> float:
    """The median distance (root mean square, at 32 px) of pictures to the nearest of those trained on."""
    small, known = (
        np.stack([pixels_of(picture.resize((REMEMBERED_AT, REMEMBERED_AT))).ravel() for picture in each])
        for each in (pictures, training)
    )
    squares = (small**2).sum(1)[:, None] + (known**2).sum(1)[None] - 2 * small @ known.T
    return float(np.median(np.sqrt(np.maximum(squares.min(1), 0) / small.shape[1])))


def measure_edits(
    edit: Edit,
    pairs: Sequence[Pair],
    reader: FactorReader,
    training: Sequence[Image.Image],
    distance: Distance | None = None,
) -> dict[str, Any]:
    """All that is measured of one method on held-back pairs."""
    made = [edit(pair) for pair in pairs]
    return {
        "errors": errors_by_factor(made, pairs, distance),
        "reader": seen_changes(reader, made, pairs),
        "round_trip": rounded(round_trip(edit, made, pairs)),
        "nearest_training": {
            "edits": round(nearest_training(made, training), 4),
            "truth": round(nearest_training(_truth(pairs), training), 4),
        },
    }


def rounded(estimate: Estimate) -> dict[str, float]:
    """An estimate as it is kept."""
    return {name: value if name == "count" else round(value, 5) for name, value in asdict(estimate).items()}
