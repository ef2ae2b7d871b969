"""Pictures and sentences as vectors of one space: with the embedder that ships, or a real CLIP for those online."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.images import to_square
from cocktailman.inference.clip import ClipEmbedder
from cocktailman.inference.protocols import Array, Embedder
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, find_checkpoint, load_network
from cocktailman.models.registry import Can, kind_of

BATCH = 32
OURS, CLIP = "embedder", "clip"  # what may be chosen


class LabelEmbedder:
    """Embeds with the network of a checkpoint. Safe to share between threads."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        if not kind_of(checkpoint.kind).can(Can.EMBED):
            raise InputError(f"the model {checkpoint.name} is a {checkpoint.kind} and embeds nothing: choose another")
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self._turn = Lock()
        self.dim: int = self._network.config.dim + 1  # calibration adds one

    @classmethod
    def load(cls, name: str = OURS, root: Path = CHECKPOINTS) -> LabelEmbedder:
        """The embedder of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root))

    @property
    def name(self) -> str:
        return self.checkpoint.name

    def embed(self, images: Sequence[Image.Image]) -> Array:
        """A unit vector of each picture, (n, dim); the whole picture is stretched to a square."""
        parts = [np.empty((0, self.dim), np.float32)]
        for start in range(0, len(images), BATCH):
            batch = [np.asarray(to_square(image, self.checkpoint.size)) for image in images[start : start + BATCH]]
            pixels = torch.from_numpy(np.stack(batch)).permute(0, 3, 1, 2).float() / 255  # (b, 3, size, size)
            with self._turn:
                parts.append(self._network.embed_pictures(pixels).numpy())
        return np.concatenate(parts)

    def embed_texts(self, texts: Sequence[str]) -> Array:
        """A unit vector of each sentence, (n, dim)."""
        with self._turn:
            return self._network.embed_sentences(list(texts)).numpy()


def load_embedder(name: str = OURS, root: Path = CHECKPOINTS) -> Embedder:
    """The embedder of this name: a checkpoint, or `clip`; raises `InputError` where it cannot be had."""
    return ClipEmbedder.load() if name == CLIP else LabelEmbedder.load(name, root)
