"""Scorers of oddness become checkpoints: an autoencoder's run, or a bank of drinks out of precomputed features.

The threshold of each is chosen on validation photos of drinks and validation photos without one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from sklearn.covariance import LedoitWolf

from cocktailman.evaluation.oddness import best_threshold
from cocktailman.images import read_image
from cocktailman.inference.oddness import OddOneOut
from cocktailman.models.autoencoder.network import AutoencoderConfig, DrinkAutoencoder
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, save_network
from cocktailman.models.neighbours.network import DrinkNeighbours, NeighboursConfig
from training.datasets.photos import BOXES_SPLIT, SPLIT, read_table
from training.embedder.features import FEATURES, NEGATIVES, PHOTOS, RENDERS, read_features
from training.shared.run_curves import replace_curves
from training.shared.runs import last_of


def export_autoencoder(run: Path, photos: Path, name: str = "autoencoder", root: Path = CHECKPOINTS) -> Checkpoint:
    """Writes the weights of an autoencoder's run as a checkpoint; raises `InputError` where there is no such run."""
    chosen, weights = last_of(run)
    network = DrinkAutoencoder(AutoencoderConfig(chosen["size"], chosen["width"], chosen["code"]))
    network.load_state_dict(weights)
    saved = save_network(network.eval(), "autoencoder", name, "photos", root)
    scores, odd = validation_scores(OddOneOut(saved), photos)
    network.threshold.fill_(best_threshold(scores, odd))
    saved = save_network(network, "autoencoder", name, "photos", root)
    replace_curves(run, saved.folder)
    return saved


def fit_neighbours(
    name: str = "neighbours", root: Path = CHECKPOINTS, features: Path = FEATURES, seed: int = 0
) -> Checkpoint:
    """Writes a bank of drinks of the training splits, photos and renders, as a checkpoint."""
    config = NeighboursConfig()
    sets = [read_features(each, features) for each in (PHOTOS, RENDERS)]
    drinks = np.concatenate([one.of("train").pooled for one in sets]).astype(np.float32)
    network = DrinkNeighbours(config)
    spread = LedoitWolf().fit(drinks)  # a covariance shrunk towards a sphere
    variances, directions = np.linalg.eigh(spread.covariance_)
    network.middle.copy_(torch.from_numpy(spread.location_))
    network.whitening.copy_(torch.from_numpy(directions / np.sqrt(variances)))
    chosen = np.random.default_rng(seed).permutation(len(drinks))[: config.bank]
    network.bank.copy_(network.whiten(torch.from_numpy(drinks[chosen])))
    scores, odd = feature_scores(network, features)
    network.threshold.fill_(best_threshold(scores, odd))
    return save_network(network, "neighbours", name, "photos", root)


def validation_pictures(photos: Path) -> tuple[list[str], np.ndarray]:
    """The files of the validation photos, drinks first, and whether each is without a drink (n,)."""
    drinks = read_table(SPLIT).query("split == 'validation'")["file"].tolist()
    boxes = read_table(BOXES_SPLIT).query("split == 'validation'")["file"]
    without = boxes[boxes.str.startswith("negatives/")].tolist()
    return [*drinks, *without], np.repeat([False, True], [len(drinks), len(without)])


def validation_scores(scorer: OddOneOut, photos: Path) -> tuple[np.ndarray, np.ndarray]:
    """The score of each validation photo (n,), and whether it is without a drink (n,)."""
    files, odd = validation_pictures(photos)

    def score(part: list[str]) -> np.ndarray:
        images: list[Image.Image] = [read_image(photos / file, file) for file in part]
        return scorer.scores(images)

    return np.concatenate([score(files[start : start + 64]) for start in range(0, len(files), 64)]), odd


@torch.inference_mode()
def feature_scores(network: DrinkNeighbours, folder: Path = FEATURES) -> tuple[np.ndarray, np.ndarray]:
    """As `validation_scores`, from features that were precomputed."""
    parts = [read_features(each, folder).of("validation").pooled for each in (PHOTOS, NEGATIVES)]
    odd = np.repeat([False, True], [len(part) for part in parts])
    pooled = torch.from_numpy(np.concatenate(parts).astype(np.float32))
    return network.score_features(pooled).numpy(), odd
