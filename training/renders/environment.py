"""Blender lives in an environment of its own: this is the way there."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cocktailman.errors import InputError

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-renders" / "bin" / "python"


def run_in_blender(arguments: Sequence[str]) -> int:
    """Runs a command of `training.renders`, with its arguments, where `bpy` is; returns its exit status.

    Raises `InputError` where that environment is not there.
    """
    python = Path(sys.executable) if "--help" in arguments else PYTHON  # what options there are needs no Blender
    if not python.exists():
        raise InputError("Blender is not here yet: make its environment with `make .venv-renders`")
    return subprocess.run([str(python), "-m", "training.renders", *arguments], cwd=ROOT, check=False).returncode
