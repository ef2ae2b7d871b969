"""An untrusted file or upload becomes an RGB picture, or a clear error.

The content decides what a file is, never its suffix, and the size in the header is checked before a pixel is decoded.
What comes back is upright, 8-bit sRGB on white, and carries no metadata: no place, no camera, no profile.
"""

import struct
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageOps
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngInfo

from cocktailman import avif
from cocktailman.errors import InputError
from cocktailman.folders import files_below
from cocktailman.private_apis import without_file

MAX_BYTES = 20 * 2**20  # above nearly every photo of a phone, and little enough to hold for several users at once
MAX_PIXELS = 50_000_000  # a 50-megapixel phone still fits (8160 × 6120); docs/exposing.md has what that many cost
MAX_SIDE = 20_000  # a longer side is a strip, not a photo, and resizing one costs memory out of proportion
MAX_SCANS = 500  # passes over a progressive JPEG, usually 10: each takes 75 bytes of file, and decodes all its pixels

DECODED = 2048  # px: a JPEG both of whose sides are at least twice as long is decoded at a half, a quarter, an eighth

LEVELS = {"L;2": 3, "L;4": 15}  # the highest of greys of two and four bits, by Pillow's name for these

TILE_WIDTH, TILE_LENGTH = 322, 323  # tags of a TIFF
USUAL_TILE = 1024  # px, a side that tiles may have in a picture smaller than they are

MARGIN = 1.25  # side of the crop around a drink, in units of its box's longer side

FORMATS = (
    "JPEG",
    "PNG",
    "WEBP",
    "GIF",
    "BMP",
    "TIFF",
    "AVIF",
    "HEIF",
)  # Pillow's JPEG reads MPO, several JPEGs in one, too
# Thumbnails and depth maps of a HEIC are never looked at, and its decoder keeps to one thread as the others do.
pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
SUFFIXES = {suffix for suffix, kind in Image.registered_extensions().items() if kind in {*FORMATS, "MPO"}}

_ONE_AT_A_TIME = Lock()  # warnings are silenced for the whole process, and one large picture is enough for its memory


class ImageError(InputError):
    """What should be a picture cannot be used as one."""


def read_image(source: bytes | Path | BinaryIO, name: str = "", transparent: bool = False) -> Image.Image:
    """The picture in `source`, upright, in mode RGB; of an animation, its first frame.

    Transparency lies on white, or is kept (mode RGBA) where it may be `transparent`; colours follow an embedded
    profile. Anything wrong raises an `ImageError` that calls the source `name`: by default its path, or else "the
    picture".
    """
    name = _shown(name or (str(source) if isinstance(source, Path) else "the picture"))
    data = source if isinstance(source, bytes) else _read(source, name)
    if not data:
        raise ImageError(f"{name} is empty: save or download it again")
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} is larger than {MAX_BYTES // 2**20} MB: make it smaller, or save it as JPEG")
    with _ONE_AT_A_TIME, warnings.catch_warnings(action="ignore"):
        try:
            image = _of_8_bits(_decode(_open(data, name), data), name)
            alpha = _alpha(image) if transparent else None
            picture = _to_rgb(image if alpha is None else image.convert("RGBA").convert("RGB"))
        except ImageError:
            raise
        except (MemoryError, Image.DecompressionBombError) as error:
            raise ImageError(f"{name} needs more memory than there is: make it smaller") from error
        except Exception as error:  # whatever decoders make of hostile bytes: OSError, SyntaxError, struct.error, ...
            raise ImageError(f"{name} is cut off or damaged: save or download it again") from error
    if alpha is not None:
        picture.putalpha(alpha)
    return picture


def find_images(paths: Iterable[Path], left_out: Counter[str] | None = None) -> list[Path]:
    """The files as given, and in place of a folder all files below it that have a picture's suffix, sorted.

    `left_out` counts the other files, by why, and the folders that could not be entered.
    """
    left_out = Counter() if left_out is None else left_out
    found: list[Path] = []
    for path in paths:
        try:
            path.stat()
            found += files_below(path, SUFFIXES, left_out) if path.is_dir() else [path]
        except (OSError, ValueError) as error:
            raise _unreadable(_shown(str(path)), error) from error
    return found


def crop_around(image: Image.Image, x1: float, y1: float, x2: float, y2: float) -> Image.Image:
    """A square around the box (fractions), with a margin, moved or shortened where it would leave the picture."""
    width, height = image.size
    side = max(2, MARGIN * max((x2 - x1) * width, (y2 - y1) * height))  # px, at least one after rounding

    def span(low: float, high: float, length: int) -> tuple[int, int]:
        fit = min(side, length)
        start = min(max((low + high) / 2 * length - fit / 2, 0), length - fit)
        return round(start), round(start + fit)

    (left, right), (top, bottom) = span(x1, x2, width), span(y1, y2, height)
    return image.crop((left, top, right, bottom))


def to_square(image: Image.Image, size: int) -> Image.Image:
    """The whole picture stretched to `size` × `size`: a crop would cut the top or the foot off a tall glass."""
    return image.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)


