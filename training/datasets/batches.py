"""Pictures as batches: augmented, each drink seen about equally often, the same again from the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Sized
from contextlib import contextmanager
from pathlib import Path

import lightning as L
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler
from torchvision.transforms import v2

from cocktailman.datasets import Pictures, recipe_matrix
from training.datasets.factor_scores import FactorScores
from training.datasets.pictures import read_pictures

# Images (n, 3 or 4, size, size) in [0, 1], recipes (n, n_ingredients), and, where factors are asked for, their normal
# scores (n, factors).
Batch = tuple[Tensor, ...]


def sampling_weights(pictures: Pictures, class_balance_exponent: float) -> np.ndarray:
    """Class-balanced sampling: how often to draw each picture, shape (n,), mean 1.

    A drink with k photos weighs k^(1 - exponent) in all: 0 draws photos evenly, 1 draws drinks evenly. A picture from
    outside `bulk` counts with those of its source: nearly each photo there is a drink of its own, and would otherwise
    be drawn hundreds of times. Renders, made in equal numbers, are thus drawn evenly.
    """
    table = pictures.table
    group = table["drink"].where(table["source"] == "bulk", table["source"])
    weights = group.groupby(group).transform("size").to_numpy(float) ** -class_balance_exponent
    return weights / weights.mean()


class PictureDataset(Dataset[Batch]):
    """Images and recipes of pictures, at `size` px; mirrored and cropped a little at random where `augment`.

    An item is asked for by its row, or by its row and the seed of its augmentation. factors: of renders, those whose
    scores are the third part of an item (see `FactorScores`).
    """

    def __init__(self, pictures: Pictures, size: int, augment: bool, factors: Sequence[str] = ()) -> None:
        self.pixels = pictures.pixels
        self.recipes = torch.from_numpy(recipe_matrix(pictures))
        self.scores = FactorScores(pictures, factors) if factors else None
        self.augment = augment
        sharp = v2.InterpolationMode.BICUBIC  # as near to `images.to_square` as tensors come
        crop = v2.RandomResizedCrop(size, scale=(0.8, 1.0), ratio=(0.9, 1.11), interpolation=sharp)
        resize = v2.Resize(size, sharp)
        # A cut-out fills its frame: it is turned and moved a little, and never cropped.
        turn = v2.RandomAffine([-3, 3], (0.02, 0.02), (0.92, 1.03), interpolation=v2.InterpolationMode.BILINEAR)
        changes = [turn, resize] if self.pixels.shape[3] == 4 else [crop]
        self.transform = v2.Compose(changes if augment else [resize])

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, item: int | tuple[int, int]) -> Batch:
        row, seed = item if isinstance(item, tuple) else (item, 0)
        image = torch.from_numpy(self.pixels[row]).permute(2, 0, 1)  # (3, h, w) uint8
        with seeded(seed):
            mirrored = self.augment and bool(torch.rand(()) < 0.5)
            image = image.flip(2) if mirrored else image
            changed = straight(self.transform(premultiplied(image.float() / 255))).clamp(0, 1)
        parts = changed, self.recipes[row]
        return (*parts, self.scores.of(row, mirrored)) if self.scores else parts


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draws from `seed`; batches are fetched ahead, and the training's own draws must not notice."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        yield


def as_image(pixels: np.ndarray) -> Tensor:
    """Pixels (h, w, channels), uint8, as an image (channels, h, w) in [0, 1]."""
    return torch.tensor(pixels).permute(2, 0, 1).float() / 255


def premultiplied(image: Tensor) -> Tensor:
    """An image (4, h, w) with its colours multiplied by its coverage, as it must be resized; (3, h, w) as it is."""
    return torch.cat([image[:3] * image[3:], image[3:]]) if len(image) == 4 else image


def straight(image: Tensor) -> Tensor:
    """The inverse of `premultiplied`; where there is no coverage the colour is black."""
    return torch.cat([image[:3] / image[3:].clamp(min=1e-3), image[3:]]) if len(image) == 4 else image


class EpochSampler(Sampler[tuple[int, int]]):
    """Weighted draws of rows with replacement, each with the seed of its augmentation.

    They depend on (seed, epoch) alone, so that a resumed run draws what it would have.

    The epoch is asked for when an epoch begins: that works also under the sampler Lightning wraps around this one where
    several devices share the draws.
    """

    def __init__(self, weights: np.ndarray, seed: int, epoch: Callable[[], int], draws: int | None = None) -> None:
        self.weights = torch.from_numpy(weights)
        self.seed = seed
        self.epoch = epoch
        self.draws = draws or len(weights)

    def __len__(self) -> int:
        return self.draws

    def __iter__(self) -> Iterator[tuple[int, int]]:
        generator = torch.Generator().manual_seed(self.seed * 100_003 + self.epoch())
        rows = torch.multinomial(self.weights, self.draws, replacement=True, generator=generator)
        seeds = torch.randint(2**62, rows.shape, generator=generator)
        yield from zip(rows.tolist(), seeds.tolist(), strict=True)


class EpochData(L.LightningDataModule):
    """Data that is drawn anew each epoch, from (seed, epoch) alone."""

    batch_size: int
    seed: int

    def _epoch(self) -> int:
        return self.trainer.current_epoch if self.trainer else 0

    def drawn(
        self, data: Dataset, weights: np.ndarray | None = None, draws: int | None = None, drop_last: bool = True
    ) -> DataLoader:
        """Batches of items asked for by row and seed, drawn with replacement, evenly or by `weights`."""
        assert isinstance(data, Sized)
        weights = np.ones(len(data)) if weights is None else weights
        return DataLoader(
            data,
            self.batch_size,
            sampler=EpochSampler(weights, self.seed, self._epoch, draws),
            drop_last=drop_last,
            generator=torch.Generator(),  # else each new iterator takes a number from the training's own draws
        )

    def in_order(self, data: Dataset, least: int = 1) -> DataLoader:
        """Batches of all items, each once; of `least` items or more."""
        return DataLoader(data, max(self.batch_size, least))


class PictureData(EpochData):
    """The training and validation pictures of one file or folder.

    Args:
        packed: what `python -m training pack` or `renders-pack` wrote.
        size: px, the side the network works at.
        batch_size: pictures a step.
        class_balance_exponent: 0 draws pictures evenly, 1 draws drinks evenly (see `sampling_weights`).
        augment: mirror and crop a little at random.
        factors: of renders, those whose scores are part of a batch (see `FactorScores`).
        seed: of the draws.
    """

    def __init__(
        self,
        packed: Path,
        size: int = 128,
        batch_size: int = 64,
        class_balance_exponent: float = 0.5,
        augment: bool = True,
        factors: Sequence[str] = (),
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.size, self.batch_size, self.seed = size, batch_size, seed
        self.pictures = read_pictures(packed, size)
        self.factors = tuple(factors)
        self.class_balance_exponent, self.augment = class_balance_exponent, augment

    def train_dataloader(self) -> DataLoader:
        pictures = self.pictures.of("train")
        data = PictureDataset(pictures, self.size, self.augment, self.factors)
        weights = sampling_weights(pictures, self.class_balance_exponent)
        return self.drawn(data, weights, drop_last=len(data) > self.batch_size)

    def val_dataloader(self) -> DataLoader:
        return self.in_order(PictureDataset(self.pictures.of("validation"), self.size, augment=False))

    def plain_dataloader(self) -> DataLoader:
        """The training pictures as they are, each once, in order."""
        return self.in_order(PictureDataset(self.pictures.of("train"), self.size, augment=False))
