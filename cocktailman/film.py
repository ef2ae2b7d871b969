"""Pictures in a row, as a GIF that plays there and back for ever."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image

MILLISECONDS = 60  # a frame


def gif_bytes(pictures: Sequence[Image.Image], milliseconds: int = MILLISECONDS) -> bytes:
    """The pictures, at least two and of one size, forth and back; each with colours of its own."""
    there_and_back = [*pictures, *pictures[-2:0:-1]]
    frames = [picture.quantize(dither=Image.Dither.FLOYDSTEINBERG) for picture in there_and_back]
    buffer = BytesIO()
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0, optimize=False
    )
    return buffer.getvalue()
