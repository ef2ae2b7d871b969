"""The error of a rebuilt picture as the discriminator sees it."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class FeatureReconstruction(nn.Module):
    """Squared error of the discriminator's features of a rebuilt image and of its target, the latter of mean square 1
    (VAE/GAN, Larsen et al., arXiv 1512.09300, eq. 7)."""

    def forward(self, rebuilt: Tensor, target: Tensor) -> Tensor:
        target = target.detach()
        return F.mse_loss(rebuilt, target) / target.square().mean().clamp(min=1e-6)  # ()
