"""Optimisers as Lightning wants them, with learning rates that fall over the steps of the whole training."""

from __future__ import annotations

import lightning as L
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.optim import AdamW, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler


def annealed(training: L.LightningModule, optimizer: Optimizer) -> OptimizerLRSchedulerConfig:
    """Cosine annealing to 0 (Loshchilov & Hutter, arXiv 1608.03983, without restarts)."""
    return each_step(optimizer, CosineAnnealingLR(optimizer, int(training.trainer.estimated_stepping_batches)))


def each_step(optimizer: Optimizer, schedule: LRScheduler) -> OptimizerLRSchedulerConfig:
    """An optimiser whose schedule moves at each step."""
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def adamw(network: nn.Module, learning_rate: float, weight_decay: float, slow: str, share: float) -> AdamW:
    """AdamW of what is not frozen; the part of the network named `slow` learns at a share of the rate."""
    learning = [(name, weights) for name, weights in network.named_parameters() if weights.requires_grad]
    groups = [
        {"params": [weights for name, weights in learning if not name.startswith(f"{slow}.")]},
        {"params": [weights for name, weights in learning if name.startswith(f"{slow}.")], "lr": learning_rate * share},
    ]
    return AdamW(groups, learning_rate, weight_decay=weight_decay)
