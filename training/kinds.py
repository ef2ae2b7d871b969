"""How each kind of model in the registry is trained, exported, measured and drawn: a new kind is one entry here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cocktailman.errors import InputError
from cocktailman.models.registry import imported, kind_of


@dataclass(frozen=True)
class Making:
    """Dotted names, imported as they are needed; empty where there is no such thing.

    trainer: a `KindTraining`, fitted on `data`. exporter: from a run to a checkpoint, each with arguments of its own.
    measurer: takes a checkpoint and `EvaluationData`. figures: takes a checkpoint and a folder.
    """

    trainer: str = ""
    data: str = "training.datasets.batches.PictureData"
    exporter: str = ""
    measurer: str = ""
    figures: str = ""


_EXPORT, _PAINTINGS = "training.shared.export", "training.documents.pictures.write_paintings"
_EVALUATED = "training.evaluate.evaluate_{}".format

MADE: dict[str, Making] = {
    "cvae": Making(
        trainer="training.cvae.trainer.CVAETraining",
        exporter=f"{_EXPORT}.export_generator",
        measurer=_EVALUATED("generator"),
        figures=_PAINTINGS,
    ),
    "cidvae": Making(
        trainer="training.cidvae.trainer.CIDVAETraining",
        exporter=f"{_EXPORT}.export_generator",
        measurer=_EVALUATED("generator"),
        figures=_PAINTINGS,
    ),
    "detector": Making(exporter=f"{_EXPORT}.export_detector", measurer=_EVALUATED("detector")),
    "classifier": Making(
        trainer="training.classifier.trainer.ClassifierTraining",
        data="training.classifier.data.DrinkData",
        exporter=f"{_EXPORT}.export_classifier",
        measurer=_EVALUATED("classifier"),
        figures="training.classifier.reliability.write_reliability",
    ),
    "segmenter": Making(
        trainer="training.segmenter.trainer.SegmenterTraining",
        data="training.segmenter.data.MatteData",
        exporter=f"{_EXPORT}.export_segmenter",
        measurer=_EVALUATED("segmenter"),
    ),
    "adain": Making(
        trainer="training.adain.trainer.AdaINTraining",
        data="training.adain.data.StylePairs",
        exporter=f"{_EXPORT}.export_generator",
        measurer=_EVALUATED("stylizer"),
    ),
    "cyclegan": Making(
        trainer="training.cyclegan.trainer.CycleGANTraining",
        data="training.cyclegan.data.UnpairedPictures",
        exporter=f"{_EXPORT}.export_generator",
        measurer=_EVALUATED("translator"),
    ),
    "histogram": Making(
        exporter="training.histogram.fit.fit_histograms",
        measurer=_EVALUATED("generator"),
        figures=_PAINTINGS,
    ),
    "neighbours": Making(
        exporter="training.oddness.fit.fit_neighbours",
        measurer="training.oddness.measure.measure_oddness",
    ),
    "autoencoder": Making(
        trainer="training.oddness.autoencoder.AutoencoderTraining",
        data="training.oddness.autoencoder.DrinkPictures",
        exporter="training.oddness.fit.export_autoencoder",
        measurer="training.oddness.measure.measure_oddness",
    ),
    "recipetree": Making(
        exporter="training.recipes.fit.fit_recipes",
        measurer="training.recipes.measure.measure_recipes",
    ),
    "embedder": Making(
        trainer="training.embedder.trainer.EmbedderTraining",
        data="training.embedder.data.CaptionData",
        exporter="training.embedder.export.export_embedder",
        measurer="training.embedder.measure.measure_embedder",
    ),
}


def made(kind: str, part: str) -> Any:
    """A part of how a kind is made, such as its `exporter`; raises `InputError` where there is none."""
    name = getattr(MADE.get(kind, Making()), part)
    if not name:
        raise InputError(f"there is no {part} for a {kind_of(kind).label}: choose another model")
    return imported(name)
