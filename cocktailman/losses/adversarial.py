"""What an encoder that is the discriminator, and a decoder that is the generator, make small."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Error = Literal["bce", "mse"]


class Verdict(nn.Module):
    """Error of the logits `real` (n, ...), where all images are real (1) or none is (0).

    Binary cross-entropy (Goodfellow et al., arXiv 1406.2661) or squared error (LSGAN, Mao et al., arXiv 1611.04076).
    """

    def __init__(self, error: Error = "bce") -> None:
        super().__init__()
        self.error = {"bce": F.binary_cross_entropy_with_logits, "mse": F.mse_loss}[error]

    def forward(self, real: Tensor, truth: float) -> Tensor:
        return self.error(real, torch.full_like(real, truth))  # ()


class DiscriminatorLoss(nn.Module):
    """The encoder as a discriminator: photos are real; not real, in equal parts, is what was rebuilt, what was
    sampled, and photos beside a recipe that is not theirs (Reed et al., arXiv 1605.05396, algorithm 1)."""

    def __init__(self, error: Error = "bce") -> None:
        super().__init__()
        self.verdict = Verdict(error)

    def forward(self, photos: Tensor, fakes: list[Tensor]) -> Tensor:
        """Logits (n,) of photos and of each kind of fake."""
        return self.verdict(photos, 1) + torch.stack([self.verdict(fake, 0) for fake in fakes]).mean()  # ()


class GeneratorLoss(nn.Module):
    """The decoder as a generator: what it paints should be taken for real (the non-saturating form)."""

    def __init__(self, error: Error = "bce") -> None:
        super().__init__()
        self.verdict = Verdict(error)

    def forward(self, painted: Tensor) -> Tensor:
        return self.verdict(painted, 1)  # ()
