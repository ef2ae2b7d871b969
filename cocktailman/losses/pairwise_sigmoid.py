"""Which sentence is true of which picture, each pair for itself."""

import torch
from torch import Tensor
from torch.nn import functional as F


class PairwiseSigmoid:
    """The pairwise sigmoid loss of SigLIP (Zhai et al., arXiv 2303.15343), where a sentence may be true of several.

    SigLIP takes each picture's own caption as the one that is true; here the truth of every pair is given, and pairs
    of which it is not known are left out.
    """

    def __call__(self, logits: Tensor, true: Tensor, known: Tensor) -> Tensor:
        """(), from logits (n, C) and bools (n, C): the mean over sentences of what each costs."""
        each = F.binary_cross_entropy_with_logits(logits, true.to(logits.dtype), reduction="none") * known
        return (each.sum(0) / known.sum(0).clamp(min=1)).sum() / torch.clamp(known.any(0).sum(), min=1)
