import base64
import io
import resource
import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from cocktailman.errors import InputError
from cocktailman.images import MAX_BYTES, MAX_SIDE, ImageError, find_images, png_bytes, read_image, to_square

RED, GREEN, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (255, 255, 255), (0, 0, 0)


def encoded(image: Image.Image, kind: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(mode: str, color, size=(16, 8)) -> Image.Image:
    return Image.new(mode, size, color)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def left_red(size=(32, 16)) -> Image.Image:
    image = Image.new("RGB", size, GREEN)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image


def said_to_be_turned(size: tuple[int, int]) -> Image.Image:
    """A picture of which a HEIC says that it is to be turned right; EXIF has no say there."""
    image = left_red(size)
    image.info["exif"] = exif(6).tobytes()
    return image


def palette(**info) -> Image.Image:
    image = Image.new("P", (16, 8), 1)
    image.putpalette([*RED, *GREEN, 0, 0, 255])
    image.paste(0, (0, 0, 8, 8))
    image.info.update(info)
    return image


def grey16(level: int) -> Image.Image:
    return Image.fromarray(np.full((8, 16), level, np.uint16))


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_header(width: int, height: int) -> bytes:
    """A small file that says it is a huge black-and-white picture, as a decompression bomb does."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = png_chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + body + png_chunk(b"IEND", b"")


def resized_header(data: bytes, old: int, new: int) -> bytes:
    """A HEIC or AVIF whose container says another width than its pixels have."""
    mark = b"ispe\0\0\0\0"
    assert mark + struct.pack(">I", old) in data
    return data.replace(mark + struct.pack(">I", old), mark + struct.pack(">I", new))


def swapped_profile() -> bytes:
    """An sRGB profile whose red and blue have changed places, to see from the colours that it is followed."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"....").replace(b"bXYZ", b"rXYZ").replace(b"....", b"bXYZ")


def scans(count: int) -> bytes:
    data = encoded(plain("L", 90, (64, 64)), "JPEG", progressive=True)
    last, end = data.rfind(b"\xff\xda"), data.rfind(b"\xff\xd9")
    return data[:end] + data[last:end] * count + data[end:]


JPEG = encoded(left_red((64, 48)), "JPEG", quality=95, exif=exif(3), icc_profile=swapped_profile())
PNG = encoded(left_red(), "PNG", exif=exif(8))
GIF = encoded(palette(), "GIF", save_all=True, append_images=[plain("RGB", WHITE)], transparency=1)
WEBP = encoded(left_red(), "WEBP", lossless=True)
ANIMATED = encoded(left_red(), "WEBP", save_all=True, append_images=[plain("RGB", WHITE, (32, 16))])
LOSSLESS = {"quality": -1, "chroma": 444}
HEIC = encoded(left_red((64, 64)), "HEIF", **LOSSLESS)


@pytest.mark.parametrize(
    ("data", "size", "first", "last"),  # the top left and the bottom right pixel
    [
        pytest.param(encoded(left_red(), "JPEG"), (32, 16), RED, GREEN, id="jpeg"),
        pytest.param(encoded(left_red(), "JPEG", exif=exif(6)), (16, 32), RED, GREEN, id="jpeg turned right"),
        pytest.param(encoded(left_red(), "JPEG", exif=exif(8)), (16, 32), GREEN, RED, id="jpeg turned left"),
        pytest.param(encoded(left_red(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff"), (32, 16), RED, GREEN, id="bad exif"),
        pytest.param(encoded(left_red(), "JPEG", icc_profile=b"x" * 200), (32, 16), RED, GREEN, id="bad profile"),
        pytest.param(encoded(left_red(), "PNG", icc_profile=swapped_profile()), (32, 16), (0, 0, 255), GREEN, id="icc"),
        pytest.param(
            encoded(left_red(), "MPO", save_all=True, append_images=[plain("RGB", BLACK)]),
            (32, 16),
            RED,
            GREEN,
            id="mpo, first frame",
        ),
        pytest.param(encoded(plain("CMYK", (0, 255, 255, 0)), "JPEG"), (16, 8), RED, RED, id="cmyk jpeg"),
        pytest.param(encoded(plain("CMYK", (0, 0, 0, 51)), "TIFF"), (16, 8), (204,) * 3, (204,) * 3, id="cmyk tiff"),
        pytest.param(encoded(grey16(0x8000), "PNG"), (16, 8), (128,) * 3, (128,) * 3, id="png, 16-bit grey"),
        pytest.param(encoded(grey16(0xFFFF), "PNG", exif=exif(6)), (8, 16), WHITE, WHITE, id="png, 16 bit, turned"),
        pytest.param(encoded(grey16(0x8000), "TIFF"), (16, 8), (128,) * 3, (128,) * 3, id="tiff, 16 bit"),
        pytest.param(encoded(plain("I", 0x4000), "TIFF"), (16, 8), (64,) * 3, (64,) * 3, id="tiff, 32 bit"),
        pytest.param(
            encoded(left_red(), "TIFF", compression="tiff_lzw", exif=exif(6)), (16, 32), RED, GREEN, id="tiff turned"
        ),
        pytest.param(encoded(plain("RGBA", (255, 0, 0, 51)), "PNG"), (16, 8), (255, 204, 204), None, id="rgba"),
        pytest.param(encoded(plain("RGBA", (0, 0, 0, 0)), "WEBP"), (16, 8), WHITE, WHITE, id="webp, clear"),
        pytest.param(encoded(plain("LA", (0, 51)), "PNG"), (16, 8), (204,) * 3, (204,) * 3, id="grey and alpha"),
        pytest.param(encoded(plain("L", 7), "PNG", transparency=7), (16, 8), WHITE, WHITE, id="colour key"),
        pytest.param(encoded(plain("1", 1), "PNG"), (16, 8), WHITE, WHITE, id="1 bit"),
        pytest.param(encoded(palette(), "PNG"), (16, 8), RED, GREEN, id="palette"),
        pytest.param(encoded(palette(transparency=1), "PNG"), (16, 8), RED, WHITE, id="palette, one clear"),
        pytest.param(
            encoded(palette(transparency=b"\xff\x33"), "PNG"), (16, 8), RED, (204, 255, 204), id="palette with alpha"
        ),
        pytest.param(GIF, (16, 8), RED, WHITE, id="gif, first frame"),
        pytest.param(encoded(left_red(), "BMP"), (32, 16), RED, GREEN, id="bmp"),
        pytest.param(WEBP, (32, 16), RED, GREEN, id="webp"),
        pytest.param(encoded(left_red(), "AVIF", quality=100), (32, 16), RED, GREEN, id="avif"),
        pytest.param(HEIC, (64, 64), RED, GREEN, id="heic"),
        pytest.param(encoded(said_to_be_turned((96, 64)), "HEIF", **LOSSLESS), (64, 96), RED, GREEN, id="turned"),
        pytest.param(
            encoded(left_red((640, 320)), "HEIF", tile_size=256, **LOSSLESS), (640, 320), RED, GREEN, id="grid"
        ),
    ],
)
def test_every_kind_becomes_upright_rgb_on_white(data, size, first, last):
    image = read_image(data)
    assert (type(image), image.mode, image.size, image.info) == (Image.Image, "RGB", size, {})
    pixels = np.asarray(image)
    np.testing.assert_allclose(pixels[0, 0], first, atol=3)
    np.testing.assert_allclose(pixels[-1, -1], last or first, atol=3)


@pytest.mark.parametrize(("size", "read"), [((4096, 4200), (2048, 2100)), ((4095, 4200), (4095, 4200))])
def test_a_large_jpeg_is_decoded_no_larger_than_needed(size, read):
    image = read_image(encoded(left_red(size), "JPEG"))
    assert image.size == read
    assert np.abs(np.asarray(image)[[0, -1], [0, -1]] - np.array([RED, GREEN])).max() <= 3


def test_sources_read_the_same(tmp_path):
    path = tmp_path / "png.txt"  # the content decides
    path.write_bytes(PNG)
    upload = io.BytesIO(PNG)
    upload.read()
    pictures = [png_bytes(read_image(source)) for source in (PNG, path, upload, upload)]
    assert len(set(pictures)) == 1
    assert png_bytes(read_image(pictures[0])) == pictures[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"Margarita: tequila, triple sec, lime\n", "no readable picture"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "no readable picture"),
        (encoded(left_red(), "EPS"), "no readable picture"),
        (encoded(left_red(), "PPM"), "no readable picture"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(99), "no readable picture"),
        (JPEG[: len(JPEG) // 2], "cut off"),
        (PNG[:-40], "cut off"),
        (GIF[:-60], "cut off"),
        (WEBP[:-10], "cut off"),
        (HEIC[:-10], "cut off"),
        (resized_header(encoded(plain("RGB", RED, (512, 512)), "HEIF"), 512, 16), "cut off or damaged"),
        (resized_header(HEIC, 64, 30_000), "30000 × 64 pixels"),
        (png_header(40_000, 40_000), "40000 × 40000 pixels, more than 50 million"),
        (png_header(MAX_SIDE + 1, 1), "20001 × 1 pixels"),
        (png_header(0, 5), "no readable picture"),
        (encoded(plain("F", 0.5), "TIFF"), "32-bit"),
        (encoded(plain("I", 2**20), "TIFF"), "32-bit"),
        (scans(1000), "passes"),
        (bytes(MAX_BYTES + 1), "larger than 20 MB"),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
)
def test_bad_bytes_are_one_clear_sentence(data, says):
    with pytest.raises(ImageError, match=f"^a.jpg .*{says}.*: .*(save|make|download)") as caught:
        read_image(data, "a.jpg")
    assert "\n" not in str(caught.value)


def test_bad_paths_are_one_clear_sentence(tmp_path):
    closed = io.BytesIO(PNG)
    closed.close()
    for source, says in (
        (tmp_path / "none.png", "none.png does not exist: check"),
        (tmp_path, "is a folder: name"),
        (Path("a\0b.png"), r"^a\?b.png cannot be read: check"),
        (tmp_path / ("long" * 500), r"^\.\.\.\w{77} cannot be read \(File name too long\): check"),
        (Path("two\nlines\x1b[31m\u202e\udcff.png"), r"^two\?lines\?\[31m\?\?.png does not exist"),
        (closed, "^the picture cannot be read"),
    ):
        with pytest.raises(InputError, match=says):
            read_image(source)


def tiff(tile: int | None = None, rows: int | None = None, packed: bytes = b"") -> bytes:
    """A grey TIFF of 8 × 8 in one deflated tile, or else one strip, of `packed` pixels; no library writes a bad one."""
    size = len(packed)
    where = {322: tile, 323: tile, 324: "at", 325: size} if tile else {273: "at", 278: rows, 279: size}
    tags = sorted({256: 8, 257: 8, 258: 8, 259: 8, 262: 1, 277: 1, **where}.items())
    at = 8 + 2 + 12 * len(tags) + 4
    entries = [struct.pack("<HHII", tag, 4, 1, at if value == "at" else value) for tag, value in tags]
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + b"".join(entries) + bytes(4) + packed


@pytest.mark.parametrize("kind", ["JPEG2000", "ICNS", "ICO"])
def test_formats_whose_insides_nobody_checks_are_not_read(kind):
    with pytest.raises(ImageError, match="no readable picture"):
        read_image(encoded(plain("RGB", RED, (64, 64)), kind))


GIANT_AVIF = zlib.decompress(  # an AVIF of 12,000 × 12,000 black pixels
    base64.b85decode(
        "c-muNV30{GsVqn=%S>Yc0uY^>nP!-qnF!*)%uOvxWPkw0jFg-rD4U@mGr5ET4e%9YmgIt2j6f`xnUkLk;<$kLj1W;qUIqr{UqH4-W@cU*T&)z4"
        "lgb3;C6*Z&I_Kx)gYC-5EGQ}f(w><G$@xH9B(u066=I#<0|*A$TagLY%mE~L63Yyo8|7s{0>a7pIYoKNITb*2c^TLmfI{M#1-URE0iDId$kfcj"
        "z`(+ko03=}#K6TZ|2^;i?%HKcQoIgEFW3e6zlz@fr}Kxw=KLug@AZi`75h8SX*YUk?@~Qhz^!Co>p6Xr`;FTNRTcPeaJ&-w@|jOmPqm`E+i(Vx"
        "?er&?w^i7RFG~}BH<)!B{Jl5l{fPsC@7|~FNwmCoWUcc4>HF(H-*xkO@g--=sJ}=3O|;!V22wXA-rfKJ^%My}"
    )
)


def test_an_avif_larger_than_it_says_is_refused_before_it_takes_memory():
    with pytest.raises(ImageError, match="12000 × 12000 pixels"):
        read_image(GIANT_AVIF)
    with pytest.raises(ImageError, match="cut off or damaged"):  # libavif would decode all of it, and shrink it
        read_image(resized_header(GIANT_AVIF, 12_000, 64))


def framed(sample: bytes, at: bytes, offset: int, sides: bytes) -> bytes:
    """An animation whose size, so many bytes after a mark, is another."""
    start = sample.index(at) + offset
    return sample[:start] + sides + sample[start + len(sides) :]


@pytest.mark.parametrize(
    "data",
    [
        framed(GIF, b",\0\0\0\0", 5, struct.pack("<HH", 60_000, 60_000)),
        framed(ANIMATED, b"VP8X", 12, b"\xfe\x3f\0" * 2),
        framed(ANIMATED, b"VP8X", 12, b"\x26\x20\0" * 2),
    ],
    ids=["gif", "webp, too large for Pillow", "webp, for us"],
)
def test_animations_of_giant_frames_are_refused_before_they_take_memory(data):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    with pytest.raises(ImageError, match="make it smaller"):
        read_image(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def test_a_tiff_of_giant_tiles_is_refused_and_one_of_usual_tiles_is_read():
    with pytest.raises(ImageError, match="tiles far larger than itself"):
        read_image(tiff(tile=46_336, packed=zlib.compress(bytes(10**6))))
    usual = read_image(tiff(tile=256, packed=zlib.compress(bytes([77]) * 256 * 256)))
    assert (usual.size, usual.getpixel((7, 7))) == ((8, 8), (77, 77, 77))


def test_a_tiff_of_one_endless_strip_takes_no_more_than_the_picture():
    strip = tiff(rows=2**32 - 1, packed=zlib.compress(bytes([77]) * 64))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # KiB
    assert read_image(strip).getpixel((7, 7)) == (77, 77, 77)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000


def png_with_key(depth: int, colours: int, samples: list[int], key: int) -> bytes:
    """One row of grey, or of colours whose three levels are alike, and the level that it calls transparent."""
    bits = "".join(f"{level:0{depth}b}" * colours for level in samples)
    row = int(bits + "0" * (-len(bits) % 8), 2).to_bytes(-(-len(bits) // 8), "big")
    header = struct.pack(">IIBBBBB", len(samples), 1, depth, 0 if colours == 1 else 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"tRNS", struct.pack(">H", key) * colours), (b"IDAT", zlib.compress(b"\0" + row)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, body) for kind, body in parts)


@pytest.mark.parametrize(
    ("depth", "colours", "samples", "key", "white"),
    [
        (1, 1, [0, 1], 0, [255, 255]),
        (2, 1, [0, 1, 2], 1, [0, 255, 170]),
        (4, 1, [0, 5, 6], 5, [0, 255, 102]),
        (8, 1, [0, 5, 6], 5, [0, 255, 6]),
        (16, 1, [0, 1000, 1001], 1000, [0, 255, 3]),
        (8, 3, [0, 5, 6], 5, [0, 255, 6]),
        (16, 3, [0, 1000, 2000], 1000, [0, 255, 7]),
    ],
)
def test_the_colour_key_of_a_png_is_seen_through(depth, colours, samples, key, white):
    data = png_with_key(depth, colours, samples, key)
    assert np.asarray(read_image(data))[0, :, 0].tolist() == white
    alpha = read_image(data, transparent=True).getchannel("A")
    assert np.asarray(alpha)[0].tolist() == [0 if level == key else 255 for level in samples]


@pytest.mark.parametrize(("alpha", "seen"), [(0, (10, 20, 30)), (255, (10, 20, 30)), (51, (206, 208, 210))])
def test_a_bmp_transparent_throughout_is_opaque(alpha, seen):
    """A V5 header with masks; of two pixels the second is white, and opaque unless the first is wholly transparent."""
    masks = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    header = struct.pack("<IiiHHIIiiII", 124, 2, 1, 1, 32, 3, 8, 0, 0, 0, 0) + masks + b"BGRs" + bytes(64)
    pixels = bytes([30, 20, 10, alpha, 255, 255, 255, 255 if alpha else 0])
    data = b"BM" + struct.pack("<IHHI", 14 + len(header) + 8, 0, 0, 14 + len(header)) + header + pixels
    assert np.asarray(read_image(data))[0].tolist() == [list(seen), [255, 255, 255]]
    assert read_image(data, transparent=True).mode == ("RGBA" if alpha == 51 else "RGB")


def test_find_images(tmp_path):
    for name in ("b.JPG", "a/z.webp", "a/notes.txt", "c.png", "a.gif/inner.jpeg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    given = tmp_path / "a" / "notes.txt"
    found = [str(path.relative_to(tmp_path)) for path in find_images([given, tmp_path])]
    assert found == ["a/notes.txt", "a/z.webp", "a.gif/inner.jpeg", "b.JPG", "c.png"]
    for missing in (tmp_path / "none", tmp_path / ("x" * 999), Path("a\0b")):
        with pytest.raises(ImageError, match=r"check the path"):
            find_images([missing])


def test_square_keeps_the_whole_picture():
    glass = plain("RGB", WHITE, (300, 900))
    ImageDraw.Draw(glass).rectangle((0, 0, 299, 449), fill=RED)
    square = to_square(glass, 64)
    assert (square.mode, square.size) == ("RGB", (64, 64))
    assert (square.getpixel((0, 0)), square.getpixel((63, 63))) == (RED, WHITE)
    stripes = Image.fromarray(np.tile(np.array([0, 255], np.uint8), (512, 256))).convert("RGB")
    np.testing.assert_allclose(
        np.asarray(to_square(stripes, 32)), 127.5, atol=12
    )  # grey, where skipping would be black


def survives(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            image = read_image(data, "it")
        except ImageError as error:
            assert str(error).startswith("it ")
            assert str(error).isprintable()
        else:
            assert image.mode == "RGB"
            assert min(image.size) > 0


SAMPLES = [
    JPEG,
    PNG,
    GIF,
    WEBP,
    encoded(left_red(), "AVIF"),
    HEIC,
    encoded(palette(), "BMP"),
    encoded(left_red(), "TIFF", compression="tiff_lzw"),
    encoded(grey16(9), "TIFF"),
]
MAGIC = sorted({sample[:16] for sample in SAMPLES} | {b""})


@given(st.sampled_from(MAGIC), st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_random_bytes_are_refused_or_rgb(magic, tail):
    survives(magic + tail)


@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4))), st.floats(0, 2)
)
@settings(max_examples=500, deadline=None)
def test_damaged_files_are_refused_or_rgb(sample, changes, cut):
    data = bytearray(sample)
    for where, new in changes:
        start = int(where * len(data))
        data[start : start + len(new)] = new
    survives(bytes(data[: int(cut * len(data)) if cut < 1 else None]))
