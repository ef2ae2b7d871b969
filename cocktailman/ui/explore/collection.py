"""What is explored: the renders, photos of one's own, or a table that `embed` wrote."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from operator import attrgetter
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.images import ImageError, read_image
from cocktailman.inference.embedder import OURS
from cocktailman.inference.protocols import Array
from cocktailman.inference.vectors import SHIPPED, read_vectors
from cocktailman.labels.truth import facts_of_renders
from cocktailman.renders import FREE_POUR
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.brought import NOT_KEPT, bring
from cocktailman.ui.shared.errors import check_choice, show_error
from cocktailman.ui.shared.photo_source import PHOTOS as PHOTOS_KEPT

HELD, ALL, PHOTOS, TABLE = "Renders held out", "All renders", "Your photos", "Your table"
SOURCES = (HELD, ALL, PHOTOS, TABLE)
FROM = "from"  # in the URL, and in the session state
THUMBNAIL = 320  # px, the longer side of what is kept of a photo
REMEMBERED = 2000  # photos whose vector is kept, 20 kB each with the thumbnail


@dataclass(frozen=True)
class Collection:
    """Pictures as vectors (n, dim), and what is known of them.

    key: stands for all of it, for what is remembered; facts: what labels' truth is read from, or None; cocktails: what
    each shows, or None; images: the pictures of rows, or None where there are vectors alone; oddness: how odd each is,
    by the methods that are known already.
    """

    key: str
    files: list[str]
    vectors: Array
    facts: pd.DataFrame | None = None
    cocktails: list[str] | None = None
    images: Callable[[Sequence[int]], list[Image.Image]] | None = None
    oddness: Mapping[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.files)


by_key: dict[str | type, Callable[..., Any]] = {
    Collection: attrgetter("key")
}  # how Streamlit's caches tell collections apart


def choose_collection() -> Collection | None:
    """Draws the choice, and returns what it says; None where nothing is brought yet."""
    check_choice(FROM, SOURCES)
    source = st.segmented_control(
        "Which pictures",
        SOURCES,
        default=HELD,
        key=FROM,
        required=True,
        label_visibility="collapsed",
        bind="query-params",
    )
    match source:
        case "Your photos":
            return _photos()
        case "Your table":
            return _table()
        case _:
            return _renders(source != ALL)


@st.cache_resource(show_spinner="Reading the renders' vectors …")
def _renders(held_out: bool) -> Collection:
    """The rendered bar as it ships, all of it or what no model was trained on."""
    renders, table = cache.renders(), pd.read_parquet(SHIPPED, columns=["file", "colour"])
    if table["file"].tolist() != renders.factors["id"].tolist():
        raise InputError("the vectors are not of these renders: `python -m training export-embedder runs/embedder`")
    known = read_vectors(SHIPPED, cache.embedder(OURS).dim)
    rows = np.flatnonzero((renders.factors["split"] != "train").to_numpy() | (not held_out))
    factors = renders.factors.iloc[rows].reset_index(drop=True)
    return Collection(
        f"renders {held_out}",
        factors["id"].tolist(),
        known.vectors[rows],
        facts_of_renders(factors, table["colour"].fillna("").iloc[rows].tolist()),
        factors["cocktail"].replace("", FREE_POUR).tolist(),
        lambda chosen: renders.images(rows[np.asarray(chosen, np.int64)]),
        {method: scores[rows] for method, scores in known.oddness.items()},
    )


def _photos() -> Collection | None:
    help = f"JPEG, PNG, WebP and others, at most 20 MB each; {NOT_KEPT}"
    uploads = bring("Photos to explore", PHOTOS_KEPT, several=True, help=help)
    if not uploads:
        st.info("Bring some photos, the more the better; of thousands, a table (`Your table`).")
        return None
    embedder, found, bar = cache.embedder(OURS), [], st.progress(0.0, "Looking at the photos …")
    for number, upload in enumerate(uploads, start=1):
        try:
            found.append((upload.name, *_seen(upload.data, upload.name, embedder.name)))
        except ImageError as error:
            show_error(error)
        bar.progress(number / len(uploads), f"{number} of {len(uploads)} photos")
    bar.empty()
    if not found:
        return None
    files, vectors, thumbnails = zip(*found, strict=True)
    key = hashlib.sha256(b"".join(thumbnails)).hexdigest()
    return Collection(
        f"photos {key}",
        list(files),
        np.stack(vectors),
        images=lambda chosen: [Image.open(BytesIO(thumbnails[row])) for row in chosen],
    )


@st.cache_data(show_spinner=False, max_entries=REMEMBERED, ttl="1h")
def _seen(data: bytes, name: str, embedder: str) -> tuple[Array, bytes]:
    """The vector of a photo, and a small copy to look at; raises `ImageError`."""
    image = read_image(data, name)
    vector = cache.embedder(embedder).embed([image])[0]
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    jpeg = BytesIO()
    image.save(jpeg, "JPEG", quality=85)
    return vector, jpeg.getvalue()


def _table() -> Collection | None:
    st.markdown(
        "Of a folder of any size: `python -m cocktailman embed FOLDER --model embedder --out table.parquet`, "
        "then bring the table:"
    )
    files = bring("Table of vectors", "explore_table", types=["parquet"], help=NOT_KEPT)
    if not files:
        return None
    return _read_table(files[0].data)


@st.cache_resource(show_spinner="Reading the table …", max_entries=4, ttl="1h")
def _read_table(data: bytes) -> Collection:
    found = read_vectors(data, cache.embedder(OURS).dim)
    return Collection(f"table {hashlib.sha256(data).hexdigest()}", found.files, found.vectors, oddness=found.oddness)
