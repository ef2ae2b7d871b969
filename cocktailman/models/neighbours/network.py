"""Distance to the nearest drinks among features of a frozen network, for whole pictures.

In the spirit of PatchCore (Roth et al., arXiv 2106.08265), which does it for patches. Distances are taken in whitened
space, in which drinks spread evenly in all directions: what is odd sticks out where drinks hardly vary, as it does in
Mahalanobis' distance (Lee et al., arXiv 1807.03888).
"""

from dataclasses import dataclass

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

from cocktailman.models.embedder.towers import POOLED, SIZE, picture_features


@dataclass
class NeighboursConfig:
    """What it is built from; the defaults are those of the shipped one."""

    size: int = SIZE  # px, the side of the square it sees
    bank: int = 500  # drinks that are remembered
    neighbours: int = 5  # whose mean distance counts


class DrinkNeighbours(nn.Module, PyTorchModelHubMixin):
    """Remembered drinks `bank` (m, POOLED), whitened; `threshold` is the score from which a picture is odd."""

    middle: Tensor
    whitening: Tensor
    bank: Tensor
    threshold: Tensor

    def __init__(self, config: NeighboursConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("middle", torch.zeros(POOLED))
        self.register_buffer("whitening", torch.zeros(POOLED, POOLED))
        self.register_buffer("bank", torch.zeros(config.bank, POOLED))
        self.register_buffer("threshold", torch.tensor(0.0))

    def whiten(self, pooled: Tensor) -> Tensor:
        """Features (n, POOLED), of drinks with mean 0 and variance 1 in each direction."""
        return (pooled - self.middle) @ self.whitening

    def score_features(self, pooled: Tensor) -> Tensor:
        """How odd each picture is, (n,): the mean distance to its nearest drinks, a direction."""
        distances = torch.cdist(self.whiten(pooled), self.bank)  # (n, m)
        return distances.topk(self.config.neighbours, dim=1, largest=False).values.mean(1) / POOLED**0.5

    def score(self, image: Tensor) -> Tensor:
        """As `score_features`, of images (n, 3, size, size) in [0, 1]."""
        _, pooled = picture_features(image)
        return self.score_features(pooled)
