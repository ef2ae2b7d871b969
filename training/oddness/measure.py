"""Measures what tells odd pictures on validation photos, with the detector and Mahalanobis' distance beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.covariance import LedoitWolf

from cocktailman.errors import InputError
from cocktailman.evaluation.oddness import best_threshold, measured
from cocktailman.images import read_image
from cocktailman.inference.oddness import OddOneOut
from cocktailman.inference.recogniser import Detector
from cocktailman.models.checkpoints import Checkpoint, load_network
from training.embedder.features import FEATURES, NEGATIVES, PHOTOS, read_features
from training.evaluate import EvaluationData
from training.oddness.fit import feature_scores, validation_pictures, validation_scores

DETECTED = 150  # drinks that the detector is asked about
LEAST = 1e-4  # score from which the detector's boxes count here


def measure_oddness(checkpoint: Checkpoint, given: EvaluationData) -> dict[str, object]:
    """Counts, rates and the curve of a scorer at its threshold; for scale the detector's score, and Mahalanobis."""
    if given.photos is None:
        raise InputError("what tells odd pictures is measured on photos: name their folder with --photos")
    scorer = OddOneOut(checkpoint)
    network = load_network(checkpoint)
    of_features = hasattr(network, "score_features")  # which the embedder's tower has given already
    scores, odd = feature_scores(network) if of_features else validation_scores(scorer, given.photos)
    found: dict[str, object] = {
        "data": "validation photos of drinks, and validation photos without one; the threshold was chosen on the same",
        **measured(scores, odd, scorer.threshold),
    }
    if of_features:
        found["reference"] = {"detector": _detector(given.photos), "mahalanobis": _mahalanobis(FEATURES)}
    return found


def _detector(photos: Path) -> dict[str, object]:
    """One less the score of the best box; it was trained with four of five of the photos without a drink."""
    files, odd = validation_pictures(photos)
    some = np.random.default_rng(0).permutation(np.flatnonzero(~odd))[:DETECTED]  # it takes a while for each
    chosen = np.sort(np.concatenate([some, np.flatnonzero(odd)]))
    files, odd = [files[row] for row in chosen], odd[chosen]
    detector = Detector.load()
    scores = []
    for start in range(0, len(files), 32):
        images = [read_image(photos / file, file) for file in files[start : start + 32]]
        scores += [1 - (boxes[0].score if boxes else 0.0) for boxes in detector.detect(images, LEAST)]
    return measured(np.array(scores), odd, 1 - detector.threshold)


def _mahalanobis(folder: Path) -> dict[str, object]:
    """Distance to the drinks' Gaussian (Lee et al., arXiv 1807.03888), its covariance shrunk by Ledoit & Wolf."""
    drinks, without = (read_features(name, folder) for name in (PHOTOS, NEGATIVES))
    gaussian = LedoitWolf().fit(drinks.of("train").pooled.astype(np.float32))
    parts = [drinks.of("validation").pooled, without.of("validation").pooled]
    odd = np.repeat([False, True], [len(part) for part in parts])
    scores = gaussian.mahalanobis(np.concatenate(parts).astype(np.float32))
    return measured(scores, odd, best_threshold(scores, odd))
