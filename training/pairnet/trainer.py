"""The pair network as it is trained: network, loss and optimiser in one Lightning module."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from cocktailman.models.pairnet.network import PairNet, PairNetConfig
from training.pairnet.data import Pair
from training.shared.augment_cutouts import affine_alike, color_jitter_alike, mirrored_factors, mirrors
from training.shared.kind import KindTraining
from training.shared.optimizers import annealed
from training.shared.runs import NETWORK, part_of, weights_to_start_from


class PairNetTraining(KindTraining):
    """The pair network with its loss and its optimiser.

    Args:
        size: px, the side of the pictures.
        patch: px, the side of what becomes one place of the finest maps.
        widths: channels of the maps, from the finest on.
        factor_dropout: how often each factor of the picture before is not told.
        all_dropout: how often none is, as with a photo.
        tint: the most that the colours of both pictures are changed by, as a share.
        learning_rate: of AdamW, at its peak; it falls to 0 along a cosine.
        start_from: folder of a run or a checkpoint to go on from, such as one of fewer scenes.
    """

    kind = "pairnet"

    def __init__(
        self,
        size: int = 64,
        patch: int = 2,
        widths: Sequence[int] = (24, 48, 96),
        factor_dropout: float = 0.2,
        all_dropout: float = 0.2,
        tint: float = 0.1,
        learning_rate: float = 1e-3,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.factor_dropout, self.all_dropout, self.tint = factor_dropout, all_dropout, tint
        self.learning_rate = learning_rate
        self.network = PairNet(PairNetConfig(size, patch, list(widths)))
        if start_from:
            self.network.load_state_dict(part_of(weights_to_start_from(start_from), NETWORK))
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def training_step(self, batch: Pair, batch_idx: int) -> Tensor:
        first, second, before, after, differ = batch
        mirrored = mirrors(before)
        augmented = affine_alike([first.float() / 255, second.float() / 255], mirrored, smallest=0.7)
        image, truth = color_jitter_alike(augmented, self.tint)
        known = torch.rand_like(differ) >= self.factor_dropout
        known = (known & (torch.rand_like(differ[:, :1]) >= self.all_dropout)).float()
        condition = (mirrored_factors(before, mirrored), known), (mirrored_factors(after, mirrored), differ)
        made = self.network(image.contiguous(memory_format=torch.channels_last), *condition)
        loss = unexplained(made.float(), truth, image)
        self.log("train/unexplained", loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch: Pair, batch_idx: int) -> None:
        first, second, before, after, differ = batch
        image, truth = first.float() / 255, second.float() / 255
        made = self.network.edited(image, (before, torch.ones_like(differ)), (after, differ))
        self.log("validation/unexplained", unexplained(made, truth, image), batch_size=len(first))
        self.log("validation/mae", (made - truth).abs().mean(), prog_bar=True, batch_size=len(first))
        self.log("validation/mae_of_copying", (image - truth).abs().mean(), batch_size=len(first))

    def configure_optimizers(self):
        return annealed(self, torch.optim.AdamW(self.network.parameters(), self.learning_rate, weight_decay=1e-2))


def unexplained(made: Tensor, truth: Tensor, image: Tensor) -> Tensor:
    """The squared error of each picture as a share of that of copying, mean over pictures, (): a change of light counts
    as much as that of the glass, which is ten times as large.

    Of a change that can hardly be seen it is a share of 0.0003, the square of 0.017.
    """
    error, change = ((other - truth).square().mean((1, 2, 3)) for other in (made, image))  # (n,) each
    return (error / change.clamp(min=3e-4)).mean()
