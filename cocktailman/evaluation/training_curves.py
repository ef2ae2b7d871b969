"""How a checkpoint's training went: curves.csv beside its weights, a row an epoch of a stage.

Columns: stage (from 1, where a training had several), size (px), epoch (of the stage), then the mean over the epoch of
what was logged: `train/...` on the pictures trained on, `validation/...` on others. Written by `training`.
"""

from collections.abc import Sequence
from itertools import accumulate

import pandas as pd

from cocktailman.errors import InputError
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.manifest import ships, verified

FILE = "curves.csv"
PLACE = ("stage", "size", "epoch")
PASSED = "passed"  # epochs since the first stage began
LABELS = {
    "validation/mse": "Reconstruction error (MSE), validation",
    "train/reconstruction": "Reconstruction error, training",
    "validation/kl": "KL divergence from the prior, validation, nats",
    "train/kl": "KL divergence from the prior, training, nats",
    "validation/kl_min_dimension": "KL divergence of the least active latent dimension, validation, nats",
    "train/perceptual": "Perceptual loss, training",
    "train/adversarial": "Generator's loss, the encoder as discriminator",
    "train/discriminator": "Discriminator's loss, the encoder as discriminator",
    "train/projected": "Generator's loss, projected discriminator",
    "train/projected_discriminator": "Projected discriminator's loss",
    "train/moments": "Feature matching, training",
    "train/style_moments": "Moment matching of styles and the prior, training",
    "train/regression": "Latent regression, training",
    "train/factors": "Squared error of supervised numbers, training",
    "train/contrast": "Contrastive loss of painted drinks and recipes, training",
    "train/contrast_real": "Contrastive loss of real drinks and recipes, training",
    "train/edge": "Error of neighbouring pixels' differences, training",
    "train/relativistic_logit": "Relativistic logit: real drinks' less painted ones', training",
    "train/seconds_step": "Seconds per training step",
}
PARTS = {"train": ", training", "validation": ", validation"}


def read_curves(checkpoint: Checkpoint) -> pd.DataFrame | None:
    """The table with one column more, `PASSED`; None where there is none. Raises `InputError` where it is damaged."""
    try:
        if not ships(checkpoint.folder, FILE):
            return None
        table = pd.read_csv(verified(checkpoint.folder, FILE)).astype({"stage": int, "epoch": int})
        lengths = {stage: part["epoch"].to_numpy().max() + 1 for stage, part in table.groupby("stage")}
        before = dict(zip(lengths, accumulate(lengths.values(), initial=0), strict=False))  # epochs of stages before it
        return table.assign(**{PASSED: table["epoch"] + 1 + table["stage"].map(before.__getitem__)})
    except (OSError, ValueError, KeyError) as error:
        raise InputError(
            f"the training curves of {checkpoint.name} are damaged or of other weights ({FILE}): restore them "
            f"with `git checkout -- data/checkpoints/{checkpoint.name}`, or write them with `python -m training curves`"
        ) from error


def describe_curves(checkpoints: Sequence[Checkpoint], tables: Sequence[pd.DataFrame | None]) -> list[str]:
    """What the curves are of, and what keeps them from being compared, in sentences."""
    sentences = []
    for item, table in zip(checkpoints, tables, strict=True):
        if table is None:
            sentences.append(f"{item.name} ships no training curves: `python -m training export` writes them.")
        else:
            sizes = [f"{size} px" for size in table.groupby("stage")["size"].first()]
            stages = f"{len(sizes)} stages, at {', '.join(sizes)}" if len(sizes) > 1 else f"one stage, at {sizes[0]}"
            sentences.append(f"{item.name}: {table[PASSED].max()} epochs on {item.domain} in {stages}.")
    if any(table is not None for table in tables):
        sentences.append("Only errors of the same pictures at the same size may be compared.")
    return sentences


def quantities(*tables: pd.DataFrame | None) -> list[str]:
    """What any of the tables follows: first what is known by a name, then the rest."""
    found = {name for table in tables if table is not None for name in table if name not in (*PLACE, PASSED)}
    return [name for name in LABELS if name in found] + sorted(found - LABELS.keys())


def label_of(quantity: str) -> str:
    """What a quantity is called for those who look at it."""
    if quantity in LABELS:
        return LABELS[quantity]
    part, _, name = quantity.rpartition("/")
    words = name.replace("_", " ")
    return f"{words[:1].upper()}{words[1:]}{PARTS.get(part, '')}"
