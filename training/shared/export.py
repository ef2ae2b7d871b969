"""A finished run of a generator becomes a checkpoint that ships."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import torch

from cocktailman.errors import InputError
from cocktailman.latent.regressor import FILE as REGRESSOR
from cocktailman.models.blocks import grow
from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.registry import kind_of
from training.datasets.pictures import read_pictures
from training.shared.kind import configured
from training.shared.run_curves import replace_curves
from training.shared.runs import kind_of_run, last_of
from training.shared.style_moments import whiten


def export_generator(
    run: Path,
    name: str,
    domain: str,
    root: Path,
    packed: Path | None = None,
    truncation: float = 1.0,
    kind: str | None = None,
    low_pass: Sequence[int] = (),
) -> Checkpoint:
    """Writes the averaged weights of `run` (its newest checkpoints/last*.ckpt) as checkpoint `name`.

    With the packed pictures at hand, what is typical of recipes is taken off styles, and these are whitened by those of
    the training split: see `whiten`.

    truncation: factor of the standard deviation that samples are drawn with (the truncation trick, Brock, Donahue &
    Simonyan, arXiv 1809.11096, section 3.1): below 1 they vary less than in training, above 1 more, and each is a
    little less certain.

    kind: of a run from before runs said so themselves.
    low_pass: px, maps of the decoder that lose their grid (see `RecipeDecoder`); where none is named, as in training.

    Raises `InputError` where there is no such run, it does not say of what kind it is, or weights are missing in it.
    """
    chosen, weights = last_of(run)
    made = kind_of(kind or kind_of_run(run))
    config = made.config_class()
    known = {field.name for field in fields(config)}
    given = {name: chosen[name] for name in known if name in chosen}
    if "conditional_prior" in known:  # of painters with styles
        given["conditional_prior"] = True
    if low_pass:
        if "low_pass" not in known:
            raise InputError(f"{made.label} has no maps that could lose their grid: leave --low-pass out")
        given["low_pass"] = list(low_pass)
    network = made.network_class()(configured(config, **given))
    left = set(grow(network, weights)) - {"encoder.typical.weight"}  # not learnt: nothing is typical
    if left:
        raise InputError(f"{run} has no weights for {sorted(left)[0]}: it was made by other code; train it again")
    if packed:
        pictures = read_pictures(packed, network.config.size).of("train")
        whiten(network.eval(), pictures)
    if truncation != 1:
        dims = network.config.style_dim
        network.transform_style(torch.zeros(dims), torch.eye(dims) / truncation)
    checkpoint = save_network(network, made.name, name, domain, root)
    (checkpoint.folder / REGRESSOR).unlink(missing_ok=True)  # it was fitted for the weights before
    replace_curves(run, checkpoint.folder)
    return checkpoint
