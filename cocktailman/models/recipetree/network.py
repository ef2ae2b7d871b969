"""Attributes of drinks as a tree, in which each depends on its parent alone; by maximum likelihood, smoothed.

Where every attribute hangs on one, the class, it is naive Bayes; where the tree is the one of the largest mutual
information, it is Chow & Liu's (IEEE Transactions on Information Theory 14, 1968), the best of all trees. Whatever is
given, the rest follows exactly by Bayes' rule: messages from the leaves to the root, then a draw from the root to the
leaves (Pearl, 1982).
"""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn

Rows = npt.NDArray[np.int64]  # attributes (n, variables) as positions among their values; `MISSING` where not known
Messages = npt.NDArray[np.float64]

MISSING = -1
IMPOSSIBLE = -60.0  # a log-probability that half precision holds, of values that a variable does not have


@dataclass
class RecipeTreeConfig:
    """names: of the variables, in an order in which parents come first; values: of each; parents: -1 of the root."""

    names: list[str] = field(default_factory=lambda: ["spirit"])
    values: list[list[str]] = field(default_factory=lambda: [["none"]])
    parents: list[int] = field(default_factory=lambda: [-1])
    size: int = 0  # px: it paints nothing


class RecipeTree(nn.Module, PyTorchModelHubMixin):
    """`table` (variables, most, most): log-probabilities of values, given the parent's, [variable, parent's, own].

    Those of the root are in the row of the parent's value 0.
    """

    table: Tensor

    def __init__(self, config: RecipeTreeConfig) -> None:
        super().__init__()
        self.config = config
        most = max(map(len, config.values))
        self.register_buffer("table", torch.full((len(config.names), most, most), IMPOSSIBLE))

    def log_likelihood(self, rows: Rows) -> npt.NDArray[np.float64]:
        """The log-probability of what is known of each row, (n,)."""
        return self._upward(rows)[1]

    def sample(self, given: Rows, rng: np.random.Generator) -> Rows:
        """Rows drawn from the distribution that is left once what is known of each row is given."""
        table, (inward, _) = self._table(), self._upward(given)
        drawn = np.empty_like(given)
        for place, parent in enumerate(self.config.parents):
            above = drawn[:, parent] if parent >= 0 else np.zeros(len(given), np.int64)
            scores = table[place][above] + inward[place]  # (n, most)
            drawn[:, place] = (scores + rng.gumbel(size=scores.shape)).argmax(1)  # a draw by their probabilities
        return drawn

    def _upward(self, rows: Rows) -> tuple[Messages, npt.NDArray[np.float64]]:
        """What lies below each variable says of it, [variable, row, value]; and the log-likelihood of each row."""
        table = self._table()
        inward = np.zeros((len(table), len(rows), table.shape[1]))
        for place in reversed(range(len(table))):
            known = rows[:, place] != MISSING
            inward[place, known] = np.where(
                np.arange(table.shape[1]) == rows[known, place, None], inward[place, known], -np.inf
            )
            parent = self.config.parents[place]
            outward = np.logaddexp.reduce(table[place][None] + inward[place][:, None], axis=2)  # (n, parent's values)
            if parent < 0:
                return inward, outward[:, 0]
            inward[parent] += outward
        raise ValueError("the first variable of a tree has no parent")

    def _table(self) -> npt.NDArray[np.float64]:
        """Normalised anew: half precision takes a thousandth here and there."""
        table = self.table.double().numpy()
        for place, values in enumerate(self.config.values):
            table[place, :, len(values) :] = -np.inf
        return table - np.logaddexp.reduce(table, axis=2, keepdims=True)
