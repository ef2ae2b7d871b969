"""A finished run becomes a checkpoint that ships."""

from pathlib import Path

import torch

from cocktailman.checkpoints import Checkpoint, save_network
from cocktailman.errors import InputError
from cocktailman.networks.cvae import CVAE, CVAEConfig


def export_cvae(run: Path, name: str, domain: str, root: Path) -> Checkpoint:
    """Writes the averaged weights of `run` (a folder that holds checkpoints/last.ckpt) as checkpoint `name`.

    Raises `InputError` where there is no such run.
    """
    file = run / "checkpoints" / "last.ckpt"
    if not file.is_file():
        raise InputError(f"{file} does not exist: name the folder of a run, such as runs/cvae-photos-64")
    state = torch.load(file, map_location="cpu", weights_only=True)
    chosen = state["hyper_parameters"]
    network = CVAE(CVAEConfig(style_dim=chosen["style_dim"], size=chosen["size"]))
    prefix = "network."
    weights = {key.removeprefix(prefix): value for key, value in state["state_dict"].items() if key.startswith(prefix)}
    network.load_state_dict(weights)
    return save_network(network, "cvae", name, domain, root)
