"""A plain VAE of the pythae library on the same photos, measured with the same judge as our models.

    python -m benchmarks.pythae_vae [--epochs 15] [--packed build/photos-128.parquet]

Its networks are pythae's own defaults (two layers of 512); 6 latent dimensions, 64 px, no recipe.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pythae.models import VAE, VAEConfig
from pythae.trainers import BaseTrainer, BaseTrainerConfig

from cocktailman.catalog import Recipe
from cocktailman.images import to_square
from training.evaluate_photos import SIZE, Judge

STYLE_DIM = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=15)
    parser.add_argument("--packed", type=Path, default=Path("build/photos-128.parquet"))
    chosen = parser.parse_args()
    judge = Judge(chosen.packed)
    model = train(judge, chosen.epochs)

    def rebuild(pictures: list[Image.Image], recipes: list[Recipe]) -> list[Image.Image]:
        with torch.inference_mode():
            mean = model.encoder(tensor(pictures)).embedding
            return images(model.decoder(mean).reconstruction)

    def draw(recipes: list[Recipe], seed: int) -> list[Image.Image]:
        generator = torch.Generator().manual_seed(seed)
        with torch.inference_mode():
            return images(model.decoder(torch.randn(len(recipes), STYLE_DIM, generator=generator)).reconstruction)

    found = {
        "command": f"python -m benchmarks.pythae_vae --epochs {chosen.epochs}",
        "mse": asdict(judge.reconstruction(rebuild)),
        "kernel_distance_efficientnet_lite0": asdict(judge.distance(draw)),
    }
    print(json.dumps(found, indent=2))


def train(judge: Judge, epochs: int) -> VAE:
    """pythae's VAE after `epochs` over the training photos, in evaluation mode."""
    torch.manual_seed(0)
    model = VAE(VAEConfig(input_dim=(3, SIZE, SIZE), latent_dim=STYLE_DIM))
    config = BaseTrainerConfig(
        output_dir="build/pythae", num_epochs=epochs, learning_rate=1e-3, per_device_train_batch_size=64, no_cuda=True
    )
    pictures = [Image.fromarray(pixels) for pixels in judge.train.pixels]
    data = [{"data": image} for image in tensor(pictures)]
    trainer = BaseTrainer(model, _Photos(data), training_config=config)  # type: ignore[arg-type]
    trainer.train()
    return model.eval()


class _Photos(torch.utils.data.Dataset):
    def __init__(self, rows: list[dict[str, torch.Tensor]]) -> None:
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, row: int):
        from pythae.data.datasets import DatasetOutput

        return DatasetOutput(**self.rows[row])


def tensor(pictures: list[Image.Image]) -> torch.Tensor:
    """Pictures as (n, 3, 64, 64) in [0, 1]."""
    pixels = np.stack([np.asarray(to_square(picture, SIZE)) for picture in pictures])
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255


def images(pixels: torch.Tensor) -> list[Image.Image]:
    """(n, 3, h, w) in [0, 1] as pictures."""
    arrays = (pixels * 255).round().byte().permute(0, 2, 3, 1).numpy()
    return [Image.fromarray(np.ascontiguousarray(array)) for array in arrays]


if __name__ == "__main__":
    main()
