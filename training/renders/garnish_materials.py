"""What garnishes are made of."""

from __future__ import annotations

from cocktailman.colour import srgb
from training.renders.parts import Material
from training.renders.textures import Texture


def flesh(texture: Texture, bump: float = 0.02, bump_size: float = 0.15) -> Material:
    """Wet flesh: glossy, light wanders in it."""
    return Material(
        roughness=0.25, subsurface=0.3, subsurface_radius=0.25, bump=bump, bump_size=bump_size, texture=texture
    )


def leaf(texture: Texture, roughness: float = 0.5) -> Material:
    """A leaf, dull and thin."""
    return Material(roughness=roughness, subsurface=0.12, subsurface_radius=0.1, texture=texture)


def plain(colour: str, roughness: float, subsurface: float) -> Material:
    """Of one display colour throughout."""
    return Material(colour=srgb(colour), roughness=roughness, subsurface=subsurface)
