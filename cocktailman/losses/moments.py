"""All samples together beside all photos: feature matching."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class FeatureMoments(nn.Module):
    """How far the mean features of painted drinks, and the means of their squares, are from those of photos, in
    standard deviations of the photos' (feature matching, Salimans et al., arXiv 1606.03498, section 3.1, on the moments
    that the Fréchet distance compares). What all drinks have in common and no photo has shows here and in no pair.

    A batch is too small to tell: the differences are averaged over the last batches, and only the newest passes on a
    gradient.

    features: how many there are. memory: the weight of the batches before.
    """

    def __init__(self, features: int, memory: float = 0.98) -> None:
        super().__init__()
        self.memory = memory
        self.apart: Tensor
        self.mean: Tensor
        self.square: Tensor
        for name in ("apart", "mean", "square"):  # of features, and of their squares; the latter two are of photos
            self.register_buffer(name, torch.zeros(2, features))

    def forward(self, painted: Tensor, photos: Tensor) -> Tensor:
        """Features (n, d) of drinks and (m, d) of photos."""
        painted, photos = (torch.stack([part, part.square()]) for part in (painted, photos))  # (2, n, d), (2, m, d)
        with torch.no_grad():
            self.mean.lerp_(photos.mean(1), 1 - self.memory)
            self.square.lerp_(photos.square().mean(1), 1 - self.memory)
        spread = (self.square - self.mean.square()).clamp(min=0).sqrt()  # (2, d)
        # A feature that hardly any photo has shall not outweigh all others.
        spread = spread + 0.1 * spread.mean(1, keepdim=True) + 1e-6
        apart = self.apart.lerp(painted.mean(1) - photos.mean(1), 1 - self.memory)  # (2, d)
        self.apart.copy_(apart.detach())
        return (apart / spread).square().mean()  # ()
