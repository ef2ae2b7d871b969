"""Batches of pictures' features and of captions, with the truth of every pair."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import lightning as L
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset

from cocktailman.labels.truth import Truth
from cocktailman.labels.vocabulary import DEFAULT, TEMPLATES, known_labels, training_labels
from cocktailman.models.embedder.towers import GRID
from cocktailman.renders import read_renders
from training.embedder.captions import (
    AMBIGUOUS,
    classes_of,
    joined_captions,
    negative_truth,
    pair_truth,
    photo_truth,
    read_photo_table,
    render_truth,
    single_captions,
)
from training.embedder.features import FEATURES, NEGATIVES, PHOTOS, RENDERS, Features, read_features

SPOKEN = 1800  # pictures with a caption of their own


@dataclass  # not frozen: Lightning moves its tensors
class Batch:
    """reduced (n, places, components), pooled (n, POOLED), captions (C, SENTENCE); true and known, bool, (n, C)."""

    reduced: Tensor
    pooled: Tensor
    captions: Tensor
    true: Tensor
    known: Tensor


class CaptionData(L.LightningDataModule):
    """Renders, photos and photos without a drink, in fixed shares, with captions of their labels.

    Args:
        photos: the folder of photos, for `photos.csv`.
        features: what `python -m training label-features` wrote.
        size: px, the side of what the tower saw.
        batch_size: pictures, and as many captions.
        steps: batches an epoch.
        render_share: of a batch, renders.
        negative_share: of a batch, photos without a drink.
        reduced: principal components that are kept of a place.
    """

    def __init__(
        self,
        photos: Path,
        features: Path = FEATURES,
        size: int = 256,
        batch_size: int = 256,
        steps: int = 40,
        render_share: float = 0.6,
        negative_share: float = 0.06,
        reduced: int = 144,
    ) -> None:
        super().__init__()
        self.photos, self.features, self.batch_size, self.steps = photos, features, batch_size, steps
        self.reduced = reduced
        self.shares = {RENDERS: render_share, NEGATIVES: negative_share, PHOTOS: 1 - render_share - negative_share}

    def setup(self, stage: str) -> None:
        labels = training_labels()
        renders, drinks = read_features(RENDERS, self.features), read_features(PHOTOS, self.features)
        nothing = read_features(NEGATIVES, self.features).of("train")
        clear = [Path(file).stem not in AMBIGUOUS for file in nothing.table["file"]]
        nothing = Features(nothing.table.loc[clear], nothing.tokens[clear], nothing.pooled[clear])
        classes = classes_of(nothing.table["file"].tolist())
        of_renders = render_truth(read_renders(), labels, self.features)
        table = read_photo_table(self.photos)
        train = (renders.table["split"] == "train").to_numpy()
        seen = renders.of("train"), drinks.of("train"), nothing
        truths = (
            of_renders[train],
            photo_truth(table, seen[1].table["file"].tolist(), labels),
            negative_truth(len(nothing.table), labels),
        )
        self.middle, self.components = principal(np.concatenate([one.tokens[::8] for one in seen]), self.reduced)
        names = (RENDERS, PHOTOS, NEGATIVES)
        texts = [label.text for label in labels]
        self.batches = CaptionBatches(
            dict(zip(names, zip(seen, truths, strict=True), strict=True)), texts, classes, self
        )
        held = (renders.table["split"] == "validation").to_numpy()
        chosen = known_labels(DEFAULT)
        places = [labels.index(label) for label in chosen]
        self.validation = renders.of("validation"), torch.from_numpy(of_renders[held][:, places])
        self.asked = single_captions([label.text for label in chosen]).features

    def reduce(self, tokens: np.ndarray, batch: int = 256) -> Tensor:
        """Principal components of tokens (n, places, TOKEN), float16, as the network makes them."""
        parts = torch.from_numpy(tokens).split(batch)
        return torch.cat([((part.float() - self.middle) @ self.components).half() for part in parts])

    def train_dataloader(self) -> DataLoader:
        return DataLoader(self.batches, batch_size=None)

    def val_dataloader(self) -> DataLoader:
        pictures, truth = self.validation
        whole = (self.reduce(pictures.tokens).float(), torch.from_numpy(pictures.pooled).float(), self.asked, truth)
        return DataLoader([whole], batch_size=None)  # type: ignore[arg-type]


class CaptionBatches(IterableDataset):
    """An epoch: each batch draws pictures by the shares of their sets, and captions of both sorts.

    Half of the captions are one label each, all labels alike however rare; the others, of two or three labels, are
    those of pictures in the batch: some pictures have one, drawn once, and half of each batch are of these.
    """

    def __init__(
        self, sets: dict[str, tuple[Features, Truth]], texts: list[str], classes: list[str], data: CaptionData
    ) -> None:
        self.data, self.texts = data, [*texts, *classes]
        pictures = [one for one, _ in sets.values()]
        self.starts = np.cumsum([0, *(len(one.table) for one in pictures)])
        self.reduced = torch.cat([data.reduce(one.tokens) for one in pictures])
        self.pooled = torch.from_numpy(np.concatenate([one.pooled for one in pictures]))
        self.shares = [data.shares[name] for name in sets]
        truth = np.concatenate([one for _, one in sets.values()])
        shown = np.zeros((len(truth), len(classes)), np.int8)  # what a photo without a drink shows is on no other
        shown[-len(classes) :] = np.eye(len(classes), dtype=np.int8)
        self.truth = torch.from_numpy(np.concatenate([truth, shown], 1))
        self.labels = single_captions(texts)
        self.classes = single_captions(classes, TEMPLATES[:1])
        self.spoken = self._drawn(np.random.default_rng(0), SPOKEN)  # rows
        self.joined = joined_captions(self.truth[self.spoken].numpy(), self.texts)
        self.epoch = 0

    def __iter__(self) -> Iterator[Batch]:
        rng = np.random.default_rng(self.epoch)
        self.epoch += 1
        for _ in range(self.data.steps):
            yield self._batch(rng)

    def __len__(self) -> int:
        return self.data.steps

    def _batch(self, rng: np.random.Generator) -> Batch:
        size = self.data.batch_size
        half = size // 2
        own = rng.integers(len(self.spoken), size=half)
        rows = np.concatenate([self.spoken[own], self._drawn(rng, size - half)])
        few = half // 8  # of what is on photos without a drink: so many words, each seen once
        of_labels = rng.integers(len(self.labels.texts), size=half - few)
        of_classes = rng.integers(len(self.classes.texts), size=few)
        named = torch.zeros(size, len(self.texts))
        named[: half - few, : self.labels.named.shape[1]] = self.labels.named[of_labels]
        named[half - few : half, self.labels.named.shape[1] :] = self.classes.named[of_classes]
        named[half:] = self.joined.named[own]
        parts = ((self.labels, of_labels), (self.classes, of_classes), (self.joined, own))
        captions = torch.cat([one.features[chosen] for one, chosen in parts])
        true, known = pair_truth(self.truth[rows], named)
        reduced = self.reduced[rows].float()
        mirrored = torch.from_numpy(rng.random(size) < 0.5)
        reduced[mirrored] = reduced[mirrored].unflatten(1, (GRID, GRID)).flip(2).flatten(1, 2)
        return Batch(reduced, self.pooled[rows].float(), captions, true, known)

    def _drawn(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Rows of pictures, by the shares of their sets."""
        sets = rng.choice(len(self.shares), count, p=self.shares)
        return rng.integers(self.starts[sets], self.starts[sets + 1])


def principal(tokens: np.ndarray, count: int) -> tuple[Tensor, Tensor]:
    """The mean of places (TOKEN,), and their first principal directions (TOKEN, count), scaled to variance 1."""
    places = tokens.reshape(-1, tokens.shape[-1])[:: max(1, len(tokens) // 500)].astype(np.float32)
    middle = places.mean(0)
    variances, directions = np.linalg.eigh(np.cov(places - middle, rowvar=False))  # smallest first
    kept = directions[:, ::-1][:, :count] / np.sqrt(np.maximum(variances[::-1][:count], 1e-6))
    return torch.from_numpy(middle), torch.from_numpy(kept.astype(np.float32))
