"""Paths through the space of styles: evenly along one, and between two drinks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cocktailman.errors import InputError

Array = npt.NDArray[np.float32]


def evenly(path: npt.ArrayLike, count: int) -> Array:
    """`count` styles at equal distances along a path of styles (n, d), ends included, (count, d).

    Raises `InputError` where the path leads nowhere.
    """
    corners = np.asarray(path, np.float32)
    if corners.ndim != 2 or not len(corners):
        raise InputError("there is no path to film yet: move a slider, or drag across the map")
    steps = np.linalg.norm(np.diff(corners, axis=0), axis=1)
    lengths = np.concatenate([[0], np.cumsum(steps)])
    if lengths[-1] == 0:
        raise InputError("there is no path to film yet: move a slider, or drag across the map")
    distinct = np.concatenate([[True], steps > 0])  # interpolation wants each length once
    at = np.linspace(0, lengths[-1], count)
    return np.stack([np.interp(at, lengths[distinct], column) for column in corners[distinct].T], 1).astype(np.float32)


def mixed(first: npt.ArrayLike, second: npt.ArrayLike, share: float) -> Array:
    """Of two vectors, styles or recipes, what has `share` of the second and the rest of the first."""
    return ((1 - share) * np.asarray(first, float) + share * np.asarray(second, float)).astype(np.float32)
