"""What a run left behind: its arguments, its kind, its weights."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from cocktailman.errors import InputError
from cocktailman.models.blocks import grow
from training.shared.kind import KIND

NETWORK = "network"  # what a training calls what becomes a checkpoint


def kind_of_run(run: Path) -> str:
    """What kind of model a run made; raises `InputError` where it does not say."""
    kind = _state_of(run).get(KIND)
    if not kind:
        raise InputError(f"{run} is from before runs said what they train: say --kind cvae, or another")
    return kind


def last_of(run: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """The arguments of a run of Lightning's, and the network's averaged weights at its end."""
    state = _state_of(run)
    return state["hyper_parameters"], part_of(state["state_dict"], NETWORK)


def part_of(weights: dict[str, Tensor], name: str) -> dict[str, Tensor]:
    """The weights of one part of a training, such as its network, by the names they have in there."""
    prefix = f"{name}."
    return {key.removeprefix(prefix): value for key, value in weights.items() if key.startswith(prefix)}


def weights_to_start_from(folder: Path) -> dict[str, Tensor]:
    """The network's weights of a checkpoint, or all averaged weights at the end of a run, named as in its training.

    Raises `InputError` where `folder` is neither.
    """
    file = folder / "model.safetensors"
    try:
        if file.exists():
            return {f"{NETWORK}.{name}": value for name, value in load_file(file).items()}
        return _state_of(folder)["state_dict"]
    except (SafetensorError, OSError) as error:
        raise InputError(f"the weights in {folder} cannot be read: {error}") from error


def start_with(network: nn.Module, weights: dict[str, Tensor]) -> None:
    """Gives a network the layers that it shares with `weights` (see `grow`), and says what begins anew and what is left
    aside: weights of another version of the code, whose layers have other names, are not taken for a start in silence.
    """
    anew, aside = grow(network, weights), sorted(weights.keys() - network.state_dict().keys())
    for names, fate in ((anew, "begin anew"), (aside, "are left aside, for this network has no such layers")):
        if names:
            print(f"{', '.join(sorted({name.rpartition('.')[0] for name in names}))} {fate}")


def is_whole(saved: Path) -> bool:
    """Whether a checkpoint of Lightning's, a zip archive, is there to its end, and each part has its checksum."""
    try:
        with ZipFile(saved) as parts:
            return parts.testzip() is None
    except (OSError, BadZipFile, EOFError, NotImplementedError):
        return False


def newest_whole(folder: Path, pattern: str = "*.ckpt") -> Path | None:
    """The newest checkpoint in `folder` that is whole, saying which newer ones are not; None where there is none.

    Raises `InputError` where there are some and all are damaged.
    """
    found = sorted(folder.glob(pattern), key=lambda file: (file.stat().st_mtime, file.name), reverse=True)
    for saved in found:
        if is_whole(saved):
            return saved
        print(f"{saved} is cut off or damaged, and left aside")
    if found:
        raise InputError(f"nothing whole is left in {folder}: remove it to begin anew, or restore it from a copy")
    return None


def _state_of(run: Path) -> dict[str, Any]:
    """What Lightning kept at the end of a run; raises `InputError` where there is no such run, or all is damaged."""
    newest = newest_whole(run / "checkpoints", "last*.ckpt")  # one begun anew in an old one's folder makes last-v1.ckpt
    if not newest:
        raise InputError(f"{run} holds no checkpoints/last.ckpt: name the folder of a run, such as runs/cvae-photos")
    try:
        return torch.load(newest, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise InputError(f"{newest} is no checkpoint of Lightning: delete it, then --resume last") from error
