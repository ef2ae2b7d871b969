"""What kinds of model there are and what each can do: a kind is declared here, once, and everybody else asks.

How a kind is trained, exported and measured is training's side of it: `training/kinds.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import Any

from cocktailman.errors import InputError


class Can(Enum):
    """What a model can do; the value says it of a model."""

    PAINT = "paints"  # `network.decoder(style, recipe)` gives images
    ENCODE = "reads styles"  # `network.encode(image, recipe)` gives mean and log-variance of styles
    DRIVE = "paints in browsers"  # its decoder is a `RecipeDecoder`, which is folded and becomes an ONNX file
    DETECT = "finds drinks"
    RECOGNISE = "names ingredients"
    SEGMENT = "cuts drinks out"
    STYLISE = "paints pictures in the look of others"
    TRANSLATE = "turns photos into renders and back"
    EMBED = "places pictures and sentences in one space"
    RATE = "tells what is no drink"
    INVENT = "invents recipes"
    EDIT = "changes one factor of a drink"


@dataclass(frozen=True)
class Kind:
    """A kind of model. Its classes are named with dots and imported as they are needed: some bring much along.

    network: made of one `config`, which it keeps as `network.config`; a `PyTorchModelHubMixin`. config: a dataclass
    with `size`, and of painters `recipe_dim` and `style_dim`, which is 0 where there are no styles. editor: the
    `Editor` that edits with such a network, of kinds that edit.
    """

    name: str  # as in checkpoint.json
    label: str  # as a person calls it
    config: str
    network: str
    abilities: frozenset[Can]
    editor: str = ""

    def can(self, ability: Can) -> bool:
        return ability in self.abilities

    def config_class(self) -> type[Any]:
        return imported(self.config)

    def network_class(self) -> type[Any]:
        return imported(self.network)

    def editor_class(self) -> type[Any]:
        return imported(self.editor)


def _of_ours(name: str, label: str, config: str, network: str, *abilities: Can, editor: str = "") -> Kind:
    room = f"cocktailman.models.{name}.network"
    edits = editor and f"cocktailman.inference.{editor}"
    return Kind(name, label, f"{room}.{config}", f"{room}.{network}", frozenset(abilities), edits)


KINDS: dict[str, Kind] = {  # in the order in which they are offered
    kind.name: kind
    for kind in (
        _of_ours("cidvae", "C-IDVAE", "CIDVAEConfig", "CIDVAE", Can.PAINT, Can.ENCODE, Can.DRIVE),
        _of_ours("cvae", "CVAE", "CVAEConfig", "CVAE", Can.PAINT, Can.ENCODE, Can.DRIVE),
        _of_ours("detector", "detector", "DetectorConfig", "DrinkDetector", Can.DETECT),
        _of_ours("classifier", "classifier", "ClassifierConfig", "DrinkClassifier", Can.RECOGNISE),
        _of_ours("segmenter", "segmenter", "SegmenterConfig", "DrinkSegmenter", Can.SEGMENT),
        _of_ours("adain", "AdaIN", "AdaINConfig", "AdaIN", Can.STYLISE),
        _of_ours("cyclegan", "CycleGAN", "CycleGANConfig", "CycleGAN", Can.TRANSLATE),
        _of_ours("histogram", "pixel by pixel", "HistogramConfig", "PixelHistogram", Can.PAINT),
        _of_ours("embedder", "embedder", "EmbedderConfig", "Embedder", Can.EMBED),
        _of_ours("neighbours", "nearest neighbours", "NeighboursConfig", "DrinkNeighbours", Can.RATE),
        _of_ours("autoencoder", "autoencoder", "AutoencoderConfig", "DrinkAutoencoder", Can.RATE),
        _of_ours("pairnet", "pair network", "PairNetConfig", "PairNet", Can.EDIT, editor="pair_editor.PairEditor"),
        _of_ours("flow", "rectified flow", "FlowConfig", "Flow", Can.EDIT, editor="flow_editor.FlowEditor"),
        _of_ours("recipetree", "tree of recipes", "RecipeTreeConfig", "RecipeTree", Can.INVENT),
    )
}


def kind_of(name: str) -> Kind:
    """The kind of this name; raises `InputError` that names those there are."""
    if name not in KINDS:
        raise InputError(f"unknown kind of model {name[:40]!r}: choose one of {', '.join(KINDS)}")
    return KINDS[name]


def kinds_that(ability: Can) -> list[str]:
    """The names of the kinds that can do something, in the order in which they are offered."""
    return [kind.name for kind in KINDS.values() if kind.can(ability)]


def imported(dotted: str) -> Any:
    """What a dotted name such as `cocktailman.models.cvae.network.CVAE` stands for."""
    module, _, name = dotted.rpartition(".")
    return getattr(import_module(module), name)
