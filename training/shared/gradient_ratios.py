"""Losses weighed by their gradients at the pixels that a network painted."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

WEIGHED_EVERY, MEMORY = 32, 0.5  # steps between measurements of gradient norms, and the share of earlier ones


class GradientRatios(nn.Module):
    """Adaptive loss weights (Esser et al., arXiv 2012.09841, eq. 7): the gradient of each loss at the pixels is scaled
    to so many times that of the first loss, whose weight is 1.

    ratio: of the losses after the first, by name, in the order in which they come.
    """

    def __init__(self, ratio: Mapping[str, float]) -> None:
        super().__init__()
        self.ratio = dict(ratio)
        self.norms: Tensor
        self.register_buffer("norms", torch.zeros(1 + len(self.ratio)))  # of gradients: of the first, then as `ratio`

    def gradient(self, losses: Mapping[str, Tensor], pixels: Tensor, step: int, warm: float = 1.0) -> Tensor:
        """The gradient of all losses at `pixels`, which they were computed of; `warm` is what all but the first are
        multiplied by. Some of the last may be missing."""
        if step % WEIGHED_EVERY == 0:
            self._measure(losses, pixels)
        ratios = torch.tensor([1.0, *(self.ratio[name] for name in losses if name in self.ratio)]).to(self.norms)
        weights = ratios * self.norms[0] / (self.norms[: len(losses)] + 1e-12)
        weights[1:] *= warm
        weighed = sum(weight * loss for weight, loss in zip(weights, losses.values(), strict=True))
        return torch.autograd.grad(weighed, pixels, retain_graph=True)[0].nan_to_num()  # type: ignore[arg-type]

    def _measure(self, losses: Mapping[str, Tensor], pixels: Tensor) -> None:
        """Running means of the norms of the losses' gradients at `pixels`."""
        for place, loss in enumerate(losses.values()):
            norm = torch.autograd.grad(loss, pixels, retain_graph=True)[0].nan_to_num().norm()
            self.norms[place] = torch.lerp(norm, self.norms[place], MEMORY) if self.norms[place] else norm
