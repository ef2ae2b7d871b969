"""Display colours as numbers: sRGB as it is written, and linear RGB, in which light adds up."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

LinearRGB: TypeAlias = tuple[float, float, float]  # in [0, 1]


def rgb(colour: str) -> NDArray[np.float64]:
    """A display colour, "#rrggbb", as sRGB in [0, 1], (3,)."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def srgb(colour: str) -> LinearRGB:
    """A display colour, "#rrggbb", as linear RGB (IEC 61966-2-1)."""
    value = rgb(colour)
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return tuple(float(x) for x in linear)  # type: ignore[return-value]


def display(linear: LinearRGB) -> NDArray[np.float64]:
    """Linear RGB as sRGB in [0, 1], (3,): the inverse of `srgb`."""
    value = np.clip(np.array(linear), 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)
