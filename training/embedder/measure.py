"""Measures an embedder where the truth is known: labels seen in training and labels held out, on renders and photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from cocktailman.errors import InputError
from cocktailman.evaluation.metrics import resampled
from cocktailman.evaluation.tagging import label_scores, overall
from cocktailman.inference.embedder import LabelEmbedder
from cocktailman.inference.tagging import Tags, label_vectors, tag
from cocktailman.labels.truth import TRUE, UNKNOWN, Truth
from cocktailman.labels.vocabulary import DEFAULT, HELD_OUT, Label, known_labels, training_labels
from cocktailman.models.checkpoints import Checkpoint, load_network
from cocktailman.renders import read_renders
from training.embedder.captions import photo_truth, read_photo_table, render_truth
from training.embedder.export import picture_vectors
from training.embedder.features import FEATURES, PHOTOS, RENDERS, Features, read_features
from training.evaluate import EvaluationData

RESAMPLES, MOST_RESAMPLED = 200, 20  # labels


def measure_embedder(checkpoint: Checkpoint, given: EvaluationData, features: Path = FEATURES) -> dict[str, object]:
    """Mean average precision and what is given at the threshold, for each set of labels and pictures.

    Renders: test split and recipes left out of training. Photos: validation split, labels of their recipes and glasses.
    """
    if given.photos is None:
        raise InputError("an embedder is measured on photos with recipes: name their folder with --photos")
    embedder, network = LabelEmbedder(checkpoint), load_network(checkpoint)
    renders, photos = read_features(RENDERS, features), read_features(PHOTOS, features)
    held = renders.table["split"].isin(["test", "unseen"]).to_numpy()
    every = known_labels(dict.fromkeys([*DEFAULT, *(label.text for label in training_labels()), *HELD_OUT]))
    known = {
        "renders": (renders.of("test", "unseen"), render_truth(read_renders(), every, features)[held]),
        "photos": (
            photos.of("validation"),
            photo_truth(read_photo_table(given.photos), photos.of("validation").table["file"].tolist(), every),
        ),
    }
    found: dict[str, object] = {"threshold": 0.25}
    for domain, (pictures, truth) in known.items():
        tags = _tags(embedder, network, pictures, every)
        for name, texts in (
            ("default", DEFAULT),
            ("trained", [label.text for label in training_labels()]),
            ("held_out", HELD_OUT),
        ):
            found[f"{domain}_{name}"] = _scores(tags, truth, every, texts)
    return found


def _tags(embedder: LabelEmbedder, network, pictures: Features, labels: Sequence[Label]) -> Tags:
    with torch.inference_mode():
        vectors = network.calibrated(picture_vectors(network, pictures), of_sentences=False).numpy()
    texts = [label.text for label in labels]
    return tag(vectors, texts, label_vectors(embedder, texts))


def _scores(tags: Tags, truth: Truth, labels: Sequence[Label], texts: Sequence[str]) -> dict[str, object]:
    places = [place for place, label in enumerate(labels) if label.text in set(texts)]
    some, of = tag_again(tags, places), truth[:, places]
    table = label_scores(some, of)
    enough = table["average_precision"].notna().to_numpy()
    precision, recall = overall(some, of)

    def mean_ap(rows: np.ndarray) -> float:
        return mean_average_precision(some.cosines[rows][:, enough], of[rows][:, enough])

    value = mean_ap(np.arange(len(of)))
    return {
        "pictures": len(of),
        "labels": int(enough.sum()),
        "map": asdict(resampled(mean_ap, len(of), RESAMPLES)) if enough.sum() <= MOST_RESAMPLED else {"value": value},
        "chance": float(table["share"].to_numpy()[enough].mean()),
        "precision": float(precision),
        "recall": float(recall),
        "by_label": table.loc[enough].round(4).to_dict("records") if enough.sum() <= MOST_RESAMPLED else [],
    }


def mean_average_precision(cosines: np.ndarray, truth: Truth) -> float:
    """Over labels, of cosines and truth (n, labels); a label that a resample has no picture of counts as nothing."""
    scores = []
    for cosine, true in zip(cosines.T, truth.T, strict=True):
        ranked = (true == TRUE)[true != UNKNOWN][np.argsort(-cosine[true != UNKNOWN], kind="stable")]
        found = np.flatnonzero(ranked)
        scores.append(float((np.arange(1, len(found) + 1) / (found + 1)).mean()) if len(found) else np.nan)
    return float(np.nanmean(scores))


def tag_again(tags: Tags, places: Sequence[int]) -> Tags:
    """The tags of some labels alone, the best one given where none passes."""
    cosines = tags.cosines[:, list(places)]
    return tag(cosines, [tags.labels[place] for place in places], np.eye(len(places), dtype=np.float32))
