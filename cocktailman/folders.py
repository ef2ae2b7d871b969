"""All files below a folder, through its links too, and a count of what was left out."""

import os
from collections import Counter
from collections.abc import Collection
from pathlib import Path

LINKED_BACK, UNREADABLE = "folders linked twice", "folders that cannot be read"


def files_below(folder: Path, suffixes: Collection[str], left_out: Counter[str]) -> list[Path]:
    """The files below a folder with one of these suffixes, sorted; `left_out` counts the others, by why.

    Links to folders are followed, and each folder is entered once, so that links in a circle come to an end.
    """
    found: list[Path] = []
    entered: set[tuple[int, int]] = set()

    def refused(_: OSError) -> None:
        left_out[UNREADABLE] += 1

    for place, below, names in os.walk(folder, onerror=refused, followlinks=True):
        below.sort()
        state = Path(place).stat()
        if (state.st_dev, state.st_ino) in entered:
            left_out[LINKED_BACK] += 1
            below.clear()
            continue
        entered.add((state.st_dev, state.st_ino))
        for path in (Path(place, name) for name in names):
            if path.suffix.lower() not in suffixes:
                left_out[f"{path.suffix.lower()} files" if path.suffix else "files without suffix"] += 1
            elif not path.is_file():
                left_out["links that lead nowhere, or what is no file"] += 1
            else:
                found.append(path)
    return sorted(found)


def describe_left_out(left_out: Counter[str], folder: str) -> str:
    """What was left out, in a line, the most first."""
    return f"left out below {folder}: " + ", ".join(f"{why} ({count:,})" for why, count in left_out.most_common())
