"""What every command that takes pictures, or folders of them, does with its arguments."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cocktailman.errors import InputError
from cocktailman.files import printable
from cocktailman.folders import describe_left_out

if TYPE_CHECKING:
    from PIL import Image

    from cocktailman.inference.generator import Generator


def pictures_in(paths: Sequence[Path]) -> list[Path]:
    """The pictures that paths lead to; standard error says what was left out of folders.

    A path that leads nowhere is kept, and fails alone. Raises `InputError` where there is no picture at all.
    """
    from cocktailman.inference.photo_files import all_files

    left_out: Counter[str] = Counter()
    found, named = all_files(paths, left_out), ", ".join(printable(path) for path in paths[:3])
    if not found:
        raise InputError(f"there are no pictures below {named}: name a folder of pictures")
    tell_left_out(left_out, named)
    return found


def usable_pictures(paths: Sequence[Path], generators: Sequence[Generator]) -> list[tuple[str, Image.Image]]:
    """The pictures at paths that all generators can see, with their names; standard error says why others are left out.

    Raises the last `InputError` where there are paths, and none can be used.
    """
    from cocktailman.images import read_image

    usable: list[tuple[str, Image.Image]] = []
    for path in paths:
        try:
            picture = read_image(path, printable(path), transparent=True)
            for generator in generators:
                generator.seen(picture, printable(path))
            usable.append((printable(path), picture))
        except InputError as error:
            if not usable and path is paths[-1]:
                raise
            print(error, file=sys.stderr)
    return usable


def tell_left_out(left_out: Counter[str], folder: str) -> None:
    if left_out:
        print(describe_left_out(left_out, folder), file=sys.stderr)
