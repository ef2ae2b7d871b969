"""Photos and their mattes as batches: real photos, drinks pasted onto other grounds, and photos without a drink."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision import tv_tensors
from torchvision.transforms import v2

from cocktailman.errors import InputError
from cocktailman.renders import RENDERS, read_renders
from training.datasets.batches import EpochData, seeded
from training.datasets.cutouts import matte_path
from training.datasets.photos import read_squares, read_table

Pair = tuple[Tensor, Tensor]  # image (3, size, size) and matte (1, size, size), both in [0, 1]


class MatteDataset(Dataset[Pair]):
    """Photos (n, size, size, 3) and mattes (n, size, size), both uint8; changed at random where `augment`."""

    def __init__(self, photos: np.ndarray, mattes: np.ndarray, augment: bool) -> None:
        self.photos, self.mattes, self.augment = photos, mattes, augment
        size = photos.shape[1]
        self.change = v2.Compose(
            [
                v2.RandomHorizontalFlip(),
                v2.RandomResizedCrop(size, scale=(0.5, 1.0), ratio=(0.8, 1.25), antialias=True),
                v2.ColorJitter(0.3, 0.3, 0.3, 0.03),
            ]
        )

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, item: int | tuple[int, int]) -> Pair:
        row, seed = item if isinstance(item, tuple) else (item, 0)
        image = tv_tensors.Image(torch.from_numpy(self.photos[row]).permute(2, 0, 1))
        matte = tv_tensors.Mask(torch.from_numpy(self.mattes[row])[None])
        if self.augment:
            with seeded(seed):
                image, matte = self.change(image, matte)
        return torch.as_tensor(image).float() / 255, torch.as_tensor(matte).float() / 255


class MatteData(EpochData):
    """What a segmenter is trained on.

    Args:
        photos: folder with the photos; `negatives/` in it has some without a drink.
        mattes: folders of their mattes, by the same names; no two folders are called alike.
        kept: what `cutouts-photos --lenient` wrote of these: the photos that have a good matte, in which folder, and
            their split.
        size: px, the side of what the network sees.
        pasted: how many renders are pasted onto photos without a drink.
        batch_size: pictures a step.
        seed: of what is pasted where, and of the draws.
    """

    def __init__(
        self,
        photos: Path,
        mattes: Sequence[Path],
        kept: Path = Path("build/cutouts-lenient-128.csv"),
        size: int = 224,
        pasted: int = 600,
        batch_size: int = 16,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.photos, self.kept, self.size = photos, kept, size
        self.mattes = {folder.name: folder for folder in mattes}
        self.pasted, self.batch_size, self.seed = pasted, batch_size, seed

    def setup(self, stage: str) -> None:
        table = read_table(self.kept, keep_default_na=False).query("reason == ''")
        if "mattes" not in table:
            raise InputError(f"{self.kept} is from before it said which folder a matte is in: make it again")
        if table.empty:
            raise InputError(f"{self.kept} keeps no photo: make it with `python -m training cutouts-photos`")
        parts = {split: self._photos(table.loc[table["split"] == split]) for split in ("train", "validation")}
        grounds = self._grounds()
        held = len(grounds) // 5
        rng = np.random.default_rng(self.seed)
        pairs = [parts["train"], pasted_renders(grounds[held:], self.pasted, self.size, rng), _without(grounds[held:])]
        images, mattes = (np.concatenate(part) for part in zip(*pairs, strict=True))
        self.train = MatteDataset(images, mattes, augment=True)
        self.validation = MatteDataset(*parts["validation"], augment=False)

    def _photos(self, kept: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        if unknown := sorted(set(kept["mattes"]) - self.mattes.keys()):
            raise InputError(f"{self.kept} has mattes of a folder {unknown[0]!r}: name it with --data.mattes too")
        lie = [matte_path(file, self.mattes[folder]) for file, folder in zip(kept["file"], kept["mattes"], strict=True)]
        images = read_squares(self.photos, kept["file"].tolist(), self.size)
        mattes = read_squares(Path(), lie, self.size)
        return images, mattes[..., 0]  # grey: its channels are alike

    def _grounds(self) -> np.ndarray:
        folder = self.photos / "negatives"
        return read_squares(folder, [file.name for file in sorted(folder.glob("*.*"))], self.size)

    def train_dataloader(self) -> DataLoader:
        return self.drawn(self.train)

    def val_dataloader(self) -> DataLoader:
        return self.in_order(self.validation)


def pasted_renders(
    grounds: np.ndarray, count: int, size: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Renders of the training split cut out by their masks and laid on grounds (m, size, size, 3), somewhere, 0.4 to
    0.95 of the frame high: images (count, size, size, 3) and mattes (count, size, size)."""
    renders = read_renders(RENDERS)
    rows = rng.choice(np.flatnonzero(renders.factors["split"] == "train"), count, replace=False)
    images, mattes = [], []
    for row, picture in zip(rows, renders.images(rows), strict=True):
        alpha = Image.fromarray((renders.mask(int(row)) > 0).astype(np.uint8) * 255)
        drink = picture.copy()
        drink.putalpha(alpha)
        drink = drink.crop(alpha.getbbox())
        scale = size * rng.uniform(0.4, 0.95) / max(drink.size)
        width, height = (max(1, round(length * scale)) for length in drink.size)
        left, top = int(rng.integers(0, size - width + 1)), int(rng.integers(0, size - height + 1))
        layer = Image.new("RGBA", (size, size))
        layer.paste(drink.resize((width, height), Image.Resampling.LANCZOS), (left, top))
        ground = Image.fromarray(grounds[rng.integers(len(grounds))]).convert("RGBA")
        images.append(np.asarray(Image.alpha_composite(ground, layer).convert("RGB")))
        mattes.append(np.asarray(layer.getchannel("A")))
    return np.stack(images), np.stack(mattes)


def _without(grounds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return grounds, np.zeros(grounds.shape[:3], np.uint8)
