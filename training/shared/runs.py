"""What a run left behind: its arguments, its kind, its weights."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from cocktailman.errors import InputError
from training.shared.kind import KIND


def kind_of_run(run: Path) -> str:
    """What kind of model a run made; raises `InputError` where it does not say."""
    kind = _state_of(run).get(KIND)
    if not kind:
        raise InputError(f"{run} is from before runs said what they train: say --kind cvae, or another")
    return kind


def last_of(run: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The arguments of a run of Lightning's, and the network's averaged weights at its end."""
    state = _state_of(run)
    prefix = "network."
    weights = {key.removeprefix(prefix): value for key, value in state["state_dict"].items() if key.startswith(prefix)}
    return state["hyper_parameters"], weights


def weights_to_start_from(folder: Path) -> dict[str, Tensor]:
    """The weights of a checkpoint, or those at the end of a run; raises `InputError` where `folder` is neither."""
    file = folder / "model.safetensors"
    try:
        return load_file(file) if file.exists() else last_of(folder)[1]
    except (SafetensorError, OSError) as error:
        raise InputError(f"the weights in {folder} cannot be read: {error}") from error


def _state_of(run: Path) -> dict[str, Any]:
    """What Lightning kept at the end of a run; raises `InputError` where there is no such run."""
    kept = list((run / "checkpoints").glob("last*.ckpt"))  # a run begun anew in an old one's folder makes last-v1.ckpt
    if not kept:
        raise InputError(f"{run} holds no checkpoints/last.ckpt: name the folder of a run, such as runs/cvae-photos")
    newest = max(kept, key=lambda file: file.stat().st_mtime)
    try:
        return torch.load(newest, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise InputError(f"{newest} is damaged: delete it, and train on with --resume last") from error
