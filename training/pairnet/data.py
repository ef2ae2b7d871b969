"""Pairs of pictures of one scene, with their factors, as batches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from cocktailman.factors import Values, encode, factors
from training.datasets.batches import EpochData
from training.datasets.pairs import BAR, Version, framed_alike, read_scenes
from training.flow.data import shrunk_to

# Two pictures (4, size, size) uint8, premultiplied; the factors of both; which of them differ.
Pair = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
BOTH_CHANGED = 0.25  # how often both pictures of a training pair are changed ones, which differ in two factors


class PairSet(Dataset[Pair]):
    """Pairs of scenes: for training two versions drawn anew each time, in either direction; else each change once."""

    def __init__(self, scenes: list[list[Version]], size: int, drawn: bool) -> None:
        self.scenes, self.size, self.drawn = scenes, size, drawn
        self._framed: dict[tuple[int, int, int], Tensor] = {}  # cut out once, and kept
        self.listed = [(scene, 0, other) for scene, versions in enumerate(scenes) for other in range(1, len(versions))]

    def __len__(self) -> int:
        return len(self.listed)

    def __getitem__(self, item: int | tuple[int, int]) -> Pair:
        row, seed = item if isinstance(item, tuple) else (item, 0)
        scene, first, second = self.listed[row]
        if self.drawn:
            first, second = _drawn(first, second, len(self.scenes[scene]), np.random.default_rng(seed))
        pair = [self.scenes[scene][first], self.scenes[scene][second]]
        pictures = self._pictures(scene, first, second)
        (before, _), (after, _) = (encode(version.values) for version in pair)
        differ = differing(pair[0].values, pair[1].values)
        return pictures[0], pictures[1], torch.from_numpy(before), torch.from_numpy(after), torch.from_numpy(differ)

    def _pictures(self, scene: int, first: int, second: int) -> Tensor:
        """Two versions of a scene in one frame, (2, 4, size, size) uint8, premultiplied."""
        lower, upper = sorted((first, second))
        if (scene, lower, upper) not in self._framed:
            both = framed_alike([self.scenes[scene][lower], self.scenes[scene][upper]], self.size)
            pixels = np.stack([np.asarray(image) for image in both])
            self._framed[scene, lower, upper] = shrunk_to(pixels, self.size)
        pictures = self._framed[scene, lower, upper]
        return pictures if first <= second else pictures.flip(0)


def differing(first: Values, second: Values) -> np.ndarray:
    """Which factors are not the same, float (n_factors,)."""
    return np.array([first[name] != second[name] for name in factors()], np.float32)


def _drawn(first: int, second: int, versions: int, rng: np.random.Generator) -> tuple[int, int]:
    if rng.random() < BOTH_CHANGED and versions > 2:
        first, second = rng.choice(np.arange(1, versions), 2, replace=False)
    return (first, second) if rng.random() < 0.5 else (second, first)


class PairData(EpochData):
    """Scenes in several versions.

    Args:
        packed: what `python -m training pairs-pack` wrote, one file or several.
        size: px, the side the network works at.
        batch_size: pairs a step.
        repeats: how often each change is drawn in an epoch.
        seed: of the draws.
    """

    def __init__(
        self, packed: Sequence[Path] = (BAR,), size: int = 64, batch_size: int = 32, repeats: int = 1, seed: int = 0
    ) -> None:
        super().__init__()
        self.packed, self.size, self.batch_size, self.repeats, self.seed = packed, size, batch_size, repeats, seed

    def setup(self, stage: str) -> None:
        train, validation = (self._scenes(split) for split in ("train", "validation"))
        self.train = PairSet(train, self.size, drawn=True)
        self.validation = PairSet(validation, self.size, drawn=False)

    def _scenes(self, split: str) -> list[list[Version]]:
        return [scene for packed in self.packed for scene in read_scenes(packed, split)]

    def train_dataloader(self) -> DataLoader:
        return self.drawn(self.train, draws=len(self.train) * self.repeats)

    def val_dataloader(self) -> DataLoader:
        return self.in_order(self.validation)
