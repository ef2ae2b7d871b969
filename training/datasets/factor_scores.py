"""What a network is told of the factors of renders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch
from scipy.stats import norm, rankdata
from torch import Tensor

from cocktailman.datasets import Pictures
from cocktailman.errors import InputError
from cocktailman.renders import NUMERIC, RENDERED, read_renders

LEFT_AND_RIGHT = ("camera_azimuth", "camera_roll", "light_azimuth")  # even around 0: a mirrored picture has minus them
SCORED = tuple(name for name in NUMERIC if name != "garnish_azimuth")  # which goes all around


class FactorScores:
    """The normal scores of numeric factors of renders, by van der Waerden: of the k-th smallest of n values the normal
    quantile of k / (n + 1). They are distributed as the prior of a style is.

    Raises `InputError` where the pictures are no renders, or a factor is none of `SCORED`.
    """

    def __init__(self, pictures: Pictures, factors: Sequence[str]) -> None:
        unknown = [name for name in factors if name not in SCORED]
        if unknown:
            raise InputError(f"no factor to learn is called {unknown[0][:40]!r}: choose among {', '.join(SCORED)}")
        if set(pictures.table["source"]) != {RENDERED}:
            raise InputError("of photos no factors are known: leave data.factors empty, or train on renders")
        table: pd.DataFrame = read_renders().factors.set_index("id").loc[pictures.table["file"], list(factors)]
        ranks = rankdata(table.to_numpy(float), axis=0)  # (n, factors)
        self._scores = torch.from_numpy(norm.ppf(ranks / (len(ranks) + 1)).astype(np.float32))
        self._signs = torch.tensor([-1.0 if name in LEFT_AND_RIGHT else 1.0 for name in factors])

    def of(self, row: int, mirrored: bool) -> Tensor:
        """The scores of the picture of a row, (factors,), or of that picture mirrored."""
        return self._scores[row] * self._signs if mirrored else self._scores[row]
