"""Lamps, windows and the sun out of the picture, which light the drink."""

from __future__ import annotations

from training.renders.furnishings import COOL_LIGHT, WARM_LIGHT
from training.renders.noise import Field, linear
from training.renders.panorama import Panorama


def lamps_over_bar(p: Panorama, light: Field) -> None:
    """Lamps over and beside the drink, out of the picture: small and round or long."""
    rng = p.rng
    for _ in range(rng.integers(1, 4)):
        p.lamp(rng.uniform(-180, 180), rng.uniform(45, 80), rng.uniform(4, 9), light * rng.uniform(8, 20))
    if rng.random() < 0.6:
        middle, half = rng.choice([-1, 1]) * rng.uniform(60, 130), rng.uniform(5, 30)
        p.panel((middle - half, middle + half), (rng.uniform(-5, 10), rng.uniform(25, 50)), light * rng.uniform(2, 6))


def key_window(p: Panorama, side: float) -> None:
    """A softbox or window at one side, now and then with bars, and sometimes a weaker one opposite."""
    rng = p.rng
    near, wide = rng.uniform(50, 100), rng.uniform(25, 60)
    low, high = rng.uniform(-8, 5), rng.uniform(40, 62)
    bars = rng.integers(1, 4)
    span, gap = wide / bars, 3.0 if bars > 1 else 0.0
    tint = COOL_LIGHT if rng.random() < 0.6 else (COOL_LIGHT + WARM_LIGHT) / 2
    for i in range(bars):
        left, right = near + i * span, near + (i + 1) * span - gap
        p.panel((side * left, side * right), (low, (low + high) / 2 - gap / 2), tint * 8)
        p.panel((side * left, side * right), ((low + high) / 2 + gap / 2, high), tint * 9)
    if rng.random() < 0.5:
        p.panel((-side * (near + wide), -side * near), (low, high), tint * rng.uniform(0.5, 3))


def sunbeam(p: Panorama, side: float, chance: float) -> None:
    """Now and then the sun through a window at one side (-1 left, 1 right), which draws hard shadows."""
    rng = p.rng
    if rng.random() < chance:
        p.lamp(side * rng.uniform(30, 110), rng.uniform(28, 50), rng.uniform(3, 6), linear("#ffedd2") * 60)


def daylight(p: Panorama, sunny: bool) -> None:
    """The sun, or the bright part of a cloudy sky."""
    rng = p.rng
    azimuth, elevation = rng.uniform(-170, 170), rng.uniform(35, 70)
    if sunny:
        p.lamp(azimuth, elevation, rng.uniform(4.5, 7), linear("#fff0d8") * 40)
    p.lamps += p.around(azimuth, elevation, 25, 50)[..., None] * COOL_LIGHT * 1.5
