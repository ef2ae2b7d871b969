"""Where garnishes go: on the rim, afloat, at the bottom, against the wall or leaning in the glass; azimuth 0 is +x."""

from __future__ import annotations

import numpy as np

from training.renders import garnish_shapes as shapes
from training.renders.mesh import Mesh, Points, mesh, turn
from training.renders.parts import Seat


def wheel_on_rim(radius: float, thickness: float, seat: Seat, rng: np.random.Generator) -> Mesh:
    """A round slice astride the rim, its slit over the wall."""
    lift = rng.uniform(-0.1, 0.25)  # of its middle above the rim, in radii
    shape = shapes.round_slice(radius, thickness, slit(seat), 1 - lift)
    return on_rim(upright(shape.moved((0, lift * radius, 0)), rng, roll=5), seat)


def slice_inside(radius: float, thickness: float, seat: Seat, rng: np.random.Generator) -> Mesh:
    """A round slice afloat, or pressed against the wall with its upper part out of the drink."""
    middle = seat.surface - rng.uniform(0.1, 0.6) * radius
    fits = middle - radius > seat.floor + 0.3 and seat.inner_radius(middle - radius) > 0.9 * radius
    if fits and rng.random() < 0.5:
        return _against_wall(shapes.round_slice(radius, thickness), middle, thickness, seat)
    radius = min(radius, 0.85 * calm_radius(seat))
    shape = shapes.round_slice(radius, thickness).moved(turn=turn("z", rng.uniform(0, 360)))
    tilt = turn("y", rng.normal(0, 6)) @ turn("x", rng.normal(0, 6))
    return shape.moved(spot(seat, radius + 0.1, seat.surface + 0.08 * thickness, rng), tilt)


def _against_wall(shape: Mesh, middle: float, thickness: float, seat: Seat) -> Mesh:
    """An upright slice bent along the inside of the wall, its middle at height `middle`."""
    aside, up, out = shape.vertices.T
    height = np.minimum(up + middle, seat.rim_height - 0.05)
    radius = inner_radii(seat, height) - 0.06 - thickness / 2 + out
    angle = aside / np.maximum(radius, 0.5)
    return mesh(np.stack([radius * np.cos(angle), radius * np.sin(angle), height], 1), shape.faces, shape.uv)


def upright(shape: Mesh, rng: np.random.Generator, roll: float) -> Mesh:
    """A slice out of the plane z = 0 set upright and across the wall: rolled in its plane, then yawed, some degrees."""
    return shape.moved(turn=turn("z", rng.normal(0, 10)) @ turn("y", rng.normal(0, roll)) @ turn("x", 90))


def on_rim(shape: Mesh, seat: Seat) -> Mesh:
    """A shape given about the rim's own point (x outward, z up along the wall) set on the rim at azimuth 0."""
    low, high = seat.rim_height - 1.2, seat.rim_height - 0.2
    flare = np.degrees(np.arctan(seat.inner_radius(high) - seat.inner_radius(low)))
    lean = turn("y", float(np.clip(flare, -15, 40)))
    return shape.moved((seat.rim_radius, 0, seat.rim_height), lean)


def leaning_line(seat: Seat, radius: float, clear: float = 0.0) -> tuple[Points, Points]:
    """Where a stick of a radius stands inside, on the far side, and where it leans on the rim at azimuth 0.

    Its foot is as low as lets it pass the wall, and lets things on its middle keep `clear` cm from the wall.
    """
    lip = np.array([seat.inner_radius(seat.rim_height), 0, seat.rim_height])
    t = np.linspace(0, 0.93, 24)
    girth = np.where((t > 0.25) & (t < 0.7), max(radius, clear), radius)[:, None]
    low = rim = lip
    for height in np.linspace(seat.floor + radius, max(seat.surface, seat.floor + 1.5 * radius), 10):
        for inward in np.linspace(1.0, 3.0, 5) * radius:
            low = np.array([-max(seat.inner_radius(height) - inward, 0.0), 0, height])
            along = (lip - low) / np.linalg.norm(lip - low)
            inner_side = np.array([-along[2], 0, along[0]])
            rim = lip + radius * inner_side
            middle = low + (rim - low) * t[:, None]
            edges = np.concatenate([middle + girth * inner_side, middle - girth * inner_side])
            if _room(seat, edges) > -0.02:
                return low, rim
    return low, rim


def _room(seat: Seat, points: Points) -> float:
    """How far the nearest of some points (n, 3) lies from the vessel's wall or floor, cm; below 0 outside."""
    aside = min(seat.inner_radius(z) - np.hypot(x, y) for x, y, z in points)
    return min(aside, float(points[:, 2].min()) - seat.floor)


def spot(seat: Seat, radius: float, height: float, rng: np.random.Generator) -> Points:
    """A place (3,) on the drink for a thing of a radius, clear of the wall, at a height."""
    free = max(calm_radius(seat) - radius, 0.0)
    angle, away = rng.uniform(0, 2 * np.pi), free * np.sqrt(rng.random())
    return np.array([away * np.cos(angle), away * np.sin(angle), height])


def at_bottom(seat: Seat, radius: float) -> tuple[float, float]:
    """How low a ball's middle can lie in the vessel, and how far from the axis it may lie there; cm."""
    angle = np.linspace(-np.pi / 2, np.pi / 2, 9)
    for height in np.arange(seat.floor + radius, seat.surface, 0.1):
        free = min(seat.inner_radius(height + radius * np.sin(a)) - radius * np.cos(a) for a in angle)
        if free > 0:
            return float(height), float(free)
    return seat.surface, 0.0


def calm_radius(seat: Seat) -> float:
    """The radius that a thing afloat may fill, cm: the vessel's a little below the surface."""
    return seat.inner_radius(max(seat.surface - 0.35, seat.floor))


def slit(seat: Seat) -> float:
    """How wide a slit goes over the wall with a little play, cm."""
    return seat.wall + 0.08


def inner_radii(seat: Seat, heights: Points) -> Points:
    """The inner radius at each of many heights, cm."""
    return np.vectorize(seat.inner_radius, otypes=[float])(heights)
