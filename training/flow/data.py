"""Cut-outs of renders with the factors they were made of, as batches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset

from cocktailman.factors import encode_all, values_of
from cocktailman.renders import RENDERS, read_renders
from training.datasets.batches import EpochData, premultiplied
from training.datasets.pictures import read_pictures

SPLITS = ("train", "validation")
FactorBatch = tuple[Tensor, Tensor, Tensor]  # pictures (n, 4, size, size) uint8, factors, which are known


class FactorData(EpochData):
    """Cut-outs of renders, premultiplied, and their factors.

    Args:
        sources: what `python -m training cutouts-renders` wrote, folders of renders that are cut-outs already, or both.
        size: px, the side the network works at.
        batch_size: pictures a step.
        seed: of the draws.
    """

    def __init__(self, sources: Sequence[Path], size: int = 64, batch_size: int = 32, seed: int = 0) -> None:
        super().__init__()
        self.sources, self.size, self.batch_size, self.seed = sources, size, batch_size, seed

    def setup(self, stage: str) -> None:
        self.parts = {split: factor_set(self.sources, self.size, split) for split in SPLITS}

    def train_dataloader(self) -> DataLoader:
        return self.drawn(self.parts["train"])

    def val_dataloader(self) -> DataLoader:
        return self.in_order(self.parts["validation"])


class FactorSet(Dataset[FactorBatch]):
    """Pictures (n, 4, size, size) uint8, premultiplied, their factors, and which of these are known."""

    def __init__(self, pictures: Tensor, numbers: Tensor, known: Tensor) -> None:
        self.pictures, self.numbers, self.known = pictures, numbers, known

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, item: int | tuple[int, int]) -> FactorBatch:
        row = item[0] if isinstance(item, tuple) else item  # batches are augmented as a whole, not here
        return self.pictures[row], self.numbers[row], self.known[row]


def factor_set(sources: Sequence[Path], size: int, split: str) -> FactorSet:
    """The pictures of a split of all sources, at `size` px."""
    parts = zip(*(_parts_of(source, size, split) for source in sources), strict=True)
    return FactorSet(*(torch.cat(part) for part in parts))


def _parts_of(source: Path, size: int, split: str) -> FactorBatch:
    pictures = read_pictures(source).of(split)
    table = read_renders(source if source.is_dir() else RENDERS)  # what was packed is of the rendered bar
    numbers, known = encode_all([values_of(table.facts(table.row(file))) for file in pictures.table["file"]])
    parts = [shrunk_to(pixels, size) for pixels in np.array_split(pictures.pixels, max(1, len(pictures.pixels) // 256))]
    return torch.cat(parts), torch.from_numpy(numbers), torch.from_numpy(known)


def shrunk_to(pixels: np.ndarray, size: int) -> Tensor:
    """Cut-outs (n, h, w, 4) uint8 as premultiplied tensors (n, 4, size, size) uint8."""
    images = torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255
    images = torch.stack([premultiplied(image) for image in images])
    shrunk = F.interpolate(images, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
    return (shrunk * 255).round().byte()
