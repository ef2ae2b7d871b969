"""Pictures and sentences as vectors of one space: with the embedder that ships, or a real CLIP for those online."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from PIL import Image

from cocktailman.inference.clip import ClipEmbedder
from cocktailman.inference.pixels import squares
from cocktailman.inference.protocols import Array, Embedder
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, check_able, find_checkpoint, load_network
from cocktailman.models.embedder.towers import POOLED, picture_features
from cocktailman.models.registry import Can

BATCH = 32
OURS, CLIP = "embedder", "clip"  # what may be chosen


class LabelEmbedder:
    """Embeds with the network of a checkpoint. Safe to share between threads."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.EMBED)
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self._turn = Lock()
        self.dim: int = self._network.config.dim + 1  # calibration adds one

    @classmethod
    def load(cls, name: str = OURS, root: Path = CHECKPOINTS) -> LabelEmbedder:
        """The embedder of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root, Can.EMBED))

    @property
    def name(self) -> str:
        return self.checkpoint.name

    def embed(self, images: Sequence[Image.Image]) -> Array:
        """A unit vector of each picture, (n, dim); the whole picture is stretched to a square."""
        return self.embed_with_features(images)[0]

    def embed_with_features(self, images: Sequence[Image.Image]) -> tuple[Array, Array]:
        """As `embed`, and the frozen tower's features of each whole picture, (n, POOLED): others read these, too."""
        vectors, features = [np.empty((0, self.dim), np.float32)], [np.empty((0, POOLED), np.float32)]
        for start in range(0, len(images), BATCH):
            pixels = squares(images[start : start + BATCH], self.checkpoint.size)
            with self._turn, torch.inference_mode():
                tokens, pooled = picture_features(pixels)
                vectors.append(self._network.embed_features(tokens, pooled).numpy())
            features.append(pooled.numpy())
        return np.concatenate(vectors), np.concatenate(features)

    def embed_texts(self, texts: Sequence[str]) -> Array:
        """A unit vector of each sentence, (n, dim)."""
        with self._turn:
            return self._network.embed_sentences(list(texts)).numpy()


def load_embedder(name: str = OURS, root: Path = CHECKPOINTS) -> Embedder:
    """The embedder of this name: a checkpoint, or `clip`; raises `InputError` where it cannot be had."""
    return ClipEmbedder.load() if name == CLIP else LabelEmbedder.load(name, root)
