"""The shapes of garnishes, each about its own origin, in centimetres; the makers of `garnish_pieces` place them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.renders.mesh import Mesh, Points, any_turn, ball, directions, grid, joined, mesh, revolve, turn


def two_sided(sheet: Mesh, thickness: float = 0.02) -> Mesh:
    """A sheet with a back: a copy that faces the other way, `thickness` cm behind, so that it shows from both sides."""
    corners = sheet.vertices[sheet.faces]
    facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normal = np.zeros_like(sheet.vertices)
    for corner in sheet.faces.T:
        np.add.at(normal, corner, facing)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    return joined([sheet, mesh(sheet.vertices - thickness * normal, sheet.faces, sheet.uv).inside_out()])


def aimed(direction: ArrayLike) -> NDArray[np.float64]:
    """The rotation (3, 3) that takes z to `direction` and keeps y as near to itself as it can."""
    z = np.asarray(direction, float) / np.linalg.norm(direction)
    y = np.array([0.0, 1.0, 0.0]) - z * z[1]
    if np.linalg.norm(y) < 1e-6:
        y = np.cross(z, (1, 0, 0))
    y = y / np.linalg.norm(y)
    return np.stack([np.cross(y, z), y, z], 1)


def slab(outline: Points, head: Points, thickness: float, place: Callable[[Points], Points]) -> Mesh:
    """A slice lying in the plane z = 0: rings run from `head` out to `outline` (both (n, 2), counter-clockwise).

    Where the outline's two ends lie apart, the gap between them is a slit that reaches in to the head. `place` gives
    the texture coordinates (.., 2) of points (.., 2) of the slice. Edges are bevelled.
    """
    half = thickness / 2
    profile = [(0, -1), (0.4, -1), (0.75, -1), (0.97, -1), (1, -0.7), (1, 0.7), (0.97, 1), (0.75, 1), (0.4, 1), (0, 1)]
    flat = np.stack([head + share * (outline - head) for share, _ in profile])
    height = np.array([half * level for _, level in profile])[:, None, None]
    vertices = np.concatenate([flat, np.broadcast_to(height, (*flat.shape[:2], 1))], -1)
    uv = place(flat)
    sheets = [grid(vertices, uv)]
    if np.linalg.norm(outline[0] - outline[-1]) > 1e-6:
        sheets += [_fan(vertices[:, 0], uv[:, 0]).inside_out(), _fan(vertices[:, -1], uv[:, -1])]
    return joined(sheets)


def round_slice(radius: float, thickness: float, slit: float = 0.0, depth: float = 1.0) -> Mesh:
    """A slice of a round fruit, upright in x and y, with a slit `slit` wide from below, `depth` radii deep."""
    gap = np.arcsin(min(slit / 2 / radius, 1.0))
    angles = np.linspace(-np.pi / 2 + gap, 1.5 * np.pi - gap, 49)
    outline = radius * np.stack([np.cos(angles), np.sin(angles)], 1)
    return slab(outline, _slit_head(49, slit, (depth - 1) * radius), thickness, lambda at: 0.5 + 0.49 * at / radius)


def half_slice(radius: float, thickness: float, slit: float, depth: float) -> Mesh:
    """The upper half of a round slice, a slit from the middle of its straight edge, `depth` radii deep."""
    angles = np.linspace(0, np.pi, 33)
    arc = radius * np.stack([np.cos(angles), np.sin(angles)], 1)
    edge = np.linspace(slit / 2, radius, 8, endpoint=False)[:, None] * (1, 0)
    outline = np.concatenate([edge, arc, edge[::-1] * (-1, 1)])
    head = _slit_head(len(outline), slit, depth * radius)
    return slab(outline, head, thickness, lambda at: 0.5 + 0.49 * at / radius)


def sector_slice(radius: float, degrees: float, thickness: float, slit: float, depth: float, bumps: Points) -> Mesh:
    """A sector of a slice, its tip (blunt) at the origin and below, a slit from there; `bumps` (k,) swell the arc."""
    half = np.radians(degrees) / 2
    angles = np.pi / 2 + np.linspace(-half, half, len(bumps))
    arc = (radius * (1 + bumps))[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)
    blunt = 0.18 * radius * np.array([np.sin(half), np.cos(half)])
    side = np.linspace((blunt[0] + slit / 2, blunt[1]), arc[0], 8, endpoint=False)
    bottom = np.array([[slit / 2, blunt[1]]])
    right = np.concatenate([bottom, side])
    outline = np.concatenate([right, arc, right[::-1] * (-1, 1)])
    head = _slit_head(len(outline), slit, depth * radius)
    return slab(outline, head, thickness, lambda at: np.array([0.5, 0.0]) + at * (0.92 / radius))


def fruit_wedge(length: float, radius: float, degrees: float) -> Mesh:
    """A wedge of a fruit `length` long in x, its cut edge along the x axis, its rind up (z).

    Texture: the cut faces below v = 0.5 (u along x, v out from the edge), the rind above.
    """
    t = np.linspace(-1, 1, 25)
    tip = 0.12 * np.exp(-(((np.abs(t) - 1) / 0.12) ** 2))  # the nubs at a lemon's ends
    reach = radius * np.sqrt(np.clip(1 - np.abs(t) ** 2.2, 0, 1)) + tip * radius * 0.5
    half = np.radians(degrees) / 2
    x, u = t * length / 2, t / 2 + 0.5
    out = np.linspace(0.03, 1, 9)[:, None]
    bulge = 0.03 * radius * np.sin(np.pi * out)  # the flesh swells where the knife let it go
    across, up = np.sin(half) * reach * out + bulge, np.cos(half) * reach * out
    cut_uv = _stacked(u, 0.485 * out * (reach / radius))
    cuts = [grid(_stacked(x, -across, up), cut_uv), grid(_stacked(x, across, up), cut_uv).inside_out()]
    phi = np.linspace(-half, half, 11)[:, None]
    rind_uv = _stacked(u, 0.53 + 0.44 * (phi / half / 2 + 0.5))
    return joined([*cuts, grid(_stacked(x, np.sin(phi) * reach, np.cos(phi) * reach), rind_uv)])


def strip(path: Points, outward: Points, width: ArrayLike, thickness: float) -> Mesh:
    """A band along `path` (n, 3), flat side towards `outward` (n, 3): u < 0.5 on that side, v along the path."""
    tangent = directions(path)
    normal = outward - tangent * (outward * tangent).sum(1, keepdims=True)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    side = np.cross(normal, tangent)
    across = np.array([1, 0.5, 0, -0.5, -1, -1, -0.5, 0, 0.5, 1, 1]) / 2
    above = np.array([1, 1, 1, 1, 1, -1, -1, -1, -1, -1, 1]) / 2 * thickness
    u = np.array([0.02, 0.13, 0.25, 0.37, 0.47, 0.54, 0.63, 0.75, 0.87, 0.95, 0.98])
    widths = np.broadcast_to(np.asarray(width, float), len(path))[:, None, None]
    vertices = path[:, None] + widths * across[:, None] * side[:, None] + above[:, None] * normal[:, None]
    v = np.linspace(0, 1, len(path))
    uv = _stacked(u, v[:, None])
    ends = [_fan(vertices[0], uv[0]).inside_out(), _fan(vertices[-1], uv[-1])]
    return joined([grid(vertices, uv), *ends])


def leaf(length: float, width: float, rng: np.random.Generator, teeth: int = 9, curl: float = 0.25) -> Mesh:
    """A leaf from the origin along x, its upper side towards z: folded along its midrib, toothed, its tip bent down.

    curl: how far the tip bends, in lengths.
    """
    rows = 2 * teeth + 1
    along = np.linspace(0, 1, rows)[:, None]
    across = np.linspace(-1, 1, 9)
    outline = np.sin(np.pi * along**0.72) ** 0.6 * (1 - 0.3 * along) + 0.02
    tooth = 0.075 * (np.arange(rows) % 2)[:, None] * np.abs(across) ** 6
    wave = 0.05 * np.sin(7 * along + rng.uniform(0, 6) + 1.5 * np.sign(across)) * across**2
    fold = rng.uniform(0.10, 0.28) * np.abs(across) ** 1.4 * outline
    pillows = 0.012 * np.cos(2 * np.pi * 7 * (along - 0.25 * np.abs(across))) * (1 - np.abs(across))
    x = length * (along + 0.06 * np.abs(across) * outline - 0.5 * tooth)
    y = width / 2 * across * outline * (1 + tooth)
    z = width * (fold + wave) - curl * length * along**2 + length * pillows
    sideways = rng.normal(0, 0.06) * length * along**2
    return two_sided(grid(_stacked(x, y + sideways, z), _stacked(across / 2 + 0.5, along)).inside_out())


def blade(length: float, width: float, rng: np.random.Generator) -> Mesh:
    """A pineapple leaf from the origin up along z: a long channel with a spined edge, its back towards -x."""
    rows = 33
    along = np.linspace(0, 1, rows)[:, None]
    across = np.linspace(-1, 1, 7)
    outline = (1 - along) ** 0.62 * (0.8 + 0.5 * along) + 0.01
    spines = 0.08 * (np.arange(rows) % 2)[:, None] * np.abs(across) ** 6
    y = width / 2 * across * outline * (1 + spines)
    bend = rng.uniform(0.02, 0.22) * length * along**2
    x = bend - 0.22 * width * across**2 * outline
    return two_sided(grid(_stacked(x, y, length * along), _stacked(across / 2 + 0.5, along)))


def swept(path: Points, section: Points, sizes: Points) -> Mesh:
    """A closed section (k, 2) carried along a path (n, 3), scaled by `sizes` (n,); its second axis stays near y.

    Texture: u around, v along. The section runs counter-clockwise, its first point not repeated.
    """
    ring = np.concatenate([section, section[:1]])
    tangent = np.gradient(path, axis=0)
    rows = []
    for point, along, size in zip(path, tangent, sizes, strict=True):
        frame = aimed(along)
        rows.append(point + size * (ring[:, :1] * frame[:, 0] + ring[:, 1:] * frame[:, 1]))
    vertices = np.stack(rows)
    uv = _stacked(np.linspace(0, 1, len(ring)), np.linspace(0, 1, len(path))[:, None])
    ends = [_fan(vertices[0], uv[0]).inside_out(), _fan(vertices[-1], uv[-1])]
    return joined([grid(vertices, uv), *ends])


def celery_section(width: float) -> Points:
    """A stalk's crescent section: hollow towards +x, ridged on its back."""
    angle = np.linspace(-1.15, 1.15, 23)
    ridge = 1 + 0.045 * np.cos(angle * 16)
    back = np.stack([-np.cos(angle) * ridge, np.sin(angle) * ridge], 1)
    hollow = np.stack([-0.72 * np.cos(angle[::-2] * 0.93), 0.80 * np.sin(angle[::-2] * 0.93)], 1)
    return np.concatenate([back, hollow])[::-1] * width / 1.85 + (0.3 * width, 0)


