"""The run of what edits becomes a checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from cocktailman.errors import InputError
from cocktailman.models.checkpoints import Checkpoint, save_network
from cocktailman.models.registry import kind_of
from training.shared.run_curves import replace_curves
from training.shared.runs import kind_of_run, last_of


def export_editor(
    run: Path,
    name: str,
    domain: str,
    root: Path,
    packed: Path | None = None,
    truncation: float = 1.0,
    kind: str | None = None,
    low_pass: Sequence[int] = (),
) -> Checkpoint:
    """Writes the averaged weights of `run` as checkpoint `name`; arguments and errors are those of `export_generator`.

    Raises `InputError` as well where styles or a decoder are asked for: there are none.
    """
    if packed or truncation != 1 or low_pass:
        raise InputError("what edits has no styles and no decoder: leave --packed, --truncation and --low-pass out")
    chosen, weights = last_of(run)
    made = kind_of(kind or kind_of_run(run))
    config = made.config_class()
    given = {field.name: chosen[field.name] for field in fields(config) if field.name in chosen}
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    network = made.network_class()(config(**listed))
    network.load_state_dict(weights)
    checkpoint = save_network(network.eval(), made.name, name, domain, root)
    replace_curves(run, checkpoint.folder)
    return checkpoint
