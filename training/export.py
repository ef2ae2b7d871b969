"""A finished run becomes a checkpoint that ships."""

from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader

from cocktailman.checkpoints import Checkpoint, save_network
from cocktailman.errors import InputError
from cocktailman.latent.regressor import FILE as REGRESSOR
from cocktailman.networks.cvae import CVAE, CVAEConfig
from training.data import PictureDataset
from training.pictures import Pictures, read_pictures


def export_cvae(run: Path, name: str, domain: str, root: Path, packed: Path | None = None) -> Checkpoint:
    """Writes the averaged weights of `run` (its newest checkpoints/last*.ckpt) as checkpoint `name`.

    With the packed pictures at hand, styles are measured anew so that those of the training split have mean 0 and
    standard deviation 1 in each dimension, as the prior has: see `CVAE.rescale_style`.

    Raises `InputError` where there is no such run.
    """
    kept = list((run / "checkpoints").glob("last*.ckpt"))  # a run begun anew in an old one's folder makes last-v1.ckpt
    if not kept:
        raise InputError(f"{run} holds no checkpoints/last.ckpt: name the folder of a run, such as runs/cvae-photos")
    state = torch.load(max(kept, key=lambda file: file.stat().st_mtime), map_location="cpu", weights_only=True)
    chosen = state["hyper_parameters"]
    network = CVAE(CVAEConfig(style_dim=chosen["style_dim"], size=chosen["size"]))
    prefix = "network."
    weights = {key.removeprefix(prefix): value for key, value in state["state_dict"].items() if key.startswith(prefix)}
    network.load_state_dict(weights)
    if packed:
        network.rescale_style(
            *aggregate_posterior(network.eval(), read_pictures(packed, network.config.size).of("train"))
        )
    checkpoint = save_network(network, "cvae", name, domain, root)
    (checkpoint.folder / REGRESSOR).unlink(missing_ok=True)  # it was fitted for the weights before
    return checkpoint


@torch.inference_mode()
def aggregate_posterior(network: CVAE, pictures: Pictures) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation, (style_dim,) each, of the styles of all pictures."""
    batches = DataLoader(PictureDataset(pictures, network.config.size, augment=False), 64)
    parts = [network.encoder(images) for images, _ in batches]
    mean, log_variance = (torch.cat(part) for part in zip(*parts, strict=True))  # (n, style_dim) each
    return mean.mean(0), (mean.var(0) + log_variance.exp().mean(0)).sqrt()
