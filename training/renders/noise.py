"""Noise and colour for painted textures, in plain numpy; every noise tiles, so no seam shows where it repeats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cocktailman.colour import rgb, srgb

Field = NDArray[np.floating]  # (h, w), or (h, w, 3) for colours


def noise(
    rng: np.random.Generator, shape: tuple[int, int], size: float | tuple[float, float], fall: float = 3
) -> Field:
    """Tileable random hills (h, w) of mean 0 and deviation 1.

    size: pixels across the largest hills, one number or down and across; two that differ give stretched grain.
    fall: how fast finer hills fade, 2 rugged as rock, 5 smooth as dunes.
    """
    height, width = shape
    tall, wide = (size, size) if isinstance(size, (int, float)) else size
    rows = np.fft.fftfreq(height).astype(np.float32)[:, None] * tall
    columns = np.fft.rfftfreq(width).astype(np.float32)[None] * wide
    strength = (1 + rows**2 + columns**2) ** np.float32(-fall / 2)
    strength[0, 0] = 0
    parts = rng.standard_normal((2, *strength.shape), np.float32) * strength
    field = np.fft.irfft2(parts[0] + 1j * parts[1], shape).astype(np.float32)
    return field / max(float(field.std()), 1e-9)


def step(low: ArrayLike, high: ArrayLike, value: ArrayLike) -> Field:
    """A soft step from 0 where `value` is `low` to 1 where it is `high` (or down, when `low` is the larger)."""
    low, high = np.asarray(low, np.float32), np.asarray(high, np.float32)
    t = np.clip((np.asarray(value, np.float32) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def mixed(a: ArrayLike, b: ArrayLike, share: ArrayLike) -> Field:
    """Colours `a` (3,) or (h, w, 3) with a `share` (h, w) in [0, 1] of `b`."""
    share = np.asarray(share, np.float32)[..., None]
    return np.asarray(a, np.float32) * (1 - share) + np.asarray(b, np.float32) * share


def linear(colour: str) -> Field:
    """A display colour, "#rrggbb", as linear RGB (3,)."""
    return np.array(srgb(colour), np.float32)


def display(colour: str) -> Field:
    """A display colour, "#rrggbb", as sRGB in [0, 1] (3,)."""
    return rgb(colour).astype(np.float32)


def some(rng: np.random.Generator, colours: Sequence[str], spread: float = 0.15) -> Field:
    """One of the display colours as linear RGB (3,), a little brighter or darker and warmer or cooler by `spread`."""
    return linear(colours[int(rng.integers(len(colours)))]) * off_tint(rng, spread)


def off_tint(rng: np.random.Generator, spread: float) -> Field:
    """Factors (3,) that make a colour brighter or darker by about `spread`, warmer or cooler by a fourth of it."""
    brighter, warmer, greener = rng.normal(0, (spread, spread / 4, spread / 12))
    return np.exp(np.array([brighter + warmer, brighter + greener, brighter - warmer], np.float32))
