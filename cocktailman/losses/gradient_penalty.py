"""A discriminator kept smooth on the data."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class GradientPenalty(nn.Module):
    """Zero-centred gradient penalty: squared norm of the gradient of the discriminator's logits with respect to pixels,
    mean over pictures (Mescheder, Geiger & Nowozin, arXiv 1801.04406, eq. 9): R1 of real pictures, R2 of painted."""

    def forward(self, logits: Tensor, images: Tensor) -> Tensor:
        """Logits (n,) of `images` (n, c, h, w), which must require their gradient."""
        (gradient,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
        return gradient.square().sum((1, 2, 3)).mean()  # ()
