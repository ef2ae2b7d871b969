"""Shapes as triangles, in centimetres, z up: what a scene is built from and what its masks are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]  # (n, 2) or (n, 3)


@dataclass(frozen=True)
class Mesh:
    """Triangles over vertices, seen from outside in counter-clockwise order.

    vertices: (n, 3) cm. faces: (m, 3) rows of vertices. uv: (n, 2) in [0, 1], where a texture lies; zeros where there
    is none.
    """

    vertices: Points
    faces: NDArray[np.int64]
    uv: Points

    def moved(self, shift: ArrayLike = (0, 0, 0), turn: NDArray[np.float64] | None = None) -> Mesh:
        """Turned about the origin by the matrix `turn` (3, 3), then shifted by `shift` (3,)."""
        vertices = self.vertices if turn is None else self.vertices @ turn.T
        return replace(self, vertices=vertices + np.asarray(shift, float))

    def scaled(self, factors: ArrayLike) -> Mesh:
        """Stretched along x, y and z by `factors`, one positive number or three."""
        return replace(self, vertices=self.vertices * np.asarray(factors, float))

    def inside_out(self) -> Mesh:
        """With its faces turned around."""
        return replace(self, faces=self.faces[:, ::-1])


def mesh(vertices: ArrayLike, faces: ArrayLike, uv: ArrayLike | None = None) -> Mesh:
    """A mesh from plain lists; without `uv` its texture coordinates are zeros."""
    points = np.asarray(vertices, float).reshape(-1, 3)
    where = np.zeros((len(points), 2)) if uv is None else np.asarray(uv, float)
    return Mesh(points, np.asarray(faces, np.int64).reshape(-1, 3), where)


def joined(parts: Iterable[Mesh]) -> Mesh:
    """All parts as one mesh."""
    parts = list(parts)
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.uv for part in parts]),
    )


def turn(axis: str, degrees: float) -> NDArray[np.float64]:
    """The rotation (3, 3) about an axis, `x`, `y` or `z`, counter-clockwise as seen from its tip."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    i, j = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.eye(3)
    matrix[i, i], matrix[i, j], matrix[j, i], matrix[j, j] = c, -s, s, c
    return matrix


def any_turn(rng: np.random.Generator) -> NDArray[np.float64]:
    """A rotation (3, 3) drawn evenly from all there are."""
    q, r = np.linalg.qr(rng.normal(size=(3, 3)))
    q = q * np.sign(np.diag(r))
    return q if np.linalg.det(q) > 0 else -q


def directions(path: Points) -> Points:
    """Which way a path (n, d) runs at each of its points, of length 1."""
    along = np.gradient(path, axis=0)
    return along / np.linalg.norm(along, axis=1, keepdims=True)


def rounded(profile: ArrayLike, times: int = 3) -> Points:
    """A polyline (n, d) with its corners cut (Chaikin 1974), its ends kept: every edge gets a bevel."""
    points = np.asarray(profile, float)
    for _ in range(times):
        near, far = points[:-1], points[1:]
        cut = np.stack([0.75 * near + 0.25 * far, 0.25 * near + 0.75 * far], 1).reshape(-1, points.shape[1])
        points = np.concatenate([points[:1], cut[1:-1], points[-1:]])
    return points


def revolve(profile: ArrayLike, segments: int = 96) -> Mesh:
    """The surface that a profile (n, 2) of radius and height sweeps about the z axis.

    Its outside lies to the right of the profile: one that starts at the axis, runs out, up and back to the axis bounds
    a solid. u runs around, v along the profile.
    """
    points = np.asarray(profile, float)
    angles = np.linspace(0, 2 * np.pi, segments + 1)  # the seam twice, for the texture
    radius, height = points[:, 0, None], np.broadcast_to(points[:, 1, None], (len(points), segments + 1))
    vertices = np.stack([radius * np.cos(angles), radius * np.sin(angles), height], -1)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    u, v = np.meshgrid(angles / (2 * np.pi), along / max(along[-1], 1e-9))
    return grid(vertices, np.stack([u, v], -1))


def tube(path: ArrayLike, radius: ArrayLike, segments: int = 16, flat: float = 1.0) -> Mesh:
    """A closed tube around a path (n, 3), of one radius or one a point; `flat` below 1 presses its section to a strip.

    Frames are carried along the path without twist (double reflection, Wang et al. 2008, in its simplest form).
    """
    points = np.asarray(path, float)
    radii = np.broadcast_to(np.asarray(radius, float), len(points))
    tangent = directions(points)
    helper = np.eye(3)[np.argmin(np.abs(tangent[0]))]
    normal = np.cross(tangent[0], helper)
    rings = []
    angles = np.linspace(0, 2 * np.pi, segments + 1)
    for point, along, size in zip(points, tangent, radii, strict=True):
        normal = normal - along * (normal @ along)
        normal /= np.linalg.norm(normal)
        side = np.cross(along, normal)
        rings.append(point + size * (np.cos(angles)[:, None] * normal * flat + np.sin(angles)[:, None] * side))
    rings = [np.repeat(points[:1], segments + 1, 0), *rings, np.repeat(points[-1:], segments + 1, 0)]
    u, v = np.meshgrid(angles / (2 * np.pi), np.linspace(0, 1, len(rings)))
    return grid(np.stack(rings), np.stack([u, v], -1))


def ball(radius: float, segments: int = 24) -> Mesh:
    """A sphere."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, segments // 2 + 1)
    return revolve(radius * np.stack([np.cos(angle), np.sin(angle)], 1), segments)


def block(sides: Sequence[float], power: float, steps: int) -> Mesh:
    """A box with rounded edges, `sides` long in x, y and z: a superellipsoid, rounder where `power` is smaller."""
    line = np.linspace(-1, 1, steps + 1)
    a, b = np.meshgrid(line, line, indexing="ij")
    one = np.ones_like(a)
    sheets = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            corners = np.roll(np.stack([one * sign, b, a], -1), axis, axis=-1)
            size = (np.abs(corners) ** power).sum(-1, keepdims=True) ** (1 / power)
            sheet = grid(corners / size * np.asarray(sides) / 2, np.stack([a, b], -1) / 2 + 0.5)
            sheets.append(sheet.inside_out() if sign < 0 else sheet)
    return welded(joined(sheets))


def welded(shape: Mesh) -> Mesh:
    """With vertices that lie together made one (their texture coordinates are the first's)."""
    _, first, row = np.unique(shape.vertices.round(6), axis=0, return_index=True, return_inverse=True)
    faces = row.reshape(-1)[shape.faces]
    return Mesh(shape.vertices[first], faces[_has_area(faces)], shape.uv[first])


def grid(vertices: Points, uv: Points) -> Mesh:
    """The triangles between a grid of vertices (rows, columns, 3), with texture coordinates (rows, columns, 2)."""
    rows, columns = vertices.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[:-1, 1:], index[1:, 1:], index[1:, :-1]
    faces = np.concatenate([np.stack([a, b, c], -1).reshape(-1, 3), np.stack([a, c, d], -1).reshape(-1, 3)])
    points = vertices.reshape(-1, 3)
    corners = points[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return Mesh(points, faces[area > 1e-12], uv.reshape(-1, 2))


def _has_area(faces: NDArray[np.int64]) -> NDArray[np.bool_]:
    a, b, c = faces.T
    return (a != b) & (b != c) & (c != a)
