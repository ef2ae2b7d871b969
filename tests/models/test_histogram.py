"""Pixel by pixel: what is drawn is what was seen there, as often or each value once."""

import numpy as np
import torch

from cocktailman.models.histogram.network import HistogramConfig, PixelHistogram
from training.histogram.fit import value_counts

SEEN = np.concatenate([np.full((3, 8, 8, 3), 40, np.uint8), np.full((1, 8, 8, 3), 200, np.uint8)])


def drawn(counts: torch.Tensor) -> np.ndarray:
    network = PixelHistogram(HistogramConfig(size=8))
    network.decoder.fit(counts)
    styles = torch.linspace(-3, 3, 60)[:, None]
    pictures = network.decoder(styles, torch.zeros(60, 63))
    assert torch.equal(pictures[:3], network.decoder(styles[:3], torch.ones(3, 63)))  # the style alone decides
    assert not torch.equal(pictures[0], pictures[1])
    return (pictures.numpy() * 16).astype(int)


def test_multinomial_draws_as_often_as_seen_and_uniform_each_once() -> None:
    counts = value_counts(torch.from_numpy(SEEN), 16)
    assert counts.sum() == SEEN.size and counts[0, 0, 0, 40 // 16] == 3
    for how, share in ((counts, 0.75), ((counts > 0).float(), 0.5)):
        levels = drawn(how)
        assert set(np.unique(levels)) == {40 // 16, 200 // 16}
        assert abs((levels == 40 // 16).mean() - share) < 0.02
