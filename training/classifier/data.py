"""Batches for the classifier: photos, and renders beside them where wished, augmented as a hand-held camera would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from cocktailman.datasets import Pictures, recipe_matrix
from cocktailman.drinks import DRINKS
from cocktailman.renders import RENDERED
from training.datasets.batches import EpochData, sampling_weights, seeded
from training.datasets.pictures import read_pictures

# images (n, 3, h, w) in [0, 1], recipes (n, n_ingredients), names (n,)
DrinkBatch = tuple[Tensor, Tensor, Tensor]
NAMELESS = -1  # the name of a picture that shows none of the drinks with a name


class Shrunk(torch.nn.Module):
    """About half of the pictures as blurred as small ones of the web: shrunk, to a third at most, and enlarged."""

    def forward(self, image: Tensor) -> Tensor:
        side = image.shape[-1]
        small = int(torch.randint(side // 3, 2 * side, ()))
        if small >= side:
            return image
        return v2.functional.resize(v2.functional.resize(image, [small]), [side])


class DrinkDataset(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Images, recipes and names of drinks; an item is asked for by its row, or by its row and the seed of its draw."""

    def __init__(self, pictures: Pictures, size: int, augment: bool) -> None:
        self.pixels = pictures.pixels
        self.recipes = torch.from_numpy(recipe_matrix(pictures))
        place = {name: number for number, name in enumerate(DRINKS)}
        named = pictures.table["source"].isin(["bulk", RENDERED])
        names = pictures.table["drink"].map(place.get).where(named).fillna(NAMELESS)
        self.names = torch.tensor(names.to_numpy(), dtype=torch.long)
        steps: list[Callable] = [v2.Resize((size, size))]
        if augment:
            steps = [
                v2.RandomResizedCrop(size, scale=(0.4, 1.0), ratio=(0.8, 1.25)),
                v2.RandomHorizontalFlip(),
                Shrunk(),
                v2.ColorJitter(brightness=0.25, contrast=0.25, saturation=0.25, hue=0.02),
            ]
        self.transform = v2.Compose(steps)

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, item: int | tuple[int, int]) -> tuple[Tensor, Tensor, Tensor]:
        row, seed = item if isinstance(item, tuple) else (item, 0)
        image = torch.from_numpy(self.pixels[row]).permute(2, 0, 1)  # (3, h, w) uint8
        with seeded(seed):
            return self.transform(image).float() / 255, self.recipes[row], self.names[row]


class DrinkData(EpochData):
    """The training and validation pictures of a classifier.

    Args:
        packed: photos, as `python -m training pack` or `crops` wrote them.
        renders: a folder of renders whose training split is drawn from too; none where it is not given.
        renders_share: of the draws, that of the renders.
        size: px, the side the network works at.
        batch_size: pictures a step.
        class_balance_exponent: 0 draws photos evenly, 1 draws drinks evenly (see `sampling_weights`).
        collected: how many times as often as their number says photos from outside `bulk` are drawn: most of their
            ingredients are rare.
        draws: pictures an epoch; by default as many as there are photos.
        seed: of the draws.
    """

    def __init__(
        self,
        packed: Path,
        renders: Path | None = None,
        renders_share: float = 0.2,
        size: int = 160,
        batch_size: int = 64,
        class_balance_exponent: float = 0.5,
        collected: float = 1.0,
        draws: int | None = None,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.size, self.batch_size, self.seed, self.draws = size, batch_size, seed, draws
        self.class_balance_exponent = class_balance_exponent
        self.collected, self.renders_share = collected, renders_share
        self.photos = read_pictures(packed)
        self.renders = read_pictures(renders, self.photos.pixels.shape[1]).of("train") if renders else None

    def train_dataloader(self) -> DataLoader:
        pictures = self.photos.of("train")
        weights = sampling_weights(pictures, self.class_balance_exponent)
        weights[(pictures.table["source"] != "bulk").to_numpy()] *= self.collected
        if self.renders is not None:
            each = weights.sum() * self.renders_share / (1 - self.renders_share) / len(self.renders.pixels)
            weights = np.concatenate([weights, np.full(len(self.renders.pixels), each)])
            pictures = pictures.joined(self.renders)
        data = DrinkDataset(pictures, self.size, augment=True)
        return self.drawn(data, weights, self.draws or len(self.photos.of("train").pixels))

    def val_dataloader(self) -> DataLoader:
        return self.in_order(DrinkDataset(self.photos.of("validation"), self.size, augment=False))
