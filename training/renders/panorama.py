"""A painter of surroundings: shapes on upright planes and lamps around the drink, seen as a lens would blur them.

The painter stands where the drink stands. Azimuth 0 is straight ahead behind the drink and grows to the right,
elevation 0 is the eye's level; both are in degrees. Things stand on upright planes, `Place`s, in metres.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.renders.noise import Field, mixed, noise, step

HEIGHT, WIDTH = 256, 512
PIXEL = 2 * np.pi / WIDTH  # radians
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
BLURRED = (slice(32, 224), slice(112, 400))  # rows and columns that the camera can see, with a margin

Shade = Callable[[Field, Field], Field]  # colours (h, w, 3) of how far across, -1 to 1, and how far up, 0 to 1
Range = tuple[float, float]


class Place(NamedTuple):
    """An upright plane that faces the drink."""

    turn: float  # degrees to the right of straight ahead
    distance: float  # m


class Panorama:
    """An equirectangular picture in the making: linear radiance, rows from straight down to straight up."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.light = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        self.lamps = np.zeros((HEIGHT, WIDTH, 3), np.float32)  # kept apart: their strength is set at the end
        self.points = np.zeros((HEIGHT, WIDTH, 3), np.float32)  # lights that are blurred already
        self.blur = float(rng.uniform(0.9, 2.8))  # pixels, radius of a far point of light
        self.azimuth = ((np.arange(WIDTH) + 0.5) / WIDTH * 2 * np.pi - np.pi).astype(np.float32)
        self.elevation = ((np.arange(HEIGHT) + 0.5) / HEIGHT * np.pi - np.pi / 2).astype(np.float32)
        self._rise = np.tan(self.elevation)
        self._rough = noise(rng, (HEIGHT, WIDTH), 9, 2)

    def gradient(self, stops: Sequence[tuple[float, ArrayLike]]) -> None:
        """Fills everything with colours by elevation: stops of degrees, rising, and linear RGB."""
        heights = np.array([height for height, _ in stops])
        colours = np.array([colour for _, colour in stops])
        rows = [np.interp(np.degrees(self.elevation), heights, colours[:, channel]) for channel in range(3)]
        self.light[:] = np.stack(rows, -1)[:, None].astype(np.float32)

    def rough(self, shape: tuple[int, ...]) -> Field:
        """A piece of fine noise, of mean 0 and deviation 1: as leaves are, or a far view."""
        row, column = self.rng.integers(HEIGHT), self.rng.integers(WIDTH)
        rows, columns = (row + np.arange(shape[0])) % HEIGHT, (column + np.arange(shape[1])) % WIDTH
        return self._rough[rows[:, None], columns]

    def below(self, elevation: float, colour: ArrayLike) -> None:
        """Fills what lies below an elevation with a ground of one colour, darker underfoot."""
        down = np.degrees(self.elevation)
        rows = down < elevation
        self.light[rows] = (
            np.asarray(colour, np.float32) * (0.7 + 0.3 * step(-60, elevation, down[rows]))[:, None, None]
        )

    def cloudy(self, amount: float, size: float = 140, fall: float = 3) -> None:
        """Lightens and darkens what is painted so far unevenly, as nothing real is of one colour."""
        self.light *= np.exp(np.float32(amount) * noise(self.rng, (HEIGHT, WIDTH), size, fall))[..., None]

    def paint(
        self,
        place: Place,
        x: float,
        z: float,
        outline: ArrayLike,
        colour: ArrayLike | Shade,
        cover: float = 1.0,
        soft: float = 0.0,
    ) -> None:
        """Paints a shape that is symmetric about an upright axis.

        x, z: m, where it stands on the place, z from the eye's level. outline: (n, 2) m, rising heights above z and the
        half width at each. colour: linear radiance, or how it runs over the shape. cover: opacity. soft: m, its edges'.
        """
        heights, halves = np.asarray(outline, np.float32).T
        edge = max(soft, place.distance * PIXEL)
        turned = _wrapped(self.azimuth - np.float32(np.radians(place.turn)))
        across = place.distance * np.tan(turned) - np.float32(x)
        columns = np.flatnonzero((np.abs(turned) < 1.45) & (np.abs(across) < halves.max() + edge))
        if not columns.size:
            return
        across, far = across[columns], place.distance / np.cos(turned[columns])
        rows = self._rows(z + float(heights[0]) - edge, z + float(heights[-1]) + edge, far)
        up = self._rise[rows, None] * far - np.float32(z)
        half = np.interp(up, heights, halves).astype(np.float32)
        inside = np.clip((half - np.abs(across)) / edge + 0.5, 0, 1) * np.clip((up - heights[0]) / edge + 0.5, 0, 1)
        inside *= np.clip((heights[-1] - up) / edge + 0.5, 0, 1) * np.float32(cover)
        if callable(colour):
            tall = max(float(heights[-1] - heights[0]), 1e-6)
            colour = colour(np.clip(across / np.maximum(half, 1e-4), -1, 1), (up - heights[0]) / tall)
        self.light[rows, columns] = mixed(self.light[rows, columns], colour, inside)

    def box(self, place: Place, x: Range, z: Range, colour: ArrayLike | Shade, cover: float = 1.0) -> None:
        """Paints a rectangle from x[0] to x[1] and z[0] to z[1], m."""
        half = (x[1] - x[0]) / 2
        self.paint(place, x[0] + half, z[0], [(0, half), (z[1] - z[0], half)], colour, cover)

    def ellipse(
        self, place: Place, x: float, z: float, sides: Range, colour: ArrayLike | Shade, cover: float = 1
    ) -> None:
        """Paints an ellipse about (x, z) that is `sides` wide and tall, m."""
        angle = np.linspace(-np.pi / 2, np.pi / 2, 13)
        outline = np.stack([np.sin(angle) * sides[1] / 2, np.cos(angle) * sides[0] / 2], 1)
        self.paint(place, x, z, outline, colour, cover)

    def around(self, azimuth: float, elevation: float, radius: float, edge: float = 1.0) -> Field:
        """A disc on the sky (h, w) of a radius, 1 inside, fading over `edge` degrees at its rim."""
        a, e = np.radians(azimuth), np.radians(elevation)
        near = np.sin(self.elevation)[:, None] * np.sin(e)
        near = near + np.cos(self.elevation)[:, None] * np.cos(e) * np.cos(self.azimuth - a)
        return step(radius + edge / 2, radius - edge / 2, np.degrees(np.arccos(np.clip(near, -1, 1))))

    def glow(self, azimuth: float, elevation: float, radius: float, colour: ArrayLike) -> None:
        """Adds light that fades from a centre to nothing at `radius` degrees."""
        self.light += self.around(azimuth, elevation, radius / 2, radius)[..., None] ** 2 * np.asarray(
            colour, np.float32
        )

    def lamp(self, azimuth: float, elevation: float, radius: float, colour: ArrayLike) -> None:
        """Adds a round lamp, radius in degrees; `finished` sets its strength."""
        self.lamps += self.around(azimuth, elevation, radius, 1.5)[..., None] * np.asarray(colour, np.float32)

    def panel(self, azimuth: Range, elevation: Range, colour: ArrayLike, edge: float = 2.0) -> None:
        """Adds a lit rectangle, a softbox or a window, from azimuth to azimuth; `finished` sets its strength."""
        middle, half = np.radians(sum(azimuth) / 2), abs(azimuth[1] - azimuth[0]) / 2
        away = np.abs(np.degrees(_wrapped(self.azimuth - np.float32(middle))))
        columns = step(half + edge / 2, half - edge / 2, away)
        height = np.degrees(self.elevation)
        rows = step(elevation[0], elevation[0] + edge, height) * step(elevation[1] + edge, elevation[1], height)
        self.lamps += (rows[:, None] * columns)[..., None] * np.asarray(colour, np.float32)

    def lights(self, azimuth: ArrayLike, elevation: ArrayLike, colours: ArrayLike, size: float = 1.0) -> None:
        """Adds points of light (n,) as the discs a lens makes of them; colours: (n, 3), the radiance of the disc."""
        columns = (np.asarray(azimuth) / 360 + 0.5) * WIDTH - 0.5
        rows = (np.asarray(elevation) / 180 + 0.5) * HEIGHT - 0.5
        radius = self.blur * size
        reach = np.arange(-int(radius) - 2, int(radius) + 3)
        for column, row, colour in zip(columns, rows, np.asarray(colours, np.float32), strict=True):
            here, there = np.round(row).astype(int) + reach, np.round(column).astype(int) + reach
            away = np.hypot((here - row)[:, None], there - column)
            # A real lens leaves its discs a little brighter at the rim.
            disc = np.clip(radius + 0.5 - away, 0, 1) * (0.85 + 0.2 * (away / radius) ** 2)
            self.points[np.clip(here, 0, HEIGHT - 1)[:, None], there % WIDTH] += disc[..., None] * colour

    def finished(self, lit: float) -> NDArray[np.float32]:
        """The environment (256, 512, 3), its lamps as strong as it takes to light a table by `lit`.

        lit: the mean radiance that a level table receives, so a table of albedo a shows as a * lit.
        """
        seen = self.light.copy()
        seen[BLURRED] = self._through_lens(self.light[BLURRED])
        seen += self.points
        ambient, lamps = self._received(seen) @ LUMINANCE, self._received(self.lamps) @ LUMINANCE
        strength = np.clip((lit - ambient) / max(lamps, 1e-6), 0.15, 4)
        total = seen + self.lamps * np.float32(strength)
        received = np.maximum(self._received(total), 1e-6)
        exposure = np.clip(lit / (received @ LUMINANCE), 0.75, 1.33)
        return np.clip(total * self._white_balance(received) * np.float32(exposure), 0, 60).astype(np.float32)

    def _received(self, light: Field) -> Field:
        """The colour (3,), mean radiance weighed by cosine, of the light that a level table receives."""
        weight = np.clip(np.sin(self.elevation), 0, None) * np.cos(self.elevation)
        return weight / weight.sum() @ light.mean(1)

    def _white_balance(self, received: Field) -> Field:
        """Gains (3,) of a camera that takes out most of the tint of the light, as cameras do, more or less of it."""
        gains = (received @ LUMINANCE / received) ** np.float32(self.rng.uniform(0.4, 0.75))
        return gains / (gains @ LUMINANCE)

    def _through_lens(self, light: Field) -> Field:
        """Blurred by a disc where the camera looks, fading to sharp at the borders of `light`."""
        height, width = light.shape[:2]
        y, x = np.fft.fftfreq(height, 1 / height)[:, None], np.fft.fftfreq(width, 1 / width)
        disc = np.clip(self.blur + 0.5 - np.hypot(y, x), 0, 1)
        response = np.fft.rfft2(disc / disc.sum())[..., None]
        blurred = np.fft.irfft2(np.fft.rfft2(light, axes=(0, 1)) * response, (height, width), (0, 1))
        from_edge = np.minimum(_edge_distance(height)[:, None], _edge_distance(width))
        return mixed(light, blurred, step(6, 40, from_edge))

    def _rows(self, low: float, high: float, far: Field) -> slice:
        """The rows that show heights `low` to `high`, m, on a plane that is `far` away, m, column by column."""
        near, wide = float(far.min()), float(far.max())
        lowest = min(low / near, low / wide)
        highest = max(high / near, high / wide)
        first, last = np.searchsorted(self._rise, [lowest, highest])
        return slice(max(int(first) - 1, 0), min(int(last) + 1, HEIGHT))


def _wrapped(angle: Field) -> Field:
    """Angles in radians brought into [-pi, pi)."""
    return (angle + np.float32(np.pi)) % np.float32(2 * np.pi) - np.float32(np.pi)


def _edge_distance(length: int) -> Field:
    """How far each of `length` pixels is from the nearer end."""
    return np.minimum(np.arange(length), np.arange(length)[::-1]).astype(np.float32)
