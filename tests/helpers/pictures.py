"""Pictures that are made up: of drinks, of noise, of nothing."""

from io import BytesIO

import numpy as np
from PIL import Image

DRINKS = ("Mojito", "Negroni", "Black Russian", "Bloody Mary")


def picture(row: int, size: int = 64) -> Image.Image:
    """A gradient in the colour of its drink, with some noise."""
    rng = np.random.default_rng(row)
    colour = np.random.default_rng(row % len(DRINKS)).uniform(0, 255, 3)
    levels = np.linspace(0.2, 1, size)[:, None, None] * colour + rng.normal(0, 8, (size, size, 3))
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8))


def png(image: Image.Image) -> bytes:
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def noise(seed: int, width: int = 70, height: int = 50) -> Image.Image:
    """What the tiny detector takes for a drink."""
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def blank(level: int = 128, width: int = 70, height: int = 50) -> Image.Image:
    """What the tiny detector takes for nothing at all."""
    return Image.new("RGB", (width, height), (level, level, level))
