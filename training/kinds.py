"""How each kind of model in the registry is trained, exported, measured and drawn: a new kind is one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from cocktailman.errors import InputError
from cocktailman.models.registry import imported, kind_of


@dataclass(frozen=True)
class Making:
    """Dotted names, imported as they are needed; empty where there is no such thing.

    trainer: a `KindTraining`, fitted on `data`. exporter: from a run to a checkpoint, each with arguments of its own,
    behind the `command` of this name.
    measurer: takes a checkpoint and `EvaluationData`. figures: takes a checkpoint and a folder.
    """

    trainer: str = ""
    data: str = "training.datasets.batches.PictureData"
    exporter: str = ""
    command: str = "export"
    measurer: str = ""
    figures: str = ""


_EXPORT = "training.shared.export.export_generator"
_EVALUATED = "training.evaluate.evaluate_{}".format
_painter = partial(
    Making,
    exporter=_EXPORT,
    measurer=_EVALUATED("generator"),
    figures="training.documents.pictures.write_paintings",
)

MADE: dict[str, Making] = {
    "cvae": _painter(trainer="training.cvae.trainer.CVAETraining"),
    "cidvae": _painter(trainer="training.cidvae.trainer.CIDVAETraining"),
    "detector": Making(
        exporter="training.detector.export.export_detector", command="export-detector", measurer=_EVALUATED("detector")
    ),
    "classifier": Making(
        trainer="training.classifier.trainer.ClassifierTraining",
        data="training.classifier.data.DrinkData",
        exporter="training.classifier.export.export_classifier",
        command="export-classifier",
        measurer=_EVALUATED("classifier"),
        figures="training.classifier.reliability.write_reliability",
    ),
    "segmenter": Making(
        trainer="training.segmenter.trainer.SegmenterTraining",
        data="training.segmenter.data.MatteData",
        exporter="training.segmenter.export.export_segmenter",
        command="export-segmenter",
        measurer=_EVALUATED("segmenter"),
    ),
    "adain": Making(
        trainer="training.adain.trainer.AdaINTraining",
        data="training.adain.data.StylePairs",
        exporter=_EXPORT,
        measurer=_EVALUATED("stylizer"),
    ),
    "cyclegan": Making(
        trainer="training.cyclegan.trainer.CycleGANTraining",
        data="training.cyclegan.data.UnpairedPictures",
        exporter=_EXPORT,
        measurer=_EVALUATED("translator"),
    ),
    "histogram": _painter(exporter="training.histogram.fit.fit_histograms", command="histograms"),
    "neighbours": Making(
        exporter="training.oddness.fit.fit_neighbours",
        command="neighbours",
        measurer="training.oddness.measure.measure_oddness",
    ),
    "autoencoder": Making(
        trainer="training.oddness.autoencoder.AutoencoderTraining",
        data="training.oddness.autoencoder.DrinkPictures",
        exporter="training.oddness.fit.export_autoencoder",
        command="export-autoencoder",
        measurer="training.oddness.measure.measure_oddness",
    ),
    "recipetree": Making(
        exporter="training.recipes.fit.fit_recipes",
        command="recipes",
        measurer="training.recipes.measure.measure_recipes",
    ),
    "flow": Making(
        trainer="training.flow.trainer.FlowTraining",
        data="training.flow.data.FactorData",
        exporter="training.pairnet.export.export_editor",
        measurer="training.pairnet.measure.measure_editor",
        figures="training.pairnet.sheet.write_sheet",
    ),
    "pairnet": Making(
        trainer="training.pairnet.trainer.PairNetTraining",
        data="training.pairnet.data.PairData",
        exporter="training.pairnet.export.export_editor",
        measurer="training.pairnet.measure.measure_editor",
        figures="training.pairnet.sheet.write_sheet",
    ),
    "embedder": Making(
        trainer="training.embedder.trainer.EmbedderTraining",
        data="training.embedder.data.CaptionData",
        exporter="training.embedder.export.export_embedder",
        command="export-embedder",
        measurer="training.embedder.measure.measure_embedder",
    ),
}


def making(kind: str) -> Making:
    """How a kind is made: not at all, where it is not said here."""
    return MADE.get(kind, Making())


def made(kind: str, part: str) -> Any:
    """A part of how a kind is made, such as its `exporter`; raises `InputError` where there is none."""
    name = getattr(making(kind), part)
    if not name:
        raise InputError(f"there is no {part} for a {kind_of(kind).label}: choose another model")
    return imported(name)
