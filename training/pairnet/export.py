"""The run of what edits becomes a checkpoint."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from cocktailman.errors import InputError
from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.pairnet.network import PairNet
from cocktailman.models.registry import kind_of
from training.datasets.pairs import read_scenes
from training.pairnet.data import PairSet
from training.shared.run_curves import replace_curves
from training.shared.runs import kind_of_run, last_of

LEAST_CHANGES = tuple(step / 255 for step in (0, 2, 3, 4, 6, 8, 12))  # to choose from


def export_editor(
    run: Path,
    name: str,
    domain: str,
    root: Path,
    packed: Path | None = None,
    truncation: float = 1.0,
    kind: str | None = None,
) -> Checkpoint:
    """Writes the averaged weights of `run` as checkpoint `name`; arguments and errors are those of `export_generator`.

    With packed scenes at hand, the least change of a pair network is chosen on those for validation.

    Raises `InputError` as well where styles are to be truncated: there are none.
    """
    if truncation != 1:
        raise InputError("what edits has no styles: leave --truncation out")
    chosen, weights = last_of(run)
    made = kind_of(kind or kind_of_run(run))
    config = made.config_class()
    given = {field.name: chosen[field.name] for field in fields(config) if field.name in chosen}
    network = made.network_class()(config(**{**given, "widths": list(given["widths"])}))
    network.load_state_dict(weights)
    if packed:
        if not isinstance(network, PairNet):
            raise InputError(f"a {made.name} has nothing to choose on packed scenes: leave --packed out")
        network.config.least_change = best_least_change(network.eval(), packed)
    checkpoint = save_network(network.eval(), made.name, name, domain, root)
    replace_curves(run, checkpoint.folder)
    return checkpoint


@torch.inference_mode()
def best_least_change(network: PairNet, packed: Path) -> float:
    """That of `LEAST_CHANGES` with the least mean absolute error on the scenes for validation."""
    pairs = PairSet(read_scenes(packed, "validation"), network.config.size, drawn=False)
    errors = dict.fromkeys(LEAST_CHANGES, 0.0)
    for first, second, before, after, differ in DataLoader(pairs, 32):  # type: ignore[arg-type]
        image, truth = first.float() / 255, second.float() / 255
        for least in LEAST_CHANGES:
            network.config.least_change = least
            made = network.edited(image, (before, torch.ones_like(differ)), (after, differ))
            errors[least] += float((made - truth).abs().sum())
    return min(errors, key=errors.__getitem__)
