"""The error of a rebuilt picture, pixel by pixel."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F


class Reconstruction(nn.Module):
    """Pixel error of images in [0, 1], mean over pixels: squared (a Gaussian likelihood) or absolute (a Laplacian)."""

    def __init__(self, error: str = "mse") -> None:
        super().__init__()
        self.error = {"mse": F.mse_loss, "mae": F.l1_loss}[error]

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        return self.error(image, target)  # ()


class EdgeLoss(nn.Module):
    """Absolute error of the differences between neighbouring pixels (Mathieu et al., arXiv 1511.05440, eq. 6)."""

    def forward(self, image: Tensor, target: Tensor) -> Tensor:
        difference = image - target  # (n, 3, h, w)
        across = difference.diff(dim=3).abs().mean()
        down = difference.diff(dim=2).abs().mean()
        return across + down  # ()
