"""Patterns of our own making, CC0: drawn with numpy, the same from the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image
from scipy import ndimage
from scipy.spatial import KDTree

from cocktailman.colour import rgb
from cocktailman.shelf import StyleImage

SIZE, FINE = 512, 2  # px, and how many times finer they are drawn
COARSER = 8  # times, that smooth noise is drawn before it is enlarged
Pixels = np.ndarray  # (h, w, 3), 0 to 255

CREAM, INK = "#f3ead7", "#20242e"
MEADOW = ("#d9603b", "#f2b134", "#2f6f73", "#7fb7a3", "#f3ead7", "#20242e")
SEA = ("#0f2f4d", "#1f5f8b", "#6fb1c7", "#e8f1f2")
DUSK = ("#2b1a3d", "#7b2d5b", "#d8572a", "#f7b538", "#fbe3b0")


def patterns() -> Iterator[tuple[StyleImage, Image.Image]]:
    """All patterns, with what the shelf says of them."""
    for name, (title, draw) in PATTERNS.items():
        facts = StyleImage(name, title, "the CocktailMan project", "2026", "CC0", "training/shelf/patterns.py")
        image = Image.fromarray(draw(np.random.default_rng(0)).clip(0, 255).astype(np.uint8))
        yield facts, image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)


def mosaic(rng: np.random.Generator) -> Pixels:
    """Tesserae with joints between them, by colours that change from place to place."""
    y, x = _grid()
    seeds = (np.indices((34, 34)).reshape(2, -1).T + rng.uniform(0.1, 0.9, (34 * 34, 2))) / 34 * len(x)
    distances, nearest = map(np.asarray, KDTree(seeds).query(np.stack([y, x], -1), k=2))
    field = _noise(rng, 90)[tuple(seeds.astype(int).clip(0, len(x) - 1).T)] + rng.normal(0, 0.12, len(seeds))
    colours = _ramp(MEADOW, field) + rng.normal(0, 9, (len(seeds), 1))
    joint = (distances[..., 1] - distances[..., 0]) < 4.5
    return np.where(joint[..., None], _rgb(CREAM) * 0.8, colours[nearest[..., 0]])


def waves(rng: np.random.Generator) -> Pixels:
    """Seigaiha: overlapping circles in rows, like a calm sea."""
    y, x = _grid()
    radius = len(x) / 8
    pixels = np.zeros((*x.shape, 3))
    for row in range(-1, 36):
        centre_y = row * radius / 2
        centre_x = np.round((x - row % 2 * radius) / (2 * radius)) * 2 * radius + row % 2 * radius
        distance = np.hypot(x - centre_x, y - centre_y - radius / 2) / radius
        rings = _ramp(SEA, (np.floor(distance * 5) % 4) / 3)
        pixels = np.where((distance < 1)[..., None], rings, pixels)
    return pixels


def marbling(rng: np.random.Generator) -> Pixels:
    """Marbled paper: bands bent by noise that is itself bent."""
    first, second, third = (_noise(rng, 70) for _ in range(3))
    bent = ndimage.map_coordinates(third, [_grid()[0] + 160 * first, _grid()[1] + 160 * second], mode="wrap", order=1)
    bands = (bent * 9) % 1
    edge = np.abs(bands - 0.5) > 0.46
    return np.where(edge[..., None], _rgb(INK), _ramp(DUSK, (np.floor(bent * 9) % 5) / 4))


def terrazzo(rng: np.random.Generator) -> Pixels:
    """Chips of stone in pale cement."""
    y, x = _grid()
    pixels = np.broadcast_to(_rgb(CREAM), (*x.shape, 3)) + rng.normal(0, 5, (*x.shape, 1))
    for _ in range(420):
        cy, cx, size = *rng.uniform(0, len(x), 2), rng.gamma(4, 7)
        angles, colour = rng.uniform(0, 2 * np.pi, 6), _rgb(MEADOW[rng.integers(len(MEADOW))])
        rows, columns = (slice(int(max(0, middle - 2 * size)), int(middle + 2 * size)) for middle in (cy, cx))
        dy, dx = y[rows, columns] - cy, x[rows, columns] - cx
        depth = np.max([np.cos(angle) * dx + np.sin(angle) * dy for angle in angles], axis=0)
        pixels[rows, columns][(depth < size) & (np.hypot(dy, dx) < 2 * size)] = colour
    return pixels


def hatching(rng: np.random.Generator) -> Pixels:
    """Pen strokes that follow a slow field, denser where it is dark."""
    y, x = _grid()
    angle, tone = _noise(rng, 120) * 2 * np.pi, _noise(rng, 60)
    ink = np.zeros(x.shape)
    for turn, limit in ((0.0, 0.75), (0.9, 0.5), (1.7, 0.3)):
        phase = (x * np.cos(turn) + y * np.sin(turn) + 60 * angle) / 9 + rng.normal(0, 0.05, x.shape)
        ink = np.maximum(ink, (np.sin(phase) > 0.35) & (tone < limit))
    return np.where(ndimage.gaussian_filter(ink.astype(float), 1)[..., None] > 0.5, _rgb(INK), _rgb(CREAM))


def tiles(rng: np.random.Generator) -> Pixels:
    """Square tiles of quarter circles and triangles."""
    y, x = _grid()
    cells = 8
    side = len(x) / cells
    row, column = (y // side).astype(int), (x // side).astype(int)
    u, v = (x % side) / side, (y % side) / side
    turn, shape = rng.integers(0, 4, (2, cells, cells))
    for number in range(1, 4):
        u, v = np.where(turn[row, column] >= number, v, u), np.where(turn[row, column] >= number, 1 - u, v)
    inside = np.choose(shape[row, column], [np.hypot(u, v) < 1, u > v, np.hypot(u - 0.5, v - 0.5) < 0.4, u + v < 1])
    front, ground = rng.integers(0, len(MEADOW), (2, cells, cells))
    ground = np.where(front == ground, (ground + 1) % len(MEADOW), ground)
    palette = np.stack([_rgb(colour) for colour in MEADOW])
    return palette[np.where(inside, front[row, column], ground[row, column])]


def dots(rng: np.random.Generator) -> Pixels:
    """Paint in points, each a little off the colour of its place."""
    y, x = _grid()
    seeds = rng.uniform(0, len(x), (9000, 2))
    distances, nearest = KDTree(seeds).query(np.stack([y, x], -1))
    field = _noise(rng, 110)[tuple(seeds.astype(int).T)] + rng.normal(0, 0.16, len(seeds))
    colours = _ramp((*SEA, *DUSK[1:]), field) + rng.normal(0, 8, (len(seeds), 3))
    return np.where((distances < 7)[..., None], colours[nearest], _rgb(CREAM))


PATTERNS: dict[str, tuple[str, Callable[[np.random.Generator], Pixels]]] = {
    "mosaic": ("Mosaic", mosaic),
    "waves": ("Waves", waves),
    "marbling": ("Marbled paper", marbling),
    "terrazzo": ("Terrazzo", terrazzo),
    "hatching": ("Hatching", hatching),
    "tiles": ("Tiles", tiles),
    "dots": ("Points of paint", dots),
}


def _grid() -> np.ndarray:
    """Rows and columns of all pixels, (2, h, w)."""
    return np.indices((SIZE * FINE, SIZE * FINE), float)


def _noise(rng: np.random.Generator, coarseness: float) -> np.ndarray:
    """Smooth noise (h, w), evenly spread over 0 to 1, that goes on beyond its edges."""
    side = SIZE * FINE // COARSER
    smooth = ndimage.gaussian_filter(rng.normal(size=(side, side)), coarseness / COARSER, mode="wrap")
    even = smooth.argsort(None).argsort().reshape(smooth.shape) / smooth.size
    return np.asarray(ndimage.zoom(even, COARSER, order=1, mode="grid-wrap", grid_mode=True))


def _rgb(colour: str) -> np.ndarray:
    return np.round(255 * rgb(colour))


def _ramp(colours: tuple[str, ...], values: np.ndarray) -> np.ndarray:
    """Colours at values from 0 to 1 along a way through several."""
    table = np.stack([_rgb(colour) for colour in colours])
    places = np.linspace(0, 1, len(colours))
    return np.stack([np.interp(values, places, table[:, channel]) for channel in range(3)], -1)
