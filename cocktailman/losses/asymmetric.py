"""Labels of which many are missing."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class AsymmetricLoss(nn.Module):
    """Asymmetric loss for multi-label classification (Ridnik et al., arXiv 2009.14119, eq. 7), summed over labels.

    A negative of which the network is nearly sure weighs less, by `focus`, and one below `margin` nothing: labels that
    are missing do less harm. With both 0 it is binary cross-entropy, and takes targets anywhere in [0, 1].
    """

    def __init__(self, focus: float = 2.0, margin: float = 0.05) -> None:
        super().__init__()
        self.focus, self.margin = focus, margin

    def forward(self, logits: Tensor, target: Tensor) -> Tensor:
        """logits and target (n, n_labels); returns ()."""
        if not self.focus and not self.margin:
            return F.binary_cross_entropy_with_logits(logits, target, reduction="none").sum(1).mean()
        wrongly = (torch.sigmoid(logits) - self.margin).clamp(min=0)  # what is left of a negative's probability
        positive = target * F.logsigmoid(logits)
        negative = (1 - target) * wrongly**self.focus * torch.log1p(-wrongly)
        return -(positive + negative).sum(1).mean()
