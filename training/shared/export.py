"""A finished run becomes a checkpoint that ships."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import torch
import yaml

from cocktailman.catalog import catalog
from cocktailman.drinks import DRINKS
from cocktailman.errors import InputError
from cocktailman.evaluation.detection import detect_all
from cocktailman.inference.recogniser import Detector
from cocktailman.latent.regressor import FILE as REGRESSOR
from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.classifier.network import ClassifierConfig, DrinkClassifier
from cocktailman.models.detector.network import DetectorConfig, DrinkDetector
from cocktailman.models.registry import kind_of
from cocktailman.models.segmenter.network import DrinkSegmenter, SegmenterConfig
from training.classifier.calibration import calibrate, predict_validation
from training.classifier.trainer import read_weights
from training.datasets.pictures import read_pictures
from training.detector.data import photos_with_boxes
from training.detector.pretrained import weights_of
from training.detector.threshold import choose_threshold
from training.shared.run_curves import replace_curves
from training.shared.runs import kind_of_run, last_of
from training.shared.style_moments import style_moments


def export_generator(
    run: Path,
    name: str,
    domain: str,
    root: Path,
    packed: Path | None = None,
    truncation: float = 1.0,
    kind: str | None = None,
) -> Checkpoint:
    """Writes the averaged weights of `run` (its newest checkpoints/last*.ckpt) as checkpoint `name`.

    With the packed pictures at hand, styles are measured anew so that those of the training split have mean 0 and
    standard deviation 1 in each dimension, as the prior has: see `CVAE.rescale_style`.

    truncation: factor of the standard deviation that samples are drawn with (the truncation trick, Brock, Donahue &
    Simonyan, arXiv 1809.11096, section 3.1): below 1 they vary less than in training, above 1 more, and each is a
    little less certain.

    kind: of a run from before runs said so themselves.

    Raises `InputError` where there is no such run, or it does not say of what kind it is.
    """
    chosen, weights = last_of(run)
    made = kind_of(kind or kind_of_run(run))
    config = made.config_class()
    given = {field.name: chosen[field.name] for field in fields(config) if field.name in chosen}
    network = made.network_class()(config(**given))
    network.load_state_dict(weights)
    if packed:
        network.rescale_style(*style_moments(network.eval(), read_pictures(packed, network.config.size).of("train")))
    if truncation != 1:
        dims = network.config.style_dim
        network.rescale_style(torch.zeros(dims), torch.full((dims,), truncation))
    checkpoint = save_network(network, made.name, name, domain, root)
    (checkpoint.folder / REGRESSOR).unlink(missing_ok=True)  # it was fitted for the weights before
    replace_curves(run, checkpoint.folder)
    return checkpoint


def export_classifier(
    run: Path, name: str, augmentations: Sequence[Path], size: int | None, averaged: Path | None, root: Path
) -> Checkpoint:
    """Writes the averaged weights of a classifier's run as checkpoint `name`; raises as `export_generator` does.

    With `averaged`, the folder of another classifier of the same make, they are averaged with its weights (a model
    soup: Wortsman et al., arXiv 2203.05482).

    They are calibrated on the validation photos, with test-time `augmentations` (see `predict_validation`), at
    `size` px (by default that of the training): a little larger suits a network that was trained on random crops
    (Touvron et al., arXiv 1906.06423).
    """
    chosen, weights = last_of(run)
    seen_at: int = size or chosen["size"]
    network = DrinkClassifier(ClassifierConfig(chosen["backbone"], seen_at, len(catalog().ingredients), list(DRINKS)))
    if averaged:
        other = read_weights(averaged)
        weights = {key: (value + other[key].to(value.dtype)) / 2 for key, value in weights.items()}
    network.load_state_dict(weights)
    calibrate(network, predict_validation(network.eval(), augmentations))
    return save_network(network, "classifier", name, "photos", root)


def export_segmenter(run: Path, name: str, root: Path) -> Checkpoint:
    """Writes the weights of a segmenter's run as checkpoint `name`; raises as `export_generator` does."""
    chosen, weights = last_of(run)
    network = DrinkSegmenter(SegmenterConfig(chosen["backbone"], chosen["size"], chosen["width"]))
    network.load_state_dict(weights)
    checkpoint = save_network(network.eval(), "segmenter", name, "photos", root)
    replace_curves(run, checkpoint.folder)
    return checkpoint


def export_detector(run: Path, photos: Path, name: str, size: int | None, root: Path) -> Checkpoint:
    """Writes the best weights of a detector's run as checkpoint `name`, its threshold chosen on validation photos.

    size: px, the longer side of what it looks at, by default that of its training.

    Raises `InputError` where there is no such run, or where the photos and their boxes are missing.
    """
    best = run / "weights" / "best.pt"
    if not best.exists():
        raise InputError(f"{run} holds no weights/best.pt: name the folder of a run, such as runs/detector")
    truth = photos_with_boxes(photos, "validation")  # read first: nothing is written where they are missing
    chosen = yaml.safe_load((run / "args.yaml").read_text("utf-8"))
    network = DrinkDetector(DetectorConfig(Path(chosen["model"]).stem, size or chosen["imgsz"]))
    network.yolo.load_state_dict(weights_of(best))
    saved = save_network(network, "detector", name, "photos", root)
    network.threshold.fill_(choose_threshold(detect_all(Detector(saved), photos, truth)))
    return save_network(network, "detector", name, "photos", root)
