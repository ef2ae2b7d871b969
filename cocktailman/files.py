"""How files are written: beside their target and renamed, so that a full disk or a kill leaves the older file whole."""

import errno
import os
import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from itertools import chain, count
from pathlib import Path
from unicodedata import category

from filelock import FileLock, Timeout

from cocktailman.errors import InputError

UNSHOWN = {"Cc", "Cs", "Zl", "Zp"}  # by Unicode's categories: controls, half characters, ends of lines
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # a disk, one's share of it, or a limit for one file


@contextmanager
def written(target: Path) -> Generator[Path, None, None]:
    """A path to write to, which becomes `target` where all went well, and of which nothing is left where not.

    The folder is made, a link is followed, and the rights of a file that is replaced are kept. What is no file, such as
    a pipe or /dev/stdout, is written to directly. Raises `InputError` where the disk does not let it be written.
    """
    place = target.resolve()
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and not place.is_file():
            yield target
            return
        unfinished = place.with_name(f".{uuid.uuid4().hex}.unfinished{target.suffix}")  # the suffix decides a format
        try:
            yield unfinished
            _settle(unfinished, place)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        no_folder = isinstance(error, FileExistsError)
        reason = f"{printable(target.parent)} is no folder" if no_folder else reason_of(error)
        mend = "make room there, or choose another place" if error.errno in FULL else "choose another place"
        raise InputError(f"{printable(target)} cannot be written ({reason}): {mend}") from error


@contextmanager
def locked(folder: Path, busy: str) -> Generator[None, None, None]:
    """Keeps a folder, made where it is missing, to this process; raises `InputError(busy)` where another has it.

    The lock, a file beside it, goes with the process, however that ends. A folder left empty is removed.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(f"{folder}.lock", blocking=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError(busy) from error
    try:
        folder.mkdir(exist_ok=True)
        yield
    finally:
        with suppress(OSError):
            folder.rmdir()
        with suppress(OSError):  # Windows removes no open file: there it stays, and locks nothing
            Path(f"{folder}.lock").unlink()
        lock.release()


def reason_of(error: OSError) -> str:
    """Why, in the words of the system: of libraries that wrap them, too."""
    return os.strerror(error.errno) if error.errno else error.strerror or str(error)


def printable(name: str | Path) -> str:
    """A file's name as one line that any output takes.

    Bytes that are not UTF-8 are escaped, as in `\\udcff`, and so is what would break the line or drive a terminal. JSON
    escapes by itself: there names are as they are.
    """
    return "".join(
        letter if category(letter) not in UNSHOWN else letter.encode("unicode_escape").decode() for letter in str(name)
    )


def distinct(names: Iterable[str]) -> list[str]:
    """The names, no two alike even to a disk that knows no capitals: the later of two gets a number."""
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        tries = chain([name], (f"{name}-{number}" for number in count(2)))
        found.append(next(one for one in tries if one.lower() not in taken))
        taken.add(found[-1].lower())
    return found


def _settle(unfinished: Path, place: Path) -> None:
    """Renames, once the bytes are on the disk: else a power cut could leave the new name with half of them."""
    with suppress(FileNotFoundError):
        unfinished.chmod(place.stat().st_mode & 0o7777)
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(place)
