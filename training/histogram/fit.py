"""Counts what values are seen at each pixel, and writes the two painters that draw from them."""

from __future__ import annotations

from pathlib import Path

import torch

from cocktailman.evaluation.comparison import shrunk
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, save_network
from cocktailman.models.histogram.network import HistogramConfig, PixelHistogram
from cocktailman.renders import RENDERED
from training.datasets.pictures import read_pictures

UNIFORM, MULTINOMIAL = "uniform", "multinomial"


def fit_histograms(packed: Path, root: Path = CHECKPOINTS) -> list[Checkpoint]:
    """Writes `uniform-DOMAIN` and `multinomial-DOMAIN`, of the training split of packed photos, cut-outs or renders.

    Cut-outs are taken over grey, as those that other painters' samples are compared with.
    """
    config = HistogramConfig()
    pictures = read_pictures(packed, config.size).of("train")
    domain = RENDERED if set(pictures.table["source"]) == {RENDERED} else "photos"
    counts = value_counts(torch.from_numpy(shrunk(pictures.shown, config.size)), config.levels)
    made = []
    for name, seen in ((UNIFORM, (counts > 0).float()), (MULTINOMIAL, counts)):
        network = PixelHistogram(config)
        network.decoder.fit(seen)
        made.append(save_network(network, "histogram", f"{name}-{domain}", domain, root))
    return made


def value_counts(pixels: torch.Tensor, levels: int) -> torch.Tensor:
    """How often each place has each level, (3, size, size, levels), of uint8 pixels (n, size, size, 3)."""
    counts = torch.zeros(3, *pixels.shape[1:3], levels)
    for picture in pixels.permute(0, 3, 1, 2):  # one at a time: all at once would take gigabytes
        level = (picture.long() * levels) // 256  # (3, size, size)
        counts.scatter_add_(3, level[..., None], torch.ones(1).expand(*level.shape, 1))
    return counts
