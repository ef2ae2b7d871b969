"""Trainings that start from a backbone's pretrained weights, and leave its first stages as they are."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from training.shared.kind import KindTraining


class FrozenStart(KindTraining):
    """A training in which some layers keep the weights, and the statistics, they start with."""

    frozen: Sequence[nn.Module] = ()

    def freeze(self, backbone: nn.Module, stages: int) -> None:
        """Freezes the stem and the first stages of an EfficientNet of timm; none of it where `stages` is 0."""
        self.frozen = [backbone.conv_stem, backbone.bn1, *backbone.blocks[:stages]] if stages else []  # type: ignore[index]
        for layer in self.frozen:
            layer.requires_grad_(False)

    def on_train_epoch_start(self) -> None:
        for layer in self.frozen:
            layer.eval()  # a mode of training would move the statistics of batch normalisation
