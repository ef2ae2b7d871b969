"""Does a picture look like a drink at all? By an autoencoder's error, or by its nearest neighbours among drinks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.inference.pixels import squares
from cocktailman.inference.protocols import Array
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, check_able, find_checkpoint, load_network
from cocktailman.models.registry import Can, kinds_that

METHODS = tuple(kinds_that(Can.RATE))  # the best first; each has one checkpoint, of its name
BATCH = 32


class OddOneOut:
    """Scores pictures by how little they look like drinks. Safe to share between threads."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.RATE)
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self._turn = Lock()
        self.threshold = round(float(self._network.threshold), 4)  # a score of at least this is odd

    @classmethod
    def load(cls, method: str = METHODS[0], root: Path = CHECKPOINTS) -> OddOneOut:
        """The scorer of this method; raises `InputError` where there is none, or it is damaged."""
        if method not in METHODS:
            raise InputError(f"there is no method {method[:40]!r}: choose one of {', '.join(METHODS)}")
        return cls(find_checkpoint(method, root))

    @property
    def has_maps(self) -> bool:
        """Whether it can say where a picture is odd."""
        return hasattr(self._network, "error_maps")

    def scores(self, images: Sequence[Image.Image]) -> Array:
        """How odd each picture is, (n,)."""
        return self._run("score", images, (0,))

    def scores_beside(self, images: Sequence[Image.Image], features: Array) -> Array:
        """As `scores`, of pictures whose features (n, POOLED) the embedder's tower has already given."""
        if not hasattr(self._network, "score_features"):
            return self.scores(images)
        with self._turn, torch.inference_mode():
            return self._network.score_features(torch.from_numpy(features)).numpy()

    def error_maps(self, images: Sequence[Image.Image]) -> Array:
        """Where each picture is odd, (n, size, size); raises `InputError` where this method cannot say."""
        if not self.has_maps:
            raise InputError(
                f"{self.checkpoint.name} tells whether a picture is odd, not where: choose the autoencoder"
            )
        size = self.checkpoint.size
        return self._run("error_maps", images, (0, size, size))

    def rebuilt(self, image: Image.Image) -> Image.Image:
        """A picture as the autoencoder rebuilds it."""
        [pixels] = self._run("forward", [image], (0, 3, self.checkpoint.size, self.checkpoint.size))
        return Image.fromarray((pixels.transpose(1, 2, 0) * 255).round().astype(np.uint8))

    def _run(self, step: str, images: Sequence[Image.Image], nothing: tuple[int, ...]) -> Array:
        parts = [np.empty(nothing, np.float32)]
        for start in range(0, len(images), BATCH):
            pixels = squares(images[start : start + BATCH], self.checkpoint.size)
            with self._turn, torch.inference_mode():
                parts.append(getattr(self._network, step)(pixels).numpy())
        return np.concatenate(parts)
