"""Which editors there are: those of checkpoints, and the pipelines of diffusers."""

from __future__ import annotations

from typing import Any

from cocktailman.inference.editor import Editor
from cocktailman.models.checkpoints import CHECKPOINTS, check_able, find_checkpoint
from cocktailman.models.registry import Can, imported, kind_of

DEFAULT = "pairnet-renders"
DIFFUSERS = "diffusers:"  # before the name of a repository, or of a folder


def load_editor(name: str = DEFAULT) -> Editor:
    """The editor of a checkpoint's name, or of `diffusers:REPOSITORY` for those who have that library and a model.

    Raises `InputError` where there is none, or it edits nothing.
    """
    found = editor_class(name)
    if name.startswith(DIFFUSERS):
        return found.load(name.removeprefix(DIFFUSERS))
    return found(find_checkpoint(name, CHECKPOINTS))


def editor_class(name: str) -> type[Any]:
    """The `Editor` that edits under a name, not loaded yet; raises `InputError`."""
    if name.startswith(DIFFUSERS):
        return imported("cocktailman.inference.diffusers_editor.DiffusersEditor")
    checkpoint = find_checkpoint(name, CHECKPOINTS, Can.EDIT)
    check_able(checkpoint, Can.EDIT)
    return kind_of(checkpoint.kind).editor_class()