def hollow_tube(length: float, radius: float, wall: float) -> Mesh:
    """An open tube from the origin up along z."""
    inner = radius - wall
    return revolve([(inner, length), (inner, 0), (radius, 0), (radius, length), (inner, length)], 24)


def strawberry(length: float, width: float, rng: np.random.Generator) -> Mesh:
    """A strawberry, tip down at the origin, shoulders up at `length`; v runs from tip to stem."""
    t = np.linspace(0, 1, 25)
    wide = np.sin(np.pi * t**0.85) ** 0.7 * (0.55 + 0.6 * t)
    profile = np.stack([width / 2 * wide / wide.max(), length * (t - 0.06 * t**6)], 1)
    profile[0, 0] = profile[-1, 0] = 0
    body = revolve(profile, 28)
    angle = np.arctan2(body.vertices[:, 1], body.vertices[:, 0])
    swell = 1 + 0.05 * np.cos(2 * angle + rng.uniform(0, 6)) + 0.03 * np.cos(3 * angle + rng.uniform(0, 6))
    return mesh(body.vertices * np.stack([swell, swell, np.ones_like(swell)], 1), body.faces, body.uv)


def calyx(radius: float, rng: np.random.Generator) -> Mesh:
    """The green star on a strawberry, about the origin, with its stem."""
    leaves = []
    count = int(rng.integers(8, 12))
    for number in range(count):
        size = radius * rng.uniform(0.8, 1.15)
        one = leaf(size, size * 0.42, rng, teeth=4, curl=rng.uniform(-0.25, 0.45))
        leaves.append(one.moved(turn=turn("z", 360 * number / count + rng.normal(0, 6)) @ turn("y", rng.normal(0, 9))))
    return joined(leaves)


