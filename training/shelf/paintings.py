"""Paintings in the public domain, put together from the jigsaw pieces of GCompris (Debian: gcompris-qt-data)."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image

from cocktailman.errors import InputError
from cocktailman.shelf import StyleImage

SOURCE = "jigsaw pieces of GCompris 3.1 (Debian's gcompris-qt-data), after WebMuseum"
BOARD = (702, 515)  # px, of what the places of pieces are fractions of
MARGIN = 4  # px cut off at each edge, where some pieces leave a gap

# By the first words of its board: name, title, painter, year; each painter died more than 70 years ago, and each
# painting was published before 1931. The Pietà is a photo of a sculpture and stays out.
PAINTINGS = {
    "Katsushika Hokusai, The Great Wave": ("great-wave", "The Great Wave off Kanagawa", "Katsushika Hokusai", "1831"),
    "Vincent Van Gogh": ("village-street", "Village Street in Auvers", "Vincent van Gogh", "1890"),
    "Wassily Kandinsky": ("composition-viii", "Composition VIII", "Wassily Kandinsky", "1923"),
    "Katsushika Hokusa, Poppies": ("poppies", "Poppies", "Katsushika Hokusai", "1833"),
    "Pierre-Auguste Renoir, Bal": ("moulin-de-la-galette", "Bal du moulin de la Galette", "Auguste Renoir", "1876"),
    "Mary Cassatt": ("summertime", "Summertime", "Mary Cassatt", "1894"),
    "Giuseppe Arcimboldo, Spring": ("spring", "Spring", "Giuseppe Arcimboldo", "1573"),
    "Katsushika Hokusai, Viewing": ("ryogoku-bridge", "Sunset over the Ryōgoku Bridge", "Katsushika Hokusai", "1830"),
    "Utagawa Hiroshige, Horse": ("horse-mackerel", "Horse-mackerel and Prawns", "Utagawa Hiroshige", "1840"),
    "Pierre-Auguste Renoir, Girls": ("girls-at-the-piano", "Girls at the Piano", "Auguste Renoir", "1892"),
    "Pieter Brugel": ("harvesters", "The Harvesters", "Pieter Bruegel the Elder", "1565"),
    "Bazille": ("ramparts", "The Ramparts at Aigues-Mortes", "Frédéric Bazille", "1867"),
    "Katsushika Hokusai, Kazusa": ("kazusa-sea-route", "The Kazusa Sea Route", "Katsushika Hokusai", "1830"),
    "Katsushika Hokusai, Oiran": ("oiran-and-kamuro", "Oiran and Kamuro", "Katsushika Hokusai", ""),
    "Katsushika Hokusai, Woman": ("woman-with-a-fan", "Woman Holding a Fan", "Katsushika Hokusai", ""),
    "Katsushika Hokusai, Ejiri": ("ejiri", "Ejiri in Suruga Province", "Katsushika Hokusai", "1830"),
    "Utagawa Hiroshige, The Benzaiten": ("inokashira", "The Benzaiten Shrine in Snow", "Utagawa Hiroshige", ""),
    "Albrecht Dürer": ("lion", "Lion", "Albrecht Dürer", "1494"),
    "Giuseppe Arcimboldo, The Librarian": ("librarian", "The Librarian", "Giuseppe Arcimboldo", "1566"),
    "Leonardo": ("mona-lisa", "Mona Lisa", "Leonardo da Vinci", "1503"),
    "Giovanni Bellini": ("pesaro", "La Pala di Pesaro (a part)", "Giovanni Bellini", "1475"),
}
_TITLE = re.compile(r'instruction: qsTr\("(.*?)"\)')
_PIECE = re.compile(r'"image/([^"]+\.webp)",\s*"x"\s*:\s*"?([\d.]+)"?,\s*"y"\s*:\s*"?([\d.]+)"?')


def paintings(resource: Path) -> Iterator[tuple[StyleImage, Image.Image]]:
    """The paintings of GCompris's `paintings.rcc`, in the order above; raises `InputError` where it is none."""
    files = read_resource(resource)
    boards = [content.decode() for name, content in files.items() if name.endswith(".qml")]
    titled = {found[1]: board for board in boards if (found := _TITLE.search(board))}
    pieces = {Path(name).name: content for name, content in files.items() if name.endswith(".webp")}
    for start, (name, title, painter, year) in PAINTINGS.items():
        board = next((board for title, board in titled.items() if title.startswith(start)), None)
        if board is None:
            raise InputError(f"{resource.name} holds no board {start!r}: take gcompris-qt-data 3.1")
        yield StyleImage(name, title, painter, year, "public domain", SOURCE), _put_together(board, pieces)


def _put_together(board: str, pieces: dict[str, bytes]) -> Image.Image:
    """The picture of a jigsaw: each piece with its middle where the board says."""
    width, height = BOARD
    canvas = Image.new("RGBA", (2 * width, 2 * height))
    for name, x, y in _PIECE.findall(board):
        piece = Image.open(BytesIO(pieces[name])).convert("RGBA")
        left = round((float(x) + 0.5) * width - piece.width / 2)
        top = round((float(y) + 0.5) * height - piece.height / 2)
        canvas.alpha_composite(piece, (left, top))
    picture = canvas.crop(canvas.getbbox())
    filled = Image.new("RGBA", picture.size)
    for shift in ((1, 0), (-1, 0), (0, 1), (0, -1), (0, 0)):  # a gap between pieces takes what lies beside it
        filled.alpha_composite(_shifted(picture, shift))
    return filled.convert("RGB").crop((MARGIN, MARGIN, picture.width - MARGIN, picture.height - MARGIN))


def _shifted(picture: Image.Image, shift: tuple[int, int]) -> Image.Image:
    moved = Image.new("RGBA", picture.size)
    moved.paste(picture, shift)
    return moved


def read_resource(path: Path) -> dict[str, bytes]:
    """The files in a compiled Qt resource (`rcc --binary`, format 1 to 3), by their paths.

    Raises `InputError` where it is damaged, or packed in a way that is not read here.
    """
    try:
        content = path.read_bytes()
        version, tree, data, names = struct.unpack(">4I", content[4:20])
        if content[:4] != b"qres" or version > 3:
            raise ValueError
        return dict(_files(content, tree, data, names, 14 if version == 1 else 22, 0, ""))
    except (OSError, ValueError, struct.error, zlib.error, RecursionError) as error:
        raise InputError(f"{path} is no Qt resource that can be read: take that of gcompris-qt-data 3.1") from error


def _files(
    content: bytes, tree: int, data: int, names: int, width: int, node: int, folder: str
) -> Iterator[tuple[str, bytes]]:
    """The files below a node of the tree, whose entries are `width` bytes each."""
    at = tree + node * width
    name_at, flags = struct.unpack(">IH", content[at : at + 6])
    [length] = struct.unpack(">H", content[names + name_at :][:2]) if node else [0]
    name = content[names + name_at + 6 :][: 2 * length].decode("utf-16-be")
    if flags & 2:  # a folder
        count, first = struct.unpack(">II", content[at + 6 : at + 14])
        for child in range(first, first + count):
            yield from _files(content, tree, data, names, width, child, f"{folder}{name}/" if name else folder)
        return
    [offset] = struct.unpack(">I", content[at + 10 : at + 14])
    [size] = struct.unpack(">I", content[data + offset :][:4])
    packed = content[data + offset + 4 :][:size]
    if flags & 4:
        raise ValueError("zstd")
    yield folder + name, zlib.decompress(packed[4:]) if flags & 1 else packed
