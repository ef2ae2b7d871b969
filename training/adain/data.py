"""Pairs of a drink and a style image as batches: each cropped at random, the same again from the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from cocktailman.errors import InputError
from cocktailman.images import read_image
from training.datasets.batches import EpochData, as_image, seeded
from training.datasets.photos import read_table
from training.datasets.pictures import read_pictures

Pair = tuple[Tensor, Tensor]  # content and style, (3, size, size) each, in [0, 1]
KEPT = 256  # px, the side of a style image in memory
HELD = 20  # of so many style images one is for validation


class PairDataset(Dataset[Pair]):
    """Contents and style images, (h, w, 3) uint8 each, at `size` px.

    An item is a content, asked for by its row and a seed, which says in which style and how both are cropped; by its
    row alone it is whole, in the style of the same row.
    """

    def __init__(self, contents: Sequence[np.ndarray], styles: Sequence[np.ndarray], size: int) -> None:
        self.contents, self.styles = contents, styles
        self.whole = v2.Resize((size, size))
        flip = v2.RandomHorizontalFlip()
        self.crop = v2.Compose([flip, v2.RandomResizedCrop(size, scale=(0.4, 1.0), ratio=(0.9, 1.11))])
        self.crop_style = v2.Compose([flip, v2.RandomResizedCrop(size, scale=(0.2, 1.0), ratio=(0.9, 1.11))])

    def __len__(self) -> int:
        return len(self.contents)

    def __getitem__(self, item: int | tuple[int, int]) -> Pair:
        if isinstance(item, int):
            content, style = as_image(self.contents[item]), as_image(self.styles[item % len(self.styles)])
            return self.whole(content), self.whole(style)
        row, seed = item
        with seeded(seed):
            style = self.styles[int(torch.randint(len(self.styles), ()))]
            return self.crop(as_image(self.contents[row])), self.crop_style(as_image(style))


class StylePairs(EpochData):
    """What AdaIN is trained on.

    Args:
        contents: what `python -m training pack` or `renders-pack` wrote; several are joined.
        styles: folder with `styles.csv` (file, ...) and the style images; every 20th is for validation.
        size: px, the side of the crops.
        batch_size: pairs a step.
        pairs: in an epoch.
        validated: pairs in a validation.
        seed: of the draws.
    """

    def __init__(
        self,
        contents: list[Path],
        styles: Path,
        size: int = 128,
        batch_size: int = 4,
        pairs: int = 1024,
        validated: int = 64,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.size, self.batch_size, self.pairs, self.seed = size, batch_size, pairs, seed
        found = [read_pictures(path) for path in contents]
        parts = {
            split: [drink for some in found for drink in some.of(split).pixels] for split in ("train", "validation")
        }
        images = read_styles(styles)
        held = images[HELD - 1 :: HELD]
        learnt = [image for number, image in enumerate(images, start=1) if number % HELD]
        step = max(1, len(parts["validation"]) // validated)
        self.train = PairDataset(parts["train"], learnt, size)
        self.validation = PairDataset(parts["validation"][::step][:validated], held, size)

    def train_dataloader(self) -> DataLoader:
        return self.drawn(self.train, draws=self.pairs)

    def val_dataloader(self) -> DataLoader:
        return self.in_order(self.validation)


def read_styles(folder: Path, size: int = KEPT) -> list[np.ndarray]:
    """The style images of a folder, their middles at `size` px, (size, size, 3) each; raises `InputError`."""
    files = read_table(folder / "styles.csv")["file"]
    if len(files) < HELD:
        raise InputError(f"{folder} holds {len(files)} style images, and takes {HELD} at least: add more")
    return [np.array(fitted(read_image(folder / file, file), size)) for file in files]


def fitted(image: Image.Image, size: int) -> Image.Image:
    """The middle of a picture, as large a square as there is, at `size` px."""
    return ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS)
