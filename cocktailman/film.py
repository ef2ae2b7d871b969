"""Pictures in a row, as a film that plays there and back."""

from collections.abc import Sequence
from fractions import Fraction
from io import BytesIO

from PIL import Image

MILLISECONDS = 60  # a frame
FINE = "18"  # x264's constant rate factor, at which one hardly sees that anything was lost


def gif_bytes(pictures: Sequence[Image.Image], milliseconds: int = MILLISECONDS) -> bytes:
    """The pictures, at least two and of one size, forth and back for ever; each with colours of its own."""
    frames = [picture.quantize(dither=Image.Dither.FLOYDSTEINBERG) for picture in _there_and_back(pictures)]
    buffer = BytesIO()
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], duration=milliseconds, loop=0, optimize=False
    )
    return buffer.getvalue()


def mp4_bytes(pictures: Sequence[Image.Image], milliseconds: int = MILLISECONDS) -> bytes:
    """The pictures, at least two and of one size of even width and height, forth and back once, in H.264."""
    import av  # carries FFmpeg: only those who film pay for it

    buffer = BytesIO()
    with av.open(buffer, "w", "mp4") as film:
        stream = film.add_stream("libx264", Fraction(1000, milliseconds), {"crf": FINE})
        stream.width, stream.height = pictures[0].size
        stream.pix_fmt = "yuv420p"  # what browsers and phones play
        for picture in _there_and_back(pictures):
            film.mux(stream.encode(av.VideoFrame.from_image(picture)))
        film.mux(stream.encode())  # what the encoder still holds
    return buffer.getvalue()


def _there_and_back(pictures: Sequence[Image.Image]) -> list[Image.Image]:
    return [*pictures, *pictures[-2:0:-1]]
