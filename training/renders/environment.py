"""Blender lives in an environment of its own: this is the way there."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from cocktailman.errors import InputError

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-renders" / "bin" / "python"


def run_in_blender(arguments: Sequence[str]) -> int:
    """Runs `training.renders` with these arguments where `bpy` is; returns its exit status.

    Raises `InputError` where that environment is not there.
    """
    if not PYTHON.exists():
        raise InputError("Blender is not here yet: make its environment with `make .venv-renders`")
    return subprocess.run([str(PYTHON), "-m", "training.renders", *arguments], cwd=ROOT, check=False).returncode