def on_white(image: Image.Image) -> Image.Image:
    """The picture in mode RGB, what shows through it white."""
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")


def png_bytes(image: Image.Image, facts: Mapping[str, str] | None = None) -> bytes:
    """The picture as a PNG file, with `facts` about it in the file's text chunks."""
    text = PngInfo()
    for name, value in (facts or {}).items():
        text.add_itxt(name, value)
    buffer = BytesIO()
    image.save(buffer, "PNG", pnginfo=text)
    return buffer.getvalue()


def _read(source: Path | BinaryIO, name: str) -> bytes:
    """The bytes of `source` from its start, one more than allowed at most."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        if source.seekable():
            source.seek(0)  # a page reads the same upload at every rerun
        return source.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError | ValueError) -> ImageError:
    match error:
        case FileNotFoundError():
            return ImageError(f"{name} does not exist: check the path")
        case IsADirectoryError():
            return ImageError(f"{name} is a folder: name a picture in it")
        case OSError():
            return ImageError(f"{name} cannot be read ({error.strerror}): check the path and its rights")
        case _:  # a path with a null byte, a closed file
            return ImageError(f"{name} cannot be read: check the path, or upload it again")


def _open(data: bytes, name: str) -> ImageFile:
    """The picture with its header read, pixels still undecoded and few enough to decode.

    `Image.open` would do the same, but refuses a huge picture without saying how large it is.
    """
    for factory, accepts in (Image.OPEN[kind] for kind in FORMATS):
        with suppress(SyntaxError, IndexError, TypeError, struct.error):  # a factory's ways to say "not my format"
            if not accepts or accepts(data[:16]) is True:  # a string says that this Pillow lacks the decoder
                image = factory(BytesIO(data), "")
                break
    else:
        raise ImageError(f"{name} is no readable picture (JPEG, HEIC, PNG, WebP and others are): save it anew as JPEG")
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageError(
            f"{name} is {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million or {MAX_SIDE} on a side: "
            "make it smaller"
        )
    if image.format in {"JPEG", "MPO"} and data.count(b"\xff\xda") > MAX_SCANS:
        raise ImageError(f"{name} is a JPEG of more than {MAX_SCANS} passes: save it as a plain JPEG or PNG")
    if image.format == "TIFF" and _has_bloated_tiles(image):
        raise ImageError(f"{name} is a TIFF of tiles far larger than itself: save it anew as JPEG or PNG")
    return image


def _decode(image: ImageFile, data: bytes) -> Image.Image:
    """The picture with its pixels, of a large JPEG fewer than it has."""
    if image.format == "AVIF":
        decoded = avif.decoded(data, image.width * image.height)
        decoded.info = image.info
        return decoded
    image.draft("RGB", (DECODED, DECODED))  # of formats other than JPEG, it does nothing
    if image.format == "PNG":
        _scale_colour_key(image)
    image.load()
    return image


def _scale_colour_key(image: ImageFile) -> None:
    """Pillow scales the pixels of a PNG, and not the level, or colour, that it calls transparent: here that is, too."""
    key, depth = image.info.get("transparency"), image.tile[0].args if image.tile else None
    if isinstance(key, int) and depth in LEVELS:
        image.info["transparency"] = key * 255 // LEVELS[depth]
    elif isinstance(key, tuple) and depth == "RGB;16B":  # of whose pixels Pillow keeps the high bytes
        image.info["transparency"] = tuple(level >> 8 for level in key)


def _of_8_bits(image: Image.Image, name: str) -> Image.Image:
    """The picture turned upright, of 8 bits a channel, and with the transparency that it means.

    Raises `ImageError` where its levels do not say which is white.
    """
    with suppress(Exception):  # damaged EXIF is no reason to refuse a sound picture
        ImageOps.exif_transpose(image, in_place=True)
    if image.format == "BMP" and image.mode == "RGBA" and image.getchannel("A").getextrema() == (0, 0):
        return image.convert("RGB")  # written by programs that know no transparency, as browsers take it too
    if not image.mode.startswith(("I", "F")):  # I;16 in several byte orders, and 32 bits, whole or float
        return image
    levels = np.asarray(image)
    if image.mode == "F" or levels.min() < 0 or levels.max() > 0xFFFF:
        raise ImageError(f"{name} has 32-bit pixels, and does not say which is white: save it with 8 or 16 bits")
    grey = Image.fromarray((levels >> 8).astype(np.uint8))  # the high byte, where Pillow would clip
    if (key := image.info.get("transparency")) is not None:
        grey = Image.merge("LA", (grey, Image.fromarray(np.where(levels == key, 0, 255).astype(np.uint8))))
    grey.info = {"icc_profile": image.info.get("icc_profile")}
    return grey


def _alpha(image: Image.Image) -> Image.Image | None:
    """The coverage of a picture with alpha; None of one that is opaque."""
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return None if alpha.getextrema() == (255, 255) else alpha


def _has_bloated_tiles(image: ImageFile) -> bool:
    """Whether a TIFF has tiles far larger than the picture: a decoder holds a whole one, whatever lies outside.

    Its strips need no such look: libtiff takes no more rows for one than the picture has.
    """
    tags = image.tag_v2  # type: ignore[attr-defined]
    sides = ((tags.get(TILE_WIDTH, 0), image.width), (tags.get(TILE_LENGTH, 0), image.height))
    return any(not isinstance(tile, int) or tile > max(side, USUAL_TILE) for tile, side in sides)


def _to_rgb(image: Image.Image) -> Image.Image:
    """The picture as sRGB on white, without metadata."""
    icc = image.info.get("icc_profile")
    if image.has_transparency_data or image.mode not in {"CMYK", "RGB"}:  # else it would be copied, at 3 bytes a pixel
        image = on_white(image)
    if icc:
        with suppress(OSError, ImageCms.PyCMSError):  # damaged, or for another kind of pixel: colours stay as stored
            srgb = ImageCms.createProfile("sRGB")
            image = ImageCms.profileToProfile(image, BytesIO(icc), srgb, outputMode="RGB") or image
    if image.mode != "RGB":
        image = image.convert("RGB")
    if isinstance(image, ImageFile):
        image = without_file(image)
    image.info.clear()
    return image


def _shown(name: str, length: int = 80) -> str:
    """A name from outside, safe in a line of text: nothing unprintable, and of a long one only the end."""
    safe = "".join(letter if letter.isprintable() else "?" for letter in name)
    return safe if len(safe) <= length else "..." + safe[3 - length :]
