"""A VAE or a VAEGAN of the pythae library on the same photos, compared as our models are.

    python -m benchmarks.pythae_vae [--model vaegan] [--epochs 15] [--packed build/photos-128.parquet]

Networks and settings are pythae's own defaults (fully connected, 512 wide); 6 latent dimensions, 64 px, no recipe. The
weights are kept after each epoch (build/pythae): what was stopped goes on from there, its optimisers anew, and with as
many epochs as are there already it is only measured.
"""

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pythae.data.datasets import DatasetOutput
from pythae.models import VAE, VAEGAN, VAEConfig, VAEGANConfig
from pythae.trainers import (
    BaseTrainer,
    BaseTrainerConfig,
    CoupledOptimizerAdversarialTrainer,
    CoupledOptimizerAdversarialTrainerConfig,
)
from pythae.trainers.training_callbacks import TrainingCallback
from safetensors.torch import load_file, save_file

from cocktailman.catalog import Recipe
from cocktailman.datasets import Pictures
from cocktailman.evaluation.comparison import SIZE, Comparison, shrunk
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.inference.generator import Posterior
from training.datasets.pictures import read_pictures

STYLE_DIM = 6
KEPT = Path("build/pythae")
INPUT = {"input_dim": (3, SIZE, SIZE), "latent_dim": STYLE_DIM}
MODELS = {"vae": (VAE, VAEConfig), "vaegan": (VAEGAN, VAEGANConfig)}
TRAINERS = {  # with what is not pythae's default
    "vae": (BaseTrainer, BaseTrainerConfig, {"learning_rate": 1e-3}),
    "vaegan": (CoupledOptimizerAdversarialTrainer, CoupledOptimizerAdversarialTrainerConfig, {}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=list(MODELS), default="vae")
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--packed", type=Path, default=Path("build/photos-128.parquet"))
    chosen = parser.parse_args()
    photos = read_pictures(chosen.packed)
    held = photos.of("validation")
    model, step = trained(chosen.model, photos.of("train"), chosen.epochs)
    data = f"validation split of the real photos, {len(held.pixels)} photos"
    found = {
        "command": f"python -m benchmarks.pythae_vae --model {chosen.model} --epochs {chosen.epochs}",
        "comparison": Comparison(held, chosen.packed).measure(PythaeModel(model), data, step),
    }
    print(json.dumps(found, indent=2))


def trained(name: str, photos: Pictures, epochs: int) -> tuple[VAE, Estimate | None]:
    """The model after so many epochs over the photos, as its last step left it, and the seconds of a step."""
    torch.manual_seed(0)
    model_class, model_config = MODELS[name]
    model = model_class(model_config(**INPUT))
    kept = max(KEPT.glob(f"{name}-*.safetensors"), default=None)
    done = int(kept.stem.rpartition("-")[2]) if kept else 0
    if kept:
        model.load_state_dict(load_file(kept))
    if done >= epochs:
        return model.eval(), None
    trainer_class, trainer_config, settings = TRAINERS[name]
    config = trainer_config(
        output_dir=str(KEPT), num_epochs=epochs - done, per_device_train_batch_size=64, no_cuda=True, **settings
    )
    keeper = _Keeper(name, model, done)
    trainer_class(model, _Photos(tensor(photos.images)), training_config=config, callbacks=[keeper]).train()
    return model.eval(), bootstrap(np.array(keeper.seconds))


class PythaeModel:
    """A model of pythae as a `GenerativeModel`; it knows no recipe."""

    def __init__(self, model: VAE) -> None:
        self.model = model

    @torch.inference_mode()
    def encode(self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe]) -> Posterior:
        output = self.model.encoder(tensor(pictures))
        return Posterior(output.embedding.numpy(), torch.exp(output.log_covariance / 2).numpy())

    @torch.inference_mode()
    def reconstruct(
        self, pictures: Sequence[Image.Image], recipes: Sequence[Recipe], amortised: bool = True
    ) -> list[Image.Image]:
        # By its encoder alone in any case: it knows no inversion.
        return images(self.model.decoder(self.model.encoder(tensor(pictures)).embedding).reconstruction)

    @torch.inference_mode()
    def sample(self, recipes: Sequence[Recipe], seed: int) -> list[Image.Image]:
        styles = torch.randn(len(recipes), STYLE_DIM, generator=torch.Generator().manual_seed(seed))
        return images(self.model.decoder(styles).reconstruction)


class _Keeper(TrainingCallback):
    """Keeps the newest weights: what pythae itself keeps is the best by its loss, which means little of a GAN."""

    def __init__(self, name: str, model: VAE, done: int) -> None:
        self.name, self.model, self.done = name, model, done
        self.seconds: list[float] = []  # of a step, in each epoch

    def on_train_step_begin(self, training_config, **kwargs) -> None:  # called once an epoch
        self.begun, self.steps = time.perf_counter(), 0

    def on_train_step_end(self, training_config, **kwargs) -> None:  # called after each step
        self.steps += 1

    def on_epoch_end(self, training_config, **kwargs) -> None:
        self.seconds.append((time.perf_counter() - self.begun) / self.steps)
        former, self.done = KEPT / f"{self.name}-{self.done:04d}.safetensors", self.done + 1
        save_file(self.model.state_dict(), KEPT / f"{self.name}-{self.done:04d}.safetensors")
        former.unlink(missing_ok=True)


class _Photos(torch.utils.data.Dataset):
    def __init__(self, pixels: torch.Tensor) -> None:
        self.pixels = pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def __getitem__(self, row: int) -> DatasetOutput:
        return DatasetOutput(data=self.pixels[row])


def tensor(pictures: Sequence[Image.Image]) -> torch.Tensor:
    """Pictures as (n, 3, 64, 64) in [0, 1]."""
    return torch.from_numpy(shrunk(pictures, SIZE)).permute(0, 3, 1, 2).float() / 255


def images(pixels: torch.Tensor) -> list[Image.Image]:
    """(n, 3, h, w) in [0, 1] as pictures."""
    arrays = (pixels * 255).round().byte().permute(0, 2, 3, 1).numpy()
    return [Image.fromarray(np.ascontiguousarray(array)) for array in arrays]


if __name__ == "__main__":
    main()
