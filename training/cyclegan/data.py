"""Pictures of two domains as batches, one of each, which belong together by chance alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from cocktailman.cutouts import GREY, over
from cocktailman.errors import InputError
from training.datasets.batches import EpochData, as_image, seeded
from training.datasets.frames import FRAMES
from training.datasets.photos import read_squares, read_table
from training.datasets.pictures import Pictures, read_pictures

SHOWN = 8  # pictures in a batch of validation, the first of which is looked at
Unpaired = tuple[Tensor, Tensor]  # a picture of each domain, (3, size, size), in [0, 1]


class UnpairedDataset(Dataset[Unpaired]):
    """Pictures (n, h, w, 3) and (m, h, w, 3), uint8, at `size` px; a seed changes both and chooses the second."""

    def __init__(self, photos: np.ndarray, renders: np.ndarray, size: int) -> None:
        self.photos, self.renders = photos, renders
        self.whole = v2.Resize((size, size))
        crop = v2.RandomResizedCrop(size, scale=(0.8, 1.0), ratio=(0.95, 1.05))
        self.augment = v2.Compose([v2.RandomHorizontalFlip(), crop])

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, item: int | tuple[int, int]) -> Unpaired:
        if isinstance(item, int):
            return self.whole(as_image(self.photos[item])), self.whole(as_image(self.renders[item % len(self.renders)]))
        row, seed = item
        with seeded(seed):
            other = self.renders[int(torch.randint(len(self.renders), ()))]
            return self.augment(as_image(self.photos[row])), self.augment(as_image(other))


class UnpairedPictures(EpochData):
    """What CycleGAN is trained on.

    Args:
        photos: packed photos or cut-outs, the renders' folder, or a folder that `python -m training frames` wrote.
        renders: the same, of the other domain.
        photo_sources: where photos are from, if not from everywhere: what the small ones of `bulk` look like,
            enlarged, is no look to learn.
        size: px, the side of what the networks see.
        batch_size: pictures of each domain a step.
        seed: of the draws.
    """

    def __init__(
        self,
        photos: Path,
        renders: Path,
        size: int = 128,
        batch_size: int = 1,
        photo_sources: list[str] | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.size, self.batch_size, self.seed = size, batch_size, seed
        one, other = (read_domain(folder, size) for folder in (photos, renders))
        if photo_sources:
            one = one.where(one.table["source"].isin(photo_sources).to_numpy())
        self.train, self.validation = (
            UnpairedDataset(one.of(split).pixels, other.of(split).pixels, size) for split in ("train", "validation")
        )
        if not len(self.train) or not len(self.train.renders):
            raise InputError(f"{photos} or {renders} holds no picture to train on: name another")

    def train_dataloader(self) -> DataLoader:
        return self.drawn(self.train)

    def val_dataloader(self) -> DataLoader:
        return self.in_order(self.validation, SHOWN)


def read_domain(place: Path, size: int) -> Pictures:
    """The pictures of a domain, squares of mode RGB, cut-outs on grey; raises `InputError` where there are none."""
    if (place / FRAMES).is_file():
        table = read_table(place / FRAMES)
        return Pictures(read_squares(place, table["file"].tolist(), size), table)
    found = read_pictures(place, size)
    if found.pixels.shape[3] == 3:
        return found
    laid = [np.asarray(over(Image.fromarray(cut), GREY)) for cut in found.pixels]
    return Pictures(np.stack(laid), found.table)