def drupelets(radius: float, length: float, rng: np.random.Generator) -> Mesh:
    """A bramble berry along z about the origin: small balls in staggered rings over an egg."""
    bead = ball(1.0, 8)
    beads = []
    rings = 5
    for row in range(rings + 1):
        height = row / rings
        wide = np.sqrt(max(1 - (0.9 * height) ** 2.2, 0.0))
        count = max(round(9 * wide), 1)
        size = radius * rng.uniform(0.30, 0.35)
        for number in range(count):
            angle = 2 * np.pi * (number + 0.5 * (row % 2)) / count + rng.normal(0, 0.06)
            reach = (radius - size * 0.8) * wide if count > 1 else 0.0
            at = (reach * np.cos(angle), reach * np.sin(angle), length * (0.86 * height - 0.42))
            beads.append(bead.scaled(size * rng.uniform(0.92, 1.08)).moved(at, any_turn(rng)))
    return joined(beads)


def olive_body(length: float, width: float, hole: float) -> Mesh:
    """An olive along z about the origin, with a dent of radius `hole` (cm) at its upper end."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 17)
    profile = np.stack([width / 2 * np.cos(angle), length / 2 * np.sin(angle)], 1)
    outside = profile[(profile[:, 0] > hole) | (profile[:, 1] < 0)]
    lip = outside[-1]
    return revolve(
        np.concatenate([outside, [[hole * 0.9, lip[1]], [hole * 0.8, lip[1] - hole], [0, lip[1] - hole]]]), 20
    )


def bean(length: float) -> Mesh:
    """A coffee bean along x, its flat furrowed side up, its back down; u = 0.5 is the furrow, v runs along."""
    body = ball(0.5, 32).moved(turn=turn("y", 90))
    x, y, z = body.vertices.T
    y, z = y * 0.74, z * 0.62
    top = np.where(z > 0, z * 0.45, z)
    top = top - 0.13 * np.exp(-((y / 0.05) ** 2)) * (z > 0) * np.sqrt(np.clip(1 - 4 * x**2, 0, 1))
    return mesh(length * np.stack([x, y, top], 1), body.faces, body.uv)


def shaving(rng: np.random.Generator) -> Mesh:
    """A curl shaved off a chocolate bar, lying along x about the origin."""
    length, width = rng.uniform(0.5, 1.3), rng.uniform(0.25, 0.5)
    arc = rng.uniform(1.0, 4.0)
    angle = np.linspace(-arc / 2, arc / 2, 6) - np.pi / 2
    radius = width / arc * 1.2
    along = np.linspace(-0.5, 0.5, 4)[:, None] * length
    twist = along * rng.normal(0, 0.6)
    x = along + 0.06 * rng.normal(size=(4, 6))
    y = radius * np.cos(angle + twist)
    z = radius * (1 + np.sin(angle + twist))
    return two_sided(grid(_stacked(x, y, z), np.zeros((4, 6, 2))), 0.03)


def crumbs(places: Points, sizes: ArrayLike, rng: np.random.Generator) -> Mesh:
    """A crumb at each place (n, 3): an octahedron, turned and stretched at random, of about the given size (cm)."""
    corners = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)], float)
    faces = np.array([(0, 2, 4), (2, 1, 4), (1, 3, 4), (3, 0, 4), (2, 0, 5), (1, 2, 5), (3, 1, 5), (0, 3, 5)])
    return _strewn(mesh(corners / 2, faces), places, sizes, rng)


def grains(places: Points, sizes: ArrayLike, rng: np.random.Generator) -> Mesh:
    """A grain, a small cube turned at random, at each place (n, 3), of about the given size (cm)."""
    corners = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([triangle for a, b, c, d in quads for triangle in ((a, b, c), (a, c, d))])
    return _strewn(mesh(corners / 2, faces), places, sizes, rng)


def _strewn(piece: Mesh, places: Points, sizes: ArrayLike, rng: np.random.Generator) -> Mesh:
    """A piece of size 1 at each place (n, 3), stretched at random to about one of the sizes, and turned."""
    width = np.broadcast_to(np.asarray(sizes, float), len(places))
    return joined(
        piece.scaled(size * rng.uniform(0.7, 1.3, 3)).moved(place, any_turn(rng))
        for size, place in zip(width, places, strict=True)
    )


def _stacked(*coordinates: Points) -> Points:
    """The points (rows, columns, k) of these coordinates, each given for every point, row or column."""
    return np.stack(np.broadcast_arrays(*coordinates), -1)


def _slit_head(count: int, slit: float, height: float) -> Points:
    """The inner end of a slit, as many points as its outline has, from its right side to its left."""
    return np.stack([np.linspace(slit / 2, -slit / 2, count), np.full(count, height)], 1)


def _fan(ring: Points, uv: Points) -> Mesh:
    """The flat face inside a ring of points (n, 3), in their order."""
    count = len(ring)
    spokes = np.stack([np.arange(count), np.roll(np.arange(count), -1), np.full(count, count)], 1)
    return mesh(np.vstack([ring, ring.mean(0)]), spokes, np.vstack([uv, uv.mean(0)]))
