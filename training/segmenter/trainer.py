"""The segmenter as it is trained: network, losses and optimiser in one Lightning module."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.evaluation.segmentation import intersection_over_union
from cocktailman.models.backbones import imagenet_weights
from cocktailman.models.segmenter.network import DrinkSegmenter, SegmenterConfig
from training.shared.frozen import FrozenStart
from training.shared.optimizers import adamw, annealed
from training.shared.runs import NETWORK, part_of, start_with, weights_to_start_from


class SegmenterTraining(FrozenStart):
    """The segmenter with its losses and its optimiser.

    Args:
        backbone: a timm model; it starts from ImageNet's weights.
        size: px, the side of what it sees.
        width: channels of the pyramid.
        dice_weight: of the soft Dice loss beside the binary cross-entropy.
        learning_rate: of AdamW for the pyramid, at its peak; it falls to 0 along a cosine.
        backbone_rate: the share of it that the backbone learns at.
        start_from: folder of a run or a checkpoint of a segmenter, whose weights it starts from instead.
        frozen_stages: the stem and as many stages keep ImageNet's weights, which spares the way back through them.
    """

    kind = "segmenter"

    def __init__(
        self,
        backbone: str = "tf_efficientnet_lite0",
        size: int = 224,
        width: int = 48,
        dice_weight: float = 0.5,
        learning_rate: float = 2e-3,
        backbone_rate: float = 0.25,
        frozen_stages: int = 2,
        start_from: Path | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.dice_weight, self.learning_rate, self.backbone_rate = dice_weight, learning_rate, backbone_rate
        self.network = DrinkSegmenter(SegmenterConfig(backbone, size, width))
        layers = self.network.backbone
        if start_from:
            start_with(self.network, part_of(weights_to_start_from(start_from), NETWORK))
        else:
            layers.load_state_dict(imagenet_weights(backbone), strict=False)
        self.freeze(layers, frozen_stages)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def training_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> Tensor:
        image, matte = batch
        logits = self.network(image.contiguous(memory_format=torch.channels_last)).float()
        losses = {"bce": F.binary_cross_entropy_with_logits(logits, matte), "dice": dice_loss(logits, matte)}
        self.log_dict({f"train/{name}": value for name, value in losses.items()}, on_step=False, on_epoch=True)
        return losses["bce"] + self.dice_weight * losses["dice"]

    def validation_step(self, batch: tuple[Tensor, Tensor], batch_idx: int) -> None:
        image, matte = batch
        found = self.network.matte(image)  # (n, size, size)
        pairs = zip(found.cpu().numpy(), matte.squeeze(1).cpu().numpy(), strict=True)
        iou = sum(intersection_over_union(*pair) for pair in pairs) / len(image)
        self.log("validation/iou", iou, prog_bar=True, batch_size=len(image))
        self.log("validation/mae", (found - matte.squeeze(1)).abs().mean(), batch_size=len(image))

    def configure_optimizers(self):
        return annealed(self, adamw(self.network, self.learning_rate, 1e-2, "backbone", self.backbone_rate))


def dice_loss(logits: Tensor, matte: Tensor) -> Tensor:
    """One less the soft Dice coefficient (V-Net, Milletari et al., arXiv 1606.04797), mean over pictures.

    Both (n, 1, h, w). 1 is added above and below the fraction: a photo without a drink asks for an empty matte.
    """
    found = torch.sigmoid(logits)
    shared = (found * matte).sum((1, 2, 3))
    return (1 - (2 * shared + 1) / (found.sum((1, 2, 3)) + matte.sum((1, 2, 3)) + 1)).mean()  # ()
