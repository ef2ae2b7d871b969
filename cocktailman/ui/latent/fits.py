"""Projections fitted once for all visitors, one after the other: who waits hears their place, and memory is bounded."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from threading import Condition
from typing import Any

import numpy as np
import streamlit as st
from cachetools import LRUCache
from scipy.sparse import issparse

from cocktailman.latent.projection import Projector, View

MAX_BYTES = 512 * 2**20  # of all that is kept: UMAP of 200,000 styles takes some 100 MB
QUICK = ("PCA", "Numbers")  # these take no turn
AGAIN = 0.5  # seconds after which a place is looked at again, and whether its visitor is still there


class Fits:
    """What was fitted, the least recently asked for going first where it takes more than `max_bytes`."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._kept: LRUCache[Hashable, Projector] = LRUCache(max_bytes, getsizeof=nbytes)
        self._waiting: list[object] = []  # the first of them is being fitted
        self._changed = Condition()

    def get(
        self, key: Hashable, fit: Callable[[], Projector], quick: bool, on_place: Callable[[int], None]
    ) -> Projector:
        """What is kept under `key`, or what `fit` gives, which waits for its turn unless it is `quick`.

        on_place: hears, again and again while it waits, how many fits come before.
        """
        with self._changed:
            if key in self._kept:
                return self._kept[key]
        if quick:
            return self._keep(key, fit())
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
        try:
            while True:
                with self._changed:
                    place = self._waiting.index(ticket)
                    if place == 0:
                        break
                on_place(place)  # of a visitor who has left, Streamlit ends the run here
                with self._changed:
                    self._changed.wait(AGAIN)
            with self._changed:
                if key in self._kept:  # by whoever asked for the same before
                    return self._kept[key]
            return self._keep(key, fit())
        finally:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()

    def _keep(self, key: Hashable, fitted: Projector) -> Projector:
        with self._changed, suppress(ValueError):  # what is too large by itself is made anew each time
            self._kept[key] = fitted
        return fitted


@st.cache_resource
def fits() -> Fits:
    """Those of this process."""
    return Fits()


def fitted(key: Hashable, view: View, fit: Callable[[], Projector], quick: bool = False) -> Projector:
    """A projection of `fits`, with a word on the page about how long it takes."""
    said = st.empty()

    def say(place: int) -> None:
        others = "one map is" if place == 1 else f"{place} maps are"
        said.info(f"{others} drawn before yours …", icon=":material/hourglass_top:")

    with st.spinner("Finding places on the map …"):
        found = fits().get((key, view), fit, quick or view.method in QUICK, say)
    said.empty()
    return found


def nbytes(thing: Any, _seen: set[int] | None = None) -> int:
    """Bytes of all arrays that something holds, however deep, each counted once."""
    seen = set[int]() if _seen is None else _seen
    if id(thing) in seen:
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    if issparse(thing) or hasattr(thing, "__dict__"):
        return sum(nbytes(part, seen) for part in vars(thing).values())
    if isinstance(thing, dict):
        return sum(nbytes(part, seen) for part in thing.values())
    if isinstance(thing, (list, tuple)):
        return sum(nbytes(part, seen) for part in thing)
    return 0
