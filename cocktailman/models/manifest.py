"""All that a checkpoint ships with, and the SHA-256 of each: SHA256SUMS beside its weights, as `sha256sum -c` reads it.

    data/checkpoints/cvae-photos/SHA256SUMS
        9483bbe1950a...  model.safetensors
        ...              config.json, checkpoint.json, regressor.safetensors, curves.csv, metrics.json
        c2a3f6a0d7e1...  ../../styles/cvae-photos.parquet

Whatever writes one of them records it, and weights that are written begin the list anew: what was fitted to the weights
before, or measured of them, is no longer in it. The model card alone stands outside: its words may be mended.
"""

import hashlib
import re
from pathlib import Path

from cocktailman.errors import InputError
from cocktailman.files import written

MANIFEST, CARD = "SHA256SUMS", "README.md"
_LINE = re.compile(r"([0-9a-f]{64})  (\S+)")


def read_manifest(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file, by its name within `folder`.

    Raises `OSError` where there is no manifest, `ValueError` where a line of it is none.
    """
    lines = [_LINE.fullmatch(line) for line in (folder / MANIFEST).read_text("utf-8").splitlines()]
    if not all(lines):
        raise ValueError(f"{MANIFEST} is damaged")
    return {line[2]: line[1] for line in lines if line}


def verified(folder: Path, name: str) -> Path:
    """The path of a file that is what was recorded of it; raises `OSError` or `ValueError` where it is not."""
    path = folder / name
    if sha256_of(path) != read_manifest(folder).get(name):
        raise ValueError(f"{name} is not what {MANIFEST} says")
    return path


def ships(folder: Path, name: str) -> bool:
    """Whether there is such a file, or should be one; raises as `read_manifest` does."""
    return (folder / name).exists() or name in read_manifest(folder)


def record(folder: Path, *names: str, anew: bool = False) -> None:
    """Writes what these files are now; the line of one that is gone goes too, and all other lines where `anew`.

    Raises `InputError` where the manifest is damaged: nothing is called sound because something else was written.
    """
    try:
        known = {} if anew or not (folder / MANIFEST).exists() else read_manifest(folder)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder / MANIFEST} is damaged: restore it with git, or, where you trust all files there, renew it with "
            f"`python -m training manifest {folder.name}`"
        ) from error
    known |= {name: sha256_of(folder / name) if (folder / name).is_file() else "" for name in names}
    with written(folder / MANIFEST) as unfinished:
        unfinished.write_bytes(manifest_of(known))


def manifest_of(sums: dict[str, str]) -> bytes:
    """A manifest of these SHA-256, by the files' names; a file without one is left out."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums.items()) if sha256).encode()


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
