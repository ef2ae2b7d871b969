"""From factors to a picture with its masks and its box."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from training.renders import drink
from training.renders.backgrounds import background
from training.renders.camera import Camera, framing
from training.renders.factors import Factors
from training.renders.garnish import around, dress
from training.renders.ice import ice_part
from training.renders.masks import BITS, box, silhouette
from training.renders.parts import Part, Role, Seat
from training.renders.tables import table
from training.renders.vessels import Vessel, mouth, vessel

if TYPE_CHECKING:
    from training.renders.scene import Lamp, Studio, Surroundings

FRAMED: Set[Role] = frozenset({"vessel", "garnish"})  # a straw may leave the frame
Streams = Callable[[str], np.random.Generator]  # what the random numbers of a subject ("ice", "table") are drawn from


@dataclass(frozen=True)
class Picture:
    """image: RGB, or RGBA of a drink alone. mask: (size, size) uint8, the sum of masks.BITS. box: x1, y1, x2, y2,
    fractions of the sides."""

    image: Image.Image
    mask: NDArray[np.uint8]
    box: tuple[float, float, float, float]


def one_stream(seed: int) -> Streams:
    """All subjects draw from one generator, one after the other: so the pictures of data/renders are made."""
    rng = np.random.default_rng(seed)
    return lambda subject: rng


def separate_streams(seed: int) -> Streams:
    """Each subject draws from a generator of its own: what one draws leaves the others as they are."""
    return lambda subject: np.random.default_rng([seed, zlib.crc32(subject.encode())])


def take(
    factors: Factors, studio: Studio, size: int, streams: Streams | None = None, camera: Camera | None = None
) -> Picture:
    """Renders one picture, `size` px, the studio's own; by default of one stream, seen as its factors say."""
    streams = streams or one_stream(factors.seed)
    glass = vessel_of(factors, streams)
    parts = drink_parts(factors, glass, streams)
    camera = camera or view(factors, parts)
    image = studio.render(
        parts, bar(factors, streams), lamp(factors), camera, sharp_at(camera, glass), seed=factors.seed
    )
    return with_masks(image, parts, glass, camera, size)


def with_masks(image: Image.Image, parts: list[Part], glass: Vessel, camera: Camera, size: int) -> Picture:
    """A rendered image with the masks and the box of what it shows."""
    mask = masks(parts, glass, camera, size)
    return Picture(image, mask, box((mask & (BITS["vessel"] | BITS["garnish"])) > 0))


def bar(factors: Factors, streams: Streams) -> Surroundings:
    """The table and the background of a picture."""
    from training.renders.scene import Surroundings

    return Surroundings(
        background(factors.background, streams("background")),
        table(factors.table, streams("table")),
        float(streams("table's turn").uniform(0, 360)),
        float(streams("table's edge").uniform(18, 70)),
    )


def sharp_at(camera: Camera, glass: Vessel) -> float:
    """How far from the camera, in cm, a picture is sharp: at the near side of the glass."""
    return float(np.linalg.norm(camera.position - (0, 0, glass.rim_height * 0.7))) - glass.rim_radius * 0.7


def vessel_of(factors: Factors, streams: Streams) -> Vessel:
    """The glass of a picture, a little smaller or larger than usual."""
    return vessel(factors.glass, float(streams("vessel").uniform(0.94, 1.06)))


def drink_parts(factors: Factors, glass: Vessel, streams: Streams) -> list[Part]:
    """The vessel and all that is in and on it."""
    layers = drink.layers(factors.recipe, streams("drink"))
    parts = [glass.part(), *drink.liquid_parts(layers, glass, factors.fill)]
    if factors.ice != "none":
        parts.append(ice_part(factors.ice, glass, factors.fill, streams("ice")))
    if layers and drink.fizzes(factors.recipe) and not glass.opaque:
        parts.append(drink.bubbles(glass, factors.fill, streams("bubbles")))
    seat = seat_of(factors, glass, bool(layers))
    return parts + dress(factors.garnish, seat, factors.garnish_azimuth, streams("garnish"))


def pieces_on(factors: Factors, glass: Vessel, streams: Streams) -> list[tuple[float, list[Part]]]:
    """Each piece of garnish of a picture whose subjects draw by themselves (see `separate_streams`): where it sits, in
    degrees around the vessel, and its parts."""
    seat = seat_of(factors, glass, bool(drink.layers(factors.recipe, streams("drink"))))
    return list(around(factors.garnish, seat, factors.garnish_azimuth, streams("garnish")))


def seat_of(factors: Factors, glass: Vessel, poured: bool) -> Seat:
    """What garnishes sit on."""
    surface = glass.surface(factors.fill if poured else 0.02)
    return Seat(glass.rim_radius, glass.rim_height, glass.wall, glass.floor, surface, glass.inner_radius)


def view(factors: Factors, parts: list[Part], framed: Set[Role] = FRAMED) -> Camera:
    """The camera of a picture, with these parts in the frame."""
    corners = [part.shape.vertices[::3] for part in parts if part.role in framed]
    return framing(
        np.concatenate(corners),
        factors.camera_azimuth,
        factors.camera_elevation,
        factors.camera_roll,
        factors.camera_distance,
    )


def lamp(factors: Factors) -> Lamp:
    """The lamp of a picture, which follows the camera around."""
    from training.renders.scene import LAMP_DISTANCE, Lamp

    around, up = np.radians([factors.camera_azimuth + 180 - factors.light_azimuth, factors.light_elevation])
    direction = np.array([np.sin(around) * np.cos(up), np.cos(around) * np.cos(up), np.sin(up)])
    return Lamp(direction * LAMP_DISTANCE, black_body(factors.light_warmth), factors.light_strength)


def black_body(kelvin: float) -> tuple[float, float, float]:
    """Linear RGB, mean 1, of a lamp of this colour temperature beside daylight of 5,500 K (Planck's law at 600, 540 and
    450 nm)."""
    wave = np.array([600e-9, 540e-9, 450e-9])
    ratio = 0.014388 / wave  # second radiation constant, m K, by wavelength
    light = (np.exp(ratio / 5500) - 1) / (np.exp(ratio / kelvin) - 1)
    red, green, blue = light / light.mean()
    return (float(red), float(green), float(blue))


def masks(parts: list[Part], glass: Vessel, camera: Camera, size: int) -> NDArray[np.uint8]:
    """The bit field of the silhouettes, (size, size); straws are left out."""
    found = {name: silhouette([part.shape for part in parts if part.role == name], camera, size) for name in BITS}
    if glass.opaque:
        found["liquid"] &= silhouette([mouth(glass)], camera, size)
    return sum((bit * found[name].astype(np.uint8) for name, bit in BITS.items()), np.zeros((size, size), np.uint8))
