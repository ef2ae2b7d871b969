"""What a run logged, thinned to what ships with its checkpoint: its `curves.csv`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import yaml

from cocktailman.errors import InputError
from cocktailman.evaluation.training_curves import FILE, PLACE
from cocktailman.files import written
from cocktailman.models.manifest import record

LOGGED, CHOSEN = "metrics*.csv", "hparams.yaml"  # what Lightning's CSVLogger writes, and what `fit` puts aside
DIGITS = 6


def write_curves(runs: Sequence[Path], folder: Path, after: Path | None = None) -> Path:
    """Writes the mean of each epoch of `runs`, the stages of one training in their order, to `folder`/curves.csv.

    after: the curves.csv of the stages before them, whose runs need not be there any more.

    Raises `InputError` where one of them logged nothing, or that file cannot be read.
    """
    before = [_former(after)] if after else []
    first = 1 + max((int(table["stage"].to_numpy().max()) for table in before), default=0)
    stages = [_epochs(run).assign(stage=stage) for stage, run in enumerate(runs, start=first)]
    table = pd.concat([*before, *stages], ignore_index=True)
    logged = sorted(set(table.columns) - set(PLACE))
    with written(folder / FILE) as unfinished:
        table[[*PLACE, *logged]].to_csv(unfinished, index=False, float_format=f"%.{DIGITS}g")
    record(folder, FILE)
    return folder / FILE


def replace_curves(run: Path, folder: Path) -> None:
    """The curves of a run in place of those of the weights before; none where it was logged elsewhere."""
    (folder / FILE).unlink(missing_ok=True)
    record(folder, FILE)
    if any(run.glob(LOGGED)):
        write_curves([run], folder)


def _former(curves: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(curves).astype({"stage": int})
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{curves} is no sound {FILE}: name one that `python -m training curves` wrote") from error


def _epochs(run: Path) -> pd.DataFrame:
    """A row an epoch: whatever was logged in it, averaged; raises `InputError` where the log is damaged."""
    try:
        logged = pd.concat([pd.read_csv(file) for file in sorted(run.glob(LOGGED))])  # ValueError where there is none
        means = logged.pivot_table(index="epoch", aggfunc="mean").reset_index()
        size = yaml.safe_load((run / CHOSEN).read_text("utf-8"))["size"]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise InputError(f"{run} holds no sound metrics.csv and {CHOSEN}: name the folder of a finished run") from error
    return means.drop(columns="step", errors="ignore").assign(size=size)
