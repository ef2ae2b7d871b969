"""Pairs of pictures of one scene, with their factors, as batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from cocktailman.factors import Values, changeable, encode, factors
from cocktailman.sheets import SHEETS, Sheet
from training.datasets.batches import EpochData
from training.datasets.pairs import BAR, Version, frame_of, framed_alike, in_frame, read_scenes
from training.flow.data import shrunk_to

# Two pictures (4, size, size) uint8, premultiplied; the factors of both; which of them differ; and, of each factor that
# has a sheet, where what comes, or is put on anew, is, (SHEETS, size, size) uint8, all 0 where nothing is.
Pair = tuple[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor]


class PairSet(Dataset[Pair]):
    """Pairs of scenes: for training two versions drawn anew each time, in either direction; else each change once.

    both_changed: how often both pictures of a drawn pair are changed ones, which differ in two factors.
    """

    def __init__(self, scenes: list[list[Version]], size: int, drawn: bool, both_changed: float = 0.25) -> None:
        self.scenes, self.size, self.drawn, self.both_changed = scenes, size, drawn, both_changed
        self._framed: dict[tuple[int, int, int], Tensor] = {}  # cut out once, and kept
        self._new: dict[tuple[int, int, int], Tensor] = {}
        self.listed = [(scene, 0, other) for scene, versions in enumerate(scenes) for other in range(1, len(versions))]

    @property
    def changed(self) -> list[str]:
        """Which factor each pair differs in, before anything is drawn."""
        return [self.scenes[scene][other].changed for scene, _, other in self.listed]

    def __len__(self) -> int:
        return len(self.listed)

    def __getitem__(self, item: int | tuple[int, int]) -> Pair:
        row, seed = item if isinstance(item, tuple) else (item, 0)
        scene, first, second = self.listed[row]
        if self.drawn:
            first, second = self._drawn(first, second, len(self.scenes[scene]), np.random.default_rng(seed))
        pair = [self.scenes[scene][first], self.scenes[scene][second]]
        pictures, new = self._pictures(scene, first, second), self._seen(scene, first, second)
        (before, _), (after, _) = (encode(version.values) for version in pair)
        differ = differing(pair[0].values, pair[1].values)
        had, has, other = (torch.from_numpy(numbers) for numbers in (before, after, differ))
        return pictures[0], pictures[1], had, has, other, new

    def _drawn(self, first: int, second: int, versions: int, rng: np.random.Generator) -> tuple[int, int]:
        if rng.random() < self.both_changed and versions > 2:
            first, second = rng.choice(np.arange(1, versions), 2, replace=False)
        return (first, second) if rng.random() < 0.5 else (second, first)

    def _pictures(self, scene: int, first: int, second: int) -> Tensor:
        """Two versions of a scene in one frame, (2, 4, size, size) uint8, premultiplied."""
        lower, upper = sorted((first, second))
        if (scene, lower, upper) not in self._framed:
            both = framed_alike([self.scenes[scene][lower], self.scenes[scene][upper]], self.size)
            pixels = np.stack([np.asarray(image) for image in both])
            self._framed[scene, lower, upper] = shrunk_to(pixels, self.size)
        pictures = self._framed[scene, lower, upper]
        return pictures if first <= second else pictures.flip(0)

    def _seen(self, scene: int, first: int, second: int) -> Tensor:
        """Where what one version has not, and another has, or what is put on anew, is, (SHEETS, size, size) uint8."""
        if (scene, first, second) not in self._new:
            before, after = pair = [self.scenes[scene][first], self.scenes[scene][second]]
            frame, seen = frame_of(pair), torch.zeros(len(SHEETS), self.size, self.size, dtype=torch.uint8)
            for channel, (factor, sheet) in enumerate(SHEETS.items()):
                mask = after.mask(factor) if _comes(sheet, before.values, after.values) else None
                if mask:
                    seen[channel] = torch.from_numpy(np.array(in_frame(mask, frame, self.size)))
            self._new[scene, first, second] = seen
        return self._new[scene, first, second]


def _comes(sheet: Sheet, before: Values, after: Values) -> bool:
    """Whether there is a word of a factor after that there was not before, or one is put on anew."""
    words = (side[sheet.factor] for side in (before, after))
    had, has = ({each} if isinstance(each, str) else {*each} for each in words)  # type: ignore[misc]
    return not has <= had or any(before[name] != after[name] for name in sheet.anew)


def differing(first: Values, second: Values) -> np.ndarray:
    """Which factors are not the same, float (n_factors,)."""
    return np.array([first[name] != second[name] for name in factors()], np.float32)


class PairData(EpochData):
    """Scenes in several versions.

    Args:
        packed: what `python -m training pairs-pack` wrote, one file or several.
        size: px, the side the network works at.
        batch_size: pairs a step.
        repeats: how often each change is drawn in an epoch, at the mean.
        draw_weights: how often a pair that differs in a factor is drawn, by its name; 1 of what is not named.
        both_changed: how often both pictures of a pair are changed ones (see `PairSet`).
        seed: of the draws.
    """

    def __init__(
        self,
        packed: Sequence[Path] = (BAR,),
        size: int = 64,
        batch_size: int = 32,
        repeats: int = 1,
        draw_weights: Mapping[str, float] | None = None,
        both_changed: float = 0.25,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.packed, self.size, self.batch_size, self.repeats, self.seed = packed, size, batch_size, repeats, seed
        self.draw_weights, self.both_changed = dict(draw_weights or {}), both_changed
        for name in self.draw_weights:
            changeable(name)  # raises where there is no such factor

    def setup(self, stage: str) -> None:
        train, validation = (self._scenes(split) for split in ("train", "validation"))
        self.train = PairSet(train, self.size, drawn=True, both_changed=self.both_changed)
        self.validation = PairSet(validation, self.size, drawn=False)

    def _scenes(self, split: str) -> list[list[Version]]:
        return [scene for packed in self.packed for scene in read_scenes(packed, split)]

    def train_dataloader(self) -> DataLoader:
        weights = np.array([self.draw_weights.get(changed, 1.0) for changed in self.train.changed])
        return self.drawn(self.train, weights, draws=len(self.train) * self.repeats)

    def val_dataloader(self) -> DataLoader:
        return self.in_order(self.validation)
