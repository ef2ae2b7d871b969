"""A pinhole camera: where it stands to frame a drink, and where things land in its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.renders.mesh import Points

ANGLE = 30.0  # deg, what the picture spans from edge to edge: a short telephoto, as one takes for a drink
FRAMED = 0.96  # share of the picture's side that a drink fills at distance 1


@dataclass(frozen=True)
class Camera:
    """position (3,) cm; axes (3, 3): the rows point right, up and forward in the picture."""

    position: NDArray[np.float64]
    axes: NDArray[np.float64]

    def project(self, points: Points) -> Points:
        """Points (n, 3) in cm to (n, 2): fractions of width and height from the picture's upper left corner."""
        seen = (points - self.position) @ self.axes.T  # right, up, forward
        scale = 0.5 / np.tan(np.radians(ANGLE / 2)) / seen[:, 2]
        return np.stack([0.5 + scale * seen[:, 0], 0.5 - scale * seen[:, 1]], 1)


def aimed(target: NDArray[np.float64], azimuth: float, elevation: float, roll: float, distance: float) -> Camera:
    """A camera at a distance (cm) from its target, in degrees around (0: looking along +y), above it, and tilted."""
    a, e, r = np.radians([azimuth, elevation, roll])
    forward = np.array([np.sin(a) * np.cos(e), np.cos(a) * np.cos(e), -np.sin(e)])
    right = np.array([np.cos(a), -np.sin(a), 0.0])
    up = np.cross(right, forward)
    axes = np.stack([np.cos(r) * right + np.sin(r) * up, np.cos(r) * up - np.sin(r) * right, forward])
    return Camera(target - distance * forward, axes)


def framing(points: Points, azimuth: float, elevation: float, roll: float, factor: float) -> Camera:
    """A camera that looks at the middle of the points (n, 3), `factor` times as far away as just frames them all."""
    target = (points.min(0) + points.max(0)) / 2
    near, far = 5.0, 400.0  # cm
    for _ in range(20):  # bisection: the picture of a thing shrinks as one steps back
        distance = (near + far) / 2
        camera = aimed(target, azimuth, elevation, roll, distance)
        depth = (points - camera.position) @ camera.axes[2]
        fits = depth.min() > 1 and np.abs(camera.project(points) - 0.5).max() < FRAMED / 2
        near, far = (near, distance) if fits else (distance, far)
    return aimed(target, azimuth, elevation, roll, far * factor)
