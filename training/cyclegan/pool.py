"""Pictures made a while ago, for a discriminator that must not forget them."""

from __future__ import annotations

import torch
from torch import Tensor


class Pool:
    """The last `size` pictures and, in place of half of what was just made, some of them (Shrivastava et al., arXiv
    1612.07828, section 2.3; Zhu et al. keep 50)."""

    def __init__(self, size: int = 50) -> None:
        self.size = size
        self.kept: list[Tensor] = []

    def exchanged(self, made: Tensor) -> Tensor:
        """As many pictures as were made (n, 3, h, w): each new one, or one of before whose place the new one takes."""
        given = []
        for picture in made.detach():
            if len(self.kept) < self.size:
                self.kept.append(picture)
            elif torch.rand(()) < 0.5:
                place = int(torch.randint(self.size, ()))
                picture, self.kept[place] = self.kept[place], picture
            given.append(picture)
        return torch.stack(given)
