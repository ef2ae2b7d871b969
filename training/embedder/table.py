"""The renders as vectors, as they ship: data/embeddings/renders.parquet."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import torch

from cocktailman.inference.embedder import OURS
from cocktailman.inference.embedding import OF
from cocktailman.inference.oddness import OddOneOut
from cocktailman.inference.vectors import SHIPPED, add_vectors
from cocktailman.models.checkpoints import WEIGHTS, find_checkpoint, load_network
from cocktailman.renders import Renders, read_renders
from training.embedder.captions import TOGETHER, render_colours
from training.embedder.export import picture_vectors
from training.embedder.features import FEATURES, RENDERS, read_features
from training.shared.compact_tables import write_compact


def write_table(out: Path = SHIPPED, features: Path = FEATURES) -> Path:
    """Columns file (the render's id), colour (of the drink), neighbours and autoencoder (how odd), e1 ... ed."""
    checkpoint = find_checkpoint(OURS)
    network, pictures, renders = load_network(checkpoint), read_features(RENDERS, features), read_renders()
    with torch.inference_mode():
        vectors = network.calibrated(picture_vectors(network, pictures), of_sentences=False).numpy()
        near = load_network(find_checkpoint("neighbours")).score_features(torch.from_numpy(pictures.pooled).float())
    table = pictures.table[["file"]].assign(
        colour=render_colours(renders, features), neighbours=near.numpy(), autoencoder=_errors(renders)
    )
    arrow = pa.Table.from_pandas(add_vectors(table, vectors.astype(np.float16)), preserve_index=False)
    mark = json.dumps({"model": checkpoint.name, "weights": checkpoint.sha256[WEIGHTS]}).encode()
    write_compact(arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), OF: mark}), out)
    return out


def _errors(renders: Renders) -> np.ndarray:
    """The autoencoder's score of each render, (n,)."""
    scorer, starts = OddOneOut.load("autoencoder"), range(0, len(renders), TOGETHER)
    parts = [scorer.scores(renders.images(range(start, min(start + TOGETHER, len(renders))))) for start in starts]
    return np.concatenate(parts)
