"""A classifier's run becomes a checkpoint."""

from collections.abc import Sequence
from pathlib import Path

from cocktailman.catalog import catalog
from cocktailman.drinks import DRINKS
from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.classifier.network import ClassifierConfig, DrinkClassifier
from training.classifier.calibration import calibrate, predict_validation
from training.classifier.trainer import read_weights
from training.shared.runs import last_of


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
