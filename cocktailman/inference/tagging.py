"""Zero-shot tags and search by text: a label is given to every picture whose cosine reaches a threshold.

As in CLIP (Radford et al., arXiv 2103.00020, section 3.1): each label is put into several templates, whose vectors are
averaged. Nothing here is slow once the pictures are vectors: 20,000 of them and 20 labels take milliseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cocktailman.errors import InputError
from cocktailman.inference.protocols import Array, Embedder
from cocktailman.labels.vocabulary import LONGEST, TEMPLATES

THRESHOLD = 0.25


@dataclass(frozen=True)
class Tags:
    """What n pictures are tagged with: cosines and whether each label is given, (n, labels) both."""

    labels: tuple[str, ...]
    cosines: Array
    given: npt.NDArray[np.bool_]

    def of(self, row: int) -> list[tuple[str, float, bool]]:
        """The labels of a picture with cosine and whether given, best first."""
        order = np.argsort(-self.cosines[row], kind="stable")
        return [(self.labels[i], float(self.cosines[row, i]), bool(self.given[row, i])) for i in order]


def label_vectors(embedder: Embedder, labels: Sequence[str]) -> Array:
    """The mean of each label's vectors over the templates, (labels, dim): a cosine with it is the mean cosine."""
    sentences = [template.format(label=label) for label in labels for template in TEMPLATES]
    return embedder.embed_texts(sentences).reshape(len(labels), len(TEMPLATES), -1).mean(1)


def tag(pictures: Array, labels: Sequence[str], vectors: Array, threshold: float = THRESHOLD) -> Tags:
    """The tags of pictures (n, dim): every label from the threshold on; where none passes, the best one."""
    cosines = pictures @ vectors.T  # (n, labels)
    given = cosines >= threshold
    alone = ~given.any(1)
    given[alone, cosines[alone].argmax(1)] = True
    return Tags(tuple(labels), cosines, given)


def search(pictures: Array, text: str, embedder: Embedder) -> tuple[npt.NDArray[np.int64], Array]:
    """All pictures (n, dim) by how well a text fits: rows (n,), best first; and cosines (n,), in the order of rows."""
    text = text.strip()
    if not 1 <= len(text) <= 3 * LONGEST:
        raise InputError(f"the text to search for has {len(text)} letters: write 1 to {3 * LONGEST}")
    cosines = pictures @ embedder.embed_texts([text])[0]  # (n,)
    return np.argsort(-cosines, kind="stable"), cosines


def check_threshold(threshold: float) -> float:
    """Raises `InputError` where it is no cosine."""
    if not -1 <= threshold <= 1:  # also true for NaN
        raise InputError(f"the threshold is {threshold:g}, and a cosine lies between -1 and 1: choose one such as 0.25")
    return threshold
