"""How different pictures look, by a learned distance such as LPIPS (Zhang et al., arXiv 1801.03924)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np
import torch
from torch import Tensor

from cocktailman.evaluation.metrics import Estimate, bootstrap

Distance = Callable[[Tensor, Tensor], Tensor]  # of two batches (n, 3, h, w) in [0, 1]: (n,), 0 where they are the same
BATCH = 64


def perceptual_distances(pictures: np.ndarray, targets: np.ndarray, distance: Distance) -> np.ndarray:
    """The distance of each picture from its target, (n,); both uint8, (n, h, w, 3)."""
    with torch.inference_mode():
        parts = [
            distance(_tensor(pictures[start : start + BATCH]), _tensor(targets[start : start + BATCH])).numpy()
            for start in range(0, len(pictures), BATCH)
        ]
    return np.concatenate(parts)


def diversity(drawn: Mapping[str, np.ndarray], real: Mapping[str, np.ndarray], distance: Distance) -> Estimate:
    """How much the drawn pictures of a recipe differ from each other, as a share of how much its real ones do.

    Each maps recipes to pictures, uint8, (n, h, w, 3), at least two. The mean distance over all pairs of a recipe
    (Zhu et al., arXiv 1711.11586, section 4) is divided by that of its real pictures; value and interval are over
    recipes, the count is that of the drawn pictures.
    """
    shares = [_spread(pictures, distance) / _spread(real[recipe], distance) for recipe, pictures in drawn.items()]
    return replace(bootstrap(np.array(shares)), count=sum(map(len, drawn.values())))


def _spread(pictures: np.ndarray, distance: Distance) -> float:
    first, second = np.array(list(combinations(range(len(pictures)), 2))).T
    return float(perceptual_distances(pictures[first], pictures[second], distance).mean())


def _tensor(pictures: np.ndarray) -> Tensor:
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255
