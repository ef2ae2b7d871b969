"""AVIF decoded by a process of its own, which may take as much memory as a picture of its declared size needs.

The size in an AVIF's header is a promise that libavif does not hold it to: the AV1 stream inside says for itself how
large it is, up to 16,384 × 16,384, is decoded at that size, and scaled to the declared one. So a file of a kilobyte
that declares 64 × 64 pixels could take a gigabyte; here it takes `ROOM` at most, and fails.
"""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

ROOM = 128 * 2**20  # bytes, for Python, Pillow and a small picture
EACH = 32  # bytes a pixel: planes of 10 bits with alpha, what the decoder remembers of them, and RGBA twice
SECONDS = 60  # of a processor


def decoded(data: bytes, pixels: int) -> Image.Image:
    """The first picture of an AVIF, decoded; raises `OSError` where it is damaged, or larger than it says.

    pixels: how many there are by the header.
    """
    command = [sys.executable, "-I", str(Path(__file__)), str(ROOM + EACH * pixels)]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    if done.returncode:
        raise OSError(done.stderr.decode(errors="replace"))
    start = done.stdout.index(b"\n")
    mode, size = json.loads(done.stdout[:start])
    return Image.frombytes(mode, size, memoryview(done.stdout)[start + 1 :])  # type: ignore[arg-type]


def _decode(limit: int) -> None:
    """Reads an AVIF from standard input, and writes its mode, its size and its pixels."""
    import resource

    from PIL import AvifImagePlugin

    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # each has a stack, which counts
    image = Image.open(BytesIO(sys.stdin.buffer.read()), formats=["AVIF"])
    sys.stdout.buffer.write(json.dumps([image.mode, image.size]).encode() + b"\n")
    sys.stdout.buffer.write(image.tobytes())


if __name__ == "__main__":
    _decode(int(sys.argv[1]))
