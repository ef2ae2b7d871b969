"""Short trainings, and what stops them."""

from pathlib import Path

import lightning as L
import torch
import yaml


class PowerCutError(Exception):
    """Ends a training."""


class StopInSecondEpoch(L.Callback):
    def on_train_batch_end(self, trainer: L.Trainer, *_: object) -> None:
        if trainer.current_epoch == 1:
            raise PowerCutError


OF_CVAE = {"kl_warmup": 4, "learning_rate": 2e-3, "channels": 3}
CLIPPED = {"gradient_clip_val": 1.0}


def configuration(folder: Path, packed: Path, model: dict = OF_CVAE, trainer: dict = CLIPPED) -> list[str]:
    """The arguments of a short training whose run lies in `folder`/run."""
    lightning = "lightning.pytorch"
    chosen = {
        "data": {"packed": str(packed), "size": 64, "batch_size": 8},
        "model": model,
        "trainer": {
            "max_epochs": 3,
            "accelerator": "cpu",
            "precision": 32,
            "num_sanity_val_steps": 0,
            "log_every_n_steps": 1,
            "enable_progress_bar": False,
            "enable_model_summary": False,
            "logger": {
                "class_path": f"{lightning}.loggers.CSVLogger",
                "init_args": {"save_dir": str(folder), "name": "run", "version": ""},
            },
            "callbacks": [
                {"class_path": f"{lightning}.callbacks.EMAWeightAveraging", "init_args": {"decay": 0.9}},
                {
                    "class_path": f"{lightning}.callbacks.ModelCheckpoint",
                    "init_args": {"save_last": True, "save_on_train_epoch_end": True, "filename": "latest"},
                },
                {"class_path": "training.shared.callbacks.SeedEachEpoch"},
                {"class_path": "training.shared.callbacks.SampleGrid", "init_args": {"styles": 1, "photos": 2}},
            ],
        }
        | trainer,
    }
    file = folder / "config.yaml"
    file.write_text(yaml.safe_dump(chosen))
    return ["--config", str(file)]


def last(folder: Path) -> dict:
    return torch.load(folder / "run" / "checkpoints" / "last.ckpt", weights_only=True)
