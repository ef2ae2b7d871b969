"""A discriminator kept smooth on the data."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GradientPenalty(nn.Module):
    """R1: squared norm of the gradient of the verdict on photos with respect to their pixels, mean over photos
    (Mescheder, Geiger & Nowozin, arXiv 1801.04406, eq. 9)."""

    def forward(self, real: Tensor, photos: Tensor) -> Tensor:
        """Logits (n,) of `photos` (n, 3, h, w), which must require their gradient."""
        (gradient,) = torch.autograd.grad(real.sum(), photos, create_graph=True)
        return gradient.square().sum((1, 2, 3)).mean()  # ()
