"""The rectified flow as it is trained: network, loss and optimiser in one Lightning module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from cocktailman.models.flow.network import Flow, FlowConfig, matching_loss
from training.flow.data import FactorBatch
from training.shared.augment_cutouts import affine_alike, mirrored_factors, mirrors
from training.shared.kind import KindTraining
from training.shared.optimizers import annealed
from training.shared.runs import NETWORK, part_of, start_with, weights_to_start_from


class FlowTraining(KindTraining):
    """The flow with its loss and its optimiser.

    Args:
        size: px, the side of the pictures.
        patch: px, the side of what becomes one place of the finest maps.
        widths: channels of the maps, from the finest on.
        factor_dropout: how often each factor is left out by itself, so that any one can be guided (Xia et al., arXiv
            2506.14399).
        all_dropout: how often all are.
        time_logit: mean of the logits of the times that are learnt from. Which glass there is, and how full it is, one
            sees through much noise: it is decided near time 1, where 0 hardly looks.
        learning_rate: of AdamW, at its peak; it falls to 0 along a cosine.
        start_from: folder of a run or a checkpoint to go on from, such as one of fewer epochs.
    """

    kind = "flow"

    def __init__(
        self,
        size: int = 64,
        patch: int = 4,
        widths: Sequence[int] = (48, 80, 112),
        factor_dropout: float = 0.15,
        all_dropout: float = 0.1,
        time_logit: float = 1.0,
        learning_rate: float = 1e-3,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.factor_dropout, self.all_dropout = factor_dropout, all_dropout
        self.time_logit, self.learning_rate = time_logit, learning_rate
        self.network = Flow(FlowConfig(size, patch, list(widths)))
        if start_from:
            start_with(self.network, part_of(weights_to_start_from(start_from), NETWORK))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def training_step(self, batch: FactorBatch, batch_idx: int) -> Tensor:
        pictures, numbers, known = batch
        mirrored = mirrors(numbers)
        (image,) = affine_alike([pictures.float() / 255], mirrored, smallest=0.85)
        kept = (torch.rand_like(known) >= self.factor_dropout) & (torch.rand_like(known[:, :1]) >= self.all_dropout)
        image = (image * 2 - 1).contiguous(memory_format=torch.channels_last)
        loss = matching_loss(self.network, image, mirrored_factors(numbers, mirrored), known * kept, self.time_logit)
        self.log("train/velocity", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: FactorBatch, batch_idx: int) -> None:
        pictures, numbers, known = batch
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(batch_idx)  # the same noise after each epoch
            loss = matching_loss(self.network, pictures.float() / 127.5 - 1, numbers, known, self.time_logit)
        self.log("validation/velocity", loss, prog_bar=True, batch_size=len(pictures))

    def configure_optimizers(self):
        return annealed(self, torch.optim.AdamW(self.network.parameters(), self.learning_rate, weight_decay=1e-2))
