"""The classifier as it is trained: network, losses and optimiser in one Lightning module."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F
from torchmetrics.classification import MulticlassAccuracy, MultilabelAveragePrecision

from cocktailman.catalog import catalog
from cocktailman.drinks import DRINKS
from cocktailman.errors import InputError
from cocktailman.models.backbones import imagenet_weights
from cocktailman.models.classifier.network import ClassifierConfig, ClassifierOutput, DrinkClassifier
from training.classifier.data import NAMELESS, DrinkBatch
from training.shared.frozen import FrozenStart
from training.shared.optimizers import adamw, annealed


class ClassifierTraining(FrozenStart):
    """The classifier with its losses and its optimiser.

    Args:
        backbone: a timm model, such as `tf_efficientnetv2_s` or `tf_efficientnet_lite2`.
        size: px, the side of the pictures.
        scratch: start from random weights instead of ImageNet's.
        start_from: a checkpoint folder of a classifier with the same backbone, whose weights it starts from instead.
        frozen_stages: the stem and as many stages keep the weights they start with, which spares most of the time.
        drinks_weight: of the error of the names, against that of the ingredients, a sum over all of them.
        smoothing: share of a name's certainty that is spread over all of them.
        mixup: alpha of the beta distribution that two pictures are mixed by (Zhang et al., arXiv 1710.09412).
        learning_rate: of AdamW for the heads, at its peak; it falls to 0 along a cosine.
        backbone_rate: the share of it that the backbone learns at.
        weight_decay: of AdamW.
    """

    kind = "classifier"

    def __init__(
        self,
        backbone: str = "tf_efficientnet_lite2",
        size: int = 160,
        scratch: bool = False,
        start_from: Path | None = None,
        frozen_stages: int = 3,
        drinks_weight: float = 1.0,
        smoothing: float = 0.1,
        mixup: float = 0.2,
        learning_rate: float = 2e-3,
        backbone_rate: float = 0.2,
        weight_decay: float = 0.02,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["start_from"])
        self.drinks_weight, self.smoothing, self.mixup = drinks_weight, smoothing, mixup
        self.learning_rate, self.backbone_rate, self.weight_decay = learning_rate, backbone_rate, weight_decay
        self.network = DrinkClassifier(ClassifierConfig(backbone, size, len(catalog().ingredients), list(DRINKS)))
        if start_from:
            self.network.load_state_dict(read_weights(start_from))
        elif not scratch:
            self.network.backbone.load_state_dict(imagenet_weights(backbone), strict=False)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.freeze(self.network.backbone, frozen_stages)
        self.mean_ap = MultilabelAveragePrecision(len(catalog().ingredients))
        self.names_right = MulticlassAccuracy(len(DRINKS), average="micro", ignore_index=NAMELESS)

    def errors(self, output: ClassifierOutput, recipe: Tensor, names: Tensor) -> dict[str, Tensor]:
        """Each term, unweighted, by name; recipe (n, n_ingredients) in [0, 1], names (n, n_drinks), rows of 0 or 1."""
        cross_entropy = F.binary_cross_entropy_with_logits(output.ingredients.float(), recipe, reduction="none")
        log_probability = F.log_softmax(output.drinks.float(), 1)
        return {
            "ingredients": cross_entropy.sum(1).mean(),
            "drinks": -(names * log_probability).sum() / len(names),
        }

    def training_step(self, batch: DrinkBatch, batch_idx: int) -> Tensor:
        image, recipe, name = batch
        names = self._smoothed(name)
        if self.mixup:
            share = float(torch.distributions.Beta(self.mixup, self.mixup).sample())
            image, recipe, names = (share * part + (1 - share) * part.flip(0) for part in (image, recipe, names))
        output = self.network(image.contiguous(memory_format=torch.channels_last))
        losses = self.errors(output, recipe, names)
        self.log_dict({f"train/{name}": value for name, value in losses.items()}, on_step=False, on_epoch=True)
        return losses["ingredients"] + self.drinks_weight * losses["drinks"]

    def _smoothed(self, name: Tensor) -> Tensor:
        """Names as shares of certainty (n, n_drinks); none for what has no name."""
        count = len(DRINKS)
        sure = F.one_hot(name.clamp(min=0), count).float()
        smooth = sure * (1 - self.smoothing) + self.smoothing / count
        return smooth * (name != NAMELESS)[:, None]

    def validation_step(self, batch: DrinkBatch, batch_idx: int) -> None:
        image, recipe, name = batch
        output = self.network(image.contiguous(memory_format=torch.channels_last))
        losses = self.errors(output, recipe, self._smoothed(name))
        self.log_dict({f"validation/{name}": value for name, value in losses.items()}, batch_size=len(image))
        self.mean_ap(output.ingredients.float(), recipe.long())
        self.names_right(output.drinks.float(), name)
        self.log("validation/mean_ap", self.mean_ap, prog_bar=True)
        self.log("validation/names_right", self.names_right, prog_bar=True)

    def configure_optimizers(self):
        return annealed(
            self, adamw(self.network, self.learning_rate, self.weight_decay, "backbone", self.backbone_rate)
        )


def read_weights(folder: Path) -> dict[str, Tensor]:
    """The weights of a classifier's checkpoint folder; raises `InputError` where there are none."""
    try:
        return load_file(folder / "model.safetensors")
    except (OSError, SafetensorError) as error:
        raise InputError(f"{folder} holds no sound model.safetensors: export a classifier there first") from error
