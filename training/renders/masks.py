"""Exact masks and boxes: the silhouettes of the shapes themselves, as the pinhole camera sees them.

A silhouette counts what lies behind glass, ice or another part of the drink as well; the blur of the lens and the
bending of light in the glass are left out. In a vessel that one cannot see through, the liquid is what shows through
its mouth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.renders.camera import Camera
from training.renders.mesh import Mesh

# The same as `cocktailman.renders.MASKS`, which cannot be had where Blender is: pyarrow wants a newer numpy.
BITS = {"vessel": 1, "liquid": 2, "garnish": 4}
FINER = 4  # times as many pixels each way while a silhouette is drawn


def silhouette(shapes: list[Mesh], camera: Camera, size: int) -> NDArray[np.bool_]:
    """Which pixels, (size, size), at least half of which a shape covers."""
    canvas = Image.new("L", (size * FINER, size * FINER))
    draw = ImageDraw.Draw(canvas)
    for shape in shapes:
        flat = camera.project(shape.vertices) * size * FINER
        a, b, c = (flat[shape.faces[:, i]] for i in range(3))
        (bx, by), (cx, cy) = (b - a).T, (c - a).T
        towards = bx * cy - by * cx < 0  # y runs down: the front is negative
        for triangle in np.concatenate([a, b, c], 1)[towards].tolist():
            draw.polygon(triangle, fill=255)
    covered = np.asarray(canvas, np.float32).reshape(size, FINER, size, FINER).mean((1, 3))
    return covered >= 127.5


def box(mask: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """x1, y1, x2, y2 around the pixels set, fractions of width and height; all 0 where none is."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return (0.0, 0.0, 0.0, 0.0)
    height, width = mask.shape
    return (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height)
