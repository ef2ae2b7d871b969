"""Captions of one to three labels, their sentence vectors, and of which pictures they are true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from cocktailman.files import written
from cocktailman.labels.truth import (
    FALSE,
    TRUE,
    UNKNOWN,
    Truth,
    drink_colour,
    facts_of_photos,
    facts_of_renders,
    truth_of,
)
from cocktailman.labels.vocabulary import TEMPLATES, Label
from cocktailman.models.embedder.towers import sentence_features
from cocktailman.renders import Renders
from training.datasets.photos import read_table

JOINED = ("a drink with {labels}", "{labels}", "a photo of {labels}")
AMBIGUOUS = {"flute", "cucumber", "orange", "ice_cream", "patio"}  # negatives named like what is seen with drinks
TOGETHER = 640  # renders decoded at once
AROUND = {"background", "table"}  # columns that may well be true of a photo without a drink


@dataclass(frozen=True)
class Captions:
    """C sentences: their MiniLM features (C, SENTENCE), and which labels each names (C, labels), 0 or 1."""

    texts: list[str]
    features: torch.Tensor
    named: torch.Tensor


def render_truth(renders: Renders, labels: Sequence[Label], folder: Path) -> Truth:
    """(n, labels) of all renders; colours are measured in their masks."""
    return truth_of(facts_of_renders(renders.factors, render_colours(renders, folder)), labels)


def render_colours(renders: Renders, folder: Path) -> list[str]:
    """The colour of each drink, in the order of the renders; measured once, and kept in a folder."""
    kept = folder / "colours.csv"
    if not kept.exists():
        with written(kept) as unfinished:
            pd.DataFrame({"colour": _measured_colours(renders)}).to_csv(unfinished, index=False)
    return pd.read_csv(kept, keep_default_na=False)["colour"].tolist()


def _measured_colours(renders: Renders) -> list[str]:
    found: list[str] = []
    for start in range(0, len(renders), TOGETHER):
        rows = range(start, min(start + TOGETHER, len(renders)))
        found += map(drink_colour, renders.images(rows), renders.masks(rows))
    return found


def photo_truth(photos: pd.DataFrame, files: Sequence[str], labels: Sequence[Label]) -> Truth:
    """(n, labels) of photos by file, from the table of all of them (`photos.csv`)."""
    return truth_of(facts_of_photos(photos.set_index("file").loc[list(files)].reset_index()), labels)


def negative_truth(count: int, labels: Sequence[Label]) -> Truth:
    """(n, labels) of photos without a drink."""
    row = np.array([UNKNOWN if label.column in AROUND else FALSE for label in labels], np.int8)
    return np.tile(row, (count, 1))


def classes_of(files: Sequence[str]) -> list[str]:
    """What a photo without a drink shows, by its name: "acoustic guitar"."""
    return [file.split("/")[-1].split(".")[0].replace("_", " ").replace("-", " ") for file in files]


def read_photo_table(folder: Path) -> pd.DataFrame:
    return read_table(folder / "photos.csv", keep_default_na=False)


def single_captions(texts: Sequence[str], templates: Sequence[str] = TEMPLATES) -> Captions:
    """Every label in every template, (labels × templates), label by label."""
    sentences = [template.format(label=text) for text in texts for template in templates]
    named = torch.eye(len(texts)).repeat_interleave(len(templates), 0)
    return Captions(sentences, _features_of(sentences), named)


def joined_captions(truth: Truth, texts: Sequence[str], seed: int = 0) -> Captions:
    """A caption of two or three labels for each picture, (n,), of those that are true of it, rare ones rather."""
    rng = np.random.default_rng(seed)
    rarity = 1 / np.sqrt(np.maximum((truth == TRUE).sum(0), 20))
    sentences, named = [], torch.zeros(len(truth), len(texts))
    for row, known in enumerate(truth == TRUE):
        true = np.flatnonzero(known)
        count = min(len(true), int(rng.integers(2, 4)))
        weights = rarity[true] / rarity[true].sum() if count else None
        chosen = rng.choice(true, count, replace=False, p=weights) if count else true
        named[row, chosen] = 1
        said = " and ".join(
            filter(None, [", ".join(str(texts[i]) for i in chosen[:-1]), *(str(texts[i]) for i in chosen[-1:])])
        )
        sentences.append(str(rng.choice(JOINED)).format(labels=said))
    return Captions(sentences, _features_of(sentences), named)


def pair_truth(truth: torch.Tensor, named: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Whether each caption is true of each picture, and whether that is known, (n, C) each.

    truth: (n, labels) of `TRUE`, `FALSE`, `UNKNOWN`; named: (C, labels). A caption is true where all its labels are,
    and false where any of them is.
    """
    count = named.sum(1)  # (C,)
    true = ((truth == TRUE).float() @ named.T) == count  # (n, C)
    false = ((truth == FALSE).float() @ named.T) > 0
    return true, (true | false) & (count > 0)


def _features_of(sentences: Sequence[str]) -> torch.Tensor:
    """(n, SENTENCE), each distinct sentence read once: thousands of photos share a recipe."""
    codes, distinct = pd.factorize(np.array(sentences, dtype=object))
    return sentence_features(distinct.tolist())[torch.from_numpy(codes)].clone()
