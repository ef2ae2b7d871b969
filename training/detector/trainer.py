"""Training of the detector: a YOLO through Ultralytics, with one class, started from weights pretrained on COCO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map_only
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.nn.tasks import DetectionModel
from ultralytics.utils import DEFAULT_CFG

from cocktailman.errors import InputError
from training.detector.pretrained import coco_weights, weights_of
from training.shared.runs import is_whole


class DrinkModel(DetectionModel):
    """The network of Ultralytics, which learns in bfloat16 on a CPU: twice as fast where that has the instructions."""

    def _predict_once(self, x: Tensor, *args: Any, **kwargs: Any) -> Any:
        if not (self.training and x.device.type == "cpu"):
            return super()._predict_once(x, *args, **kwargs)
        with torch.autocast("cpu", torch.bfloat16):
            maps = super()._predict_once(x.contiguous(memory_format=torch.channels_last), *args, **kwargs)
        return tree_map_only(Tensor, Tensor.float, maps)  # the loss needs all digits


class DrinkTrainer(DetectionTrainer):
    """Ultralytics' trainer, started from `pretrained`: whatever fits by name and shape, all but the last layer."""

    pretrained: dict[str, Tensor] = {}  # noqa: RUF012  the trainer is built by its class, with no room for more

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> torch.nn.Module:
        network = DrinkModel(cfg, nc=1, verbose=verbose).to(memory_format=torch.channels_last)
        if weights:
            network.load(weights)
        known = network.state_dict()
        fitting = {
            name: value for name, value in self.pretrained.items() if name in known and known[name].shape == value.shape
        }
        network.load_state_dict(fitting, strict=False)
        return network


def train_detector(
    data: Path,
    run: Path,
    architecture: str,
    epochs: int,
    size: int,
    batch: int,
    plain_epochs: int,
    learning_rate: float,
    start_from: Path | None,
    scratch: bool,
    resume: bool,
    device: str | None,
) -> Path:
    """Trains on what `write_detector_data` wrote, pictures `size` px a side; returns the best weights of the run.

    It starts from the weights of another run, or from random ones with `scratch`, or else from those of COCO.
    """
    if not (data / "drinks.yaml").exists():
        raise InputError(f"{data} holds no drinks.yaml: write it with `python -m training detector-data`")
    last = run / "weights" / "last.pt"
    if resume and not last.exists():
        raise InputError(f"{run} holds no run to resume: leave --resume out")
    if resume and not is_whole(last):
        raise InputError(f"{last} is cut off or damaged: restore it from a copy, or train on with --start-from {run}")
    DrinkTrainer.pretrained = {} if resume else _start(architecture, start_from, scratch)
    trainer = DrinkTrainer(
        DEFAULT_CFG,
        {
            "model": str(last) if resume else f"{architecture}.yaml",
            "resume": resume,
            "data": str(data / "drinks.yaml"),
            "project": str(run.resolve().parent),
            "name": run.name,
            "exist_ok": True,
            "epochs": epochs,
            "imgsz": size,
            "batch": batch,
            "device": device,
            "optimizer": "AdamW",
            "lr0": learning_rate,
            "cos_lr": True,
            "warmup_epochs": 1,
            "close_mosaic": plain_epochs,  # the last epochs, without mosaics of four pictures
            "degrees": 5,
            "cache": "ram",
            "workers": 2 if device not in (None, "cpu") else 1,
            "single_cls": True,
            "plots": False,
            "amp": device not in (None, "cpu"),
            "pretrained": False,
        },
    )
    trainer.train()
    return Path(trainer.best)


def _start(architecture: str, run: Path | None, scratch: bool) -> dict[str, Tensor]:
    if run is None:
        return {} if scratch else coco_weights(architecture)
    best = run / "weights" / "best.pt"
    if not best.exists():
        raise InputError(f"{run} holds no weights/best.pt: name the folder of a run, such as runs/detector")
    return weights_of(best)
