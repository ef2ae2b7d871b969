"""A finished run of the embedder becomes a checkpoint, its operating point at a cosine of `GIVEN`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import precision_recall_curve

from cocktailman.labels.truth import TRUE, UNKNOWN
from cocktailman.labels.vocabulary import DEFAULT, known_labels
from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.embedder.network import Embedder, EmbedderConfig
from cocktailman.renders import read_renders
from training.embedder.captions import render_truth, single_captions
from training.embedder.features import FEATURES, RENDERS, Features, read_features
from training.shared.run_curves import replace_curves
from training.shared.runs import last_of


def export_embedder(run: Path, name: str, root: Path, features: Path = FEATURES) -> Checkpoint:
    """Writes the weights of a run as checkpoint `name`; raises `InputError` where there is no such run.

    The cosine from which on labels are given is the one of the best F1, all twenty labels of `DEFAULT` together, on
    validation renders; calibration moves it to `GIVEN`.
    """
    chosen, weights = last_of(run)
    fields = ("size", "dim", "reduced", "width", "queries", "dropout")
    network = Embedder(EmbedderConfig(**{field: chosen[field] for field in fields}))
    network.load_state_dict(weights)
    renders = read_features(RENDERS, features)
    network.calibrate(_best_threshold(network.eval(), renders))
    checkpoint = save_network(network, "embedder", name, "photos", root)
    replace_curves(run, checkpoint.folder)
    return checkpoint


@torch.inference_mode()
def picture_vectors(network: Embedder, features: Features, batch: int = 256) -> torch.Tensor:
    """Unit vectors (n, dim), not calibrated, of features."""
    parts = zip(
        torch.from_numpy(features.tokens).split(batch), torch.from_numpy(features.pooled).split(batch), strict=True
    )
    return torch.cat([network.pictures(tokens.float(), pooled.float()) for tokens, pooled in parts])


@torch.inference_mode()
def _best_threshold(network: Embedder, renders: Features) -> float:
    labels = known_labels(DEFAULT)
    held = (renders.table["split"] == "validation").to_numpy()
    truth = render_truth(read_renders(), labels, FEATURES)[held]
    sentences = network.sentences(single_captions([label.text for label in labels]).features)
    vectors = sentences.unflatten(0, (len(labels), -1)).mean(1)  # (labels, dim)
    cosines = (picture_vectors(network, renders.of("validation")) @ vectors.T).numpy()
    known = truth != UNKNOWN
    precision, recall, thresholds = precision_recall_curve(truth[known] == TRUE, cosines[known])
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    return float(thresholds[f1[:-1].argmax()])
