"""Two styles should give two pictures."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn import functional as F


class ModeSeeking(nn.Module):
    """How much farther two styles lie apart than two drinks of one recipe that are painted in them (the inverse of the
    ratio that mode-seeking GANs make large, Mao et al., arXiv 1903.05628, eq. 5). Drinks are compared by the feature
    maps of a frozen network, each place of length 1 (as in LPIPS, Zhang et al., arXiv 1801.03924, eq. 1)."""

    def forward(self, maps: Sequence[Tensor], style: Tensor) -> Tensor:
        """maps (n, c, h, w), style (n, style_dim): the second half has the recipes of the first."""
        half = len(style) // 2
        maps = [F.normalize(part.float(), dim=1) for part in maps]
        apart = sum((part[:half] - part[half : 2 * half]).square().sum(1).mean((1, 2)) for part in maps)  # (half,)
        styles_apart = (style[:half] - style[half : 2 * half]).abs().mean(1)  # (half,)
        return (styles_apart / (apart + 1e-5)).mean()  # ()
