"""What a visitor brought: files that stay for the session, whatever page is looked at, until they are taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import streamlit as st

from cocktailman.errors import InputError
from cocktailman.files import distinct
from cocktailman.images import DECODED, read_image
from cocktailman.ui.shared.errors import escaped, show_error

MAX_BYTES = 256 * 2**20  # of all that one visitor brought: memory, for as long as the session lasts
MAX_UPLOADS = 2 * 2**30  # bytes of uploads that Streamlit keeps for all sessions, as large as a browser sent them
SMALL, QUALITY = 2**19, 90  # bytes of a picture that stays as it is in any case, and the JPEG quality of others' copies
SHELVES = "brought"  # in the session state: the files of each place, by its key
NOT_KEPT = "it stays on this machine until you take it away or close the page, and is written nowhere"


@dataclass(frozen=True)
class Brought:
    """A file as it was brought, or a smaller copy of a picture."""

    name: str
    data: bytes
    smaller: bool = False


def bring(
    label: str,
    key: str,
    *,
    several: bool = False,
    types: Sequence[str] | None = None,
    help: str | None = None,
) -> list[Brought]:
    """Draws the place to bring a file, or `several`, and what lies there already; returns that.

    A file brought where there is room for one replaces it. `key` names the place: pages that use the same see the same.
    """
    take_in(label, key, several=several, types=types, help=help)
    _make_room(key)
    _show(key)
    return brought(key)


def take_in(
    label: str,
    key: str,
    at: str = "",
    *,
    several: bool = False,
    types: Sequence[str] | None = None,
    help: str | None = None,
) -> None:
    """Draws what takes files to the place `key`; `at` tells it from others that do."""
    place = f"{key}{at}_{len_of_visit(key)}"  # another after each visit: Streamlit forgets files when pages change

    def take() -> None:
        found = st.session_state[place]
        files = [Brought(item.name, item.getvalue()) for item in (found if several else filter(None, [found]))]
        put(key, [*(brought(key) if several else []), *files])

    st.file_uploader(label, types, several, key=place, on_change=take, help=help)


def brought(key: str) -> list[Brought]:
    """What lies at a place."""
    return _shelves().get(key, [])


def put(key: str, files: Sequence[Brought]) -> None:
    """Lays files at a place instead of what lay there."""
    visits = st.session_state.setdefault(_VISITS, {})
    visits[key] = visits.get(key, 0) + 1
    _shelves()[key] = list(dict.fromkeys(files))


def len_of_visit(key: str) -> int:
    """How often something was brought to a place, or taken away from it."""
    return st.session_state.setdefault(_VISITS, {}).get(key, 0)


_VISITS = "brought_visits"  # in the session state


def _shelves() -> dict[str, list[Brought]]:
    return st.session_state.setdefault(SHELVES, {})


def _make_room(key: str) -> None:
    """Where a visitor's files are more than one may keep, of the pictures at a place keeps smaller copies; of files
    that are too many even so the last ones go, with a word."""
    files, limit = brought(key), f"{MAX_BYTES // 2**20} MB"
    if _total() <= MAX_BYTES:
        return
    bar = st.progress(0.0)
    for place, file in enumerate(files):
        said = f"These are more than {limit} in all: smaller copies are made, {place + 1} of {len(files)} …"
        bar.progress(place / len(files), said)
        files[place] = _smaller(file)  # one at a time: what interrupts this finds those that are done
    bar.empty()
    count = len(files)
    while files and _total() > MAX_BYTES:
        files.pop()
    if gone := count - len(files):
        show_error(
            InputError(
                f"these are more than {limit} in all, and the last {gone} of {count} files were left out: bring fewer, "
                "or take away some of the others"
            )
        )


def _total() -> int:
    return sum(len(file.data) for shelf in _shelves().values() for file in shelf)


def _smaller(file: Brought) -> Brought:
    """A picture no larger than it is looked at; what is small, transparent or no picture stays as it is."""
    if file.smaller or len(file.data) <= SMALL:
        return file
    try:
        picture = read_image(file.data, file.name, transparent=True)
    except InputError:  # a table, or what the page will say is none
        return file
    if picture.mode != "RGB":
        return file
    data = BytesIO()
    picture.thumbnail((DECODED, DECODED))
    picture.save(data, "JPEG", quality=QUALITY)
    return min(file, Brought(file.name, data.getvalue(), smaller=True), key=lambda one: len(one.data))


def _show(key: str) -> None:
    """What lies there, each with a way to take it away."""
    files = brought(key)
    if not files:
        return
    place, names = f"{key}_kept_{len_of_visit(key)}", distinct([file.name for file in files])

    def keep() -> None:
        put(key, [files[number] for number in st.session_state[place]])

    st.multiselect(
        "Kept for this visit",
        range(len(files)),
        range(len(files)),
        key=place,
        format_func=lambda number: escaped(names[number]),
        on_change=keep,
        help=f"{NOT_KEPT}; × takes a file away",
    )
