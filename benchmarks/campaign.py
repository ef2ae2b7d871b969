"""A campaign against the app's doors, with counts: `python -m benchmarks.campaign --pictures 10000`.

Pictures are mutated and read, URLs that lead inside are asked for, bits are flipped in all that ships, and `embed` is
killed and begun again. What is not held counts under `else`: a picture that ends in anything but a picture or one clear
sentence, an address that a connection was tried to, a bit that nobody noticed, a table that differs.
"""

import argparse
import json
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
import pandas as pd
from PIL import Image

from cocktailman.catalog import DATA
from cocktailman.errors import InputError
from cocktailman.images import read_image
from cocktailman.latent.tables import style_matrix
from cocktailman.models.checkpoints import CHECKPOINTS
from cocktailman.models.manifest import read_manifest, verified
from cocktailman.renders import read_renders
from cocktailman.web import fetch_picture

MODEL = "cvae-renders"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF")
EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\xff\xff", b"\1\0\0\0")
HELD, REFUSED, ELSE = "taken", "one clear sentence", "else"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--flips", type=int, default=500, help="bits, in files that ship, of all checkpoints")
    parser.add_argument("--kills", type=int, default=5, help="of `embed`, at random moments")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    parts: dict[str, Callable[[], Counter[str]]] = {
        f"{chosen.pictures:,} mutated pictures": lambda: against_pictures(chosen.pictures, rng),
        "URLs that lead inside": against_urls,
        f"{chosen.flips:,} bits flipped in what ships": lambda: against_files(chosen.flips, rng),
        f"embed, killed {chosen.kills} times": lambda: against_embed(chosen.kills, rng),
    }
    for name, part in parts.items():
        print(f"{name:<36}", json.dumps(part()), flush=True)
    print(f"{'most memory, MiB':<36}", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def against_pictures(count: int, rng: np.random.Generator) -> Counter[str]:
    """Mutated pictures of every format that is read."""
    picture, found, samples = read_renders().image(0).resize((96, 64)), Counter[str](), []
    for kind in FORMATS:
        buffer = BytesIO()
        picture.save(buffer, kind, **({"save_all": True, "append_images": [picture]} if kind == "GIF" else {}))
        samples.append(buffer.getvalue())
    for number in range(count):
        data = mutated(samples[number % len(samples)], rng)
        try:
            image = read_image(data, "it")
            found[HELD if image.mode == "RGB" and min(image.size) > 0 else ELSE] += 1
        except InputError as error:
            found[REFUSED if str(error).startswith("it ") and str(error).isprintable() else ELSE] += 1
        except Exception as error:
            found[f"{ELSE}: {type(error).__name__}"] += 1
    return found


def mutated(sample: bytes, rng: np.random.Generator) -> bytes:
    """A few changes: bits flipped, numbers made extreme, parts doubled or left out, the end cut off."""
    data = bytearray(sample)
    for _ in range(rng.integers(1, 6)):
        start = int(rng.integers(max(len(data), 1)) * rng.random() ** 2)  # more often in headers
        match rng.integers(5):
            case 0 if data:
                data[start] ^= 1 << rng.integers(8)
            case 1:
                data[start : start + 4] = EXTREMES[rng.integers(len(EXTREMES))]
            case 2:
                data[start:start] = data[start : start + int(rng.integers(64))]
            case 3:
                del data[start : start + int(rng.integers(64))]
            case _ if rng.random() < 0.3:
                del data[start:]
    return bytes(data)


def against_urls() -> Counter[str]:
    """Addresses of the machine itself and its network, in every writing: no connection may be tried."""
    found, tried = Counter[str](), []
    with patch("socket.create_connection", lambda address, *_, **__: tried.append(address) or _refuse()):
        for url in urls():
            before = len(tried)
            try:
                fetch_picture(url)
                found[f"{ELSE}: {url}"] += 1
            except InputError:
                found[REFUSED if len(tried) == before else f"{ELSE}: connected for {url}"] += 1
            except Exception as error:
                found[f"{ELSE}: {type(error).__name__} for {url}"] += 1
    return found


def urls() -> Iterator[str]:
    inside = (0x7F000001, 0x0A000001, 0xC0A80101, 0xAC100001, 0xA9FEA9FE, 0x64400001, 0, 0xFFFFFFFF, 0xC00000C0)
    for number in inside:
        a, b, c, d = number.to_bytes(4)
        hosts = [
            *(f"{a}.{b}.{c}.{d}", str(number), hex(number), f"0{number:o}", f"{a}.{(b << 16) + (c << 8) + d}"),
            *(f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}", f"{a}.{b}.{(c << 8) + d}"),
            *(f"[::ffff:{a}.{b}.{c}.{d}]", f"[64:ff9b::{a}.{b}.{c}.{d}]", f"[2002:{a:02x}{b:02x}:{c:02x}{d:02x}::]"),
            *(f"[::{a}.{b}.{c}.{d}]", f"{a}.{b}.{c}.{d}.", f"{a}。{b}。{c}。{d}", f"user@{a}.{b}.{c}.{d}"),
        ]
        for host in hosts:
            yield f"http://{host}/a.png"
            yield f"https://{host}:443/a.png"
    yield from (f"http://{host}/" for host in ("localhost", "LOCALHOST.", "[::1]", "[::]", "[fe80::1]", "[fd00::1]"))
    yield from ("file:///etc/passwd", "ftp://example.org/a.png", "gopher://127.0.0.1/", "data:image/png;base64,AA==")
    yield from (
        "http://127.0.0.1:22/",
        "http://example.org:6379/",
        "http://[::1",
        "http://",
        "//127.0.0.1/",
        "http://%00/",
    )


def _refuse() -> None:
    raise ConnectionRefusedError


def against_files(count: int, rng: np.random.Generator) -> Counter[str]:
    """A bit flipped anywhere in a file, each file that a manifest names as often as another."""
    files = [(folder, name) for folder in sorted(CHECKPOINTS.iterdir()) for name in read_manifest(folder)]
    found = Counter[str]()
    with TemporaryDirectory() as place:
        shutil.copytree(CHECKPOINTS, Path(place, "checkpoints"))
        shutil.copytree(DATA / "styles", Path(place, "styles"))
        for number in range(count):
            folder, name = files[number % len(files)]
            path = Path(place, "checkpoints", folder.name, name)
            where, bit = int(rng.integers(path.stat().st_size)), 1 << int(rng.integers(8))
            _flip(path, where, bit)
            try:
                verified(Path(place, "checkpoints", folder.name), name)
                found[f"{ELSE}: {folder.name}/{name}"] += 1
            except (OSError, ValueError):
                found["noticed"] += 1
            _flip(path, where, bit)
    return found


def _flip(path: Path, where: int, bit: int) -> None:
    with path.open("rb+") as file:
        file.seek(where)
        [byte] = file.read(1)
        file.seek(where)
        file.write(bytes([byte ^ bit]))


def against_embed(kills: int, rng: np.random.Generator, count: int = 400) -> Counter[str]:
    """Killed at a random moment, again and again, then let be: its table is that of a run that was let be at once."""
    found = Counter[str]()
    with TemporaryDirectory() as place:
        (pictures := Path(place, "pictures")).mkdir()
        for number in range(count):
            Image.fromarray(rng.integers(0, 256, (48, 48, 3), np.uint8)).save(pictures / f"{number:04d}.png")
        start = time.monotonic()
        _embed(pictures, Path(place, "whole.parquet")).wait()
        styles, seconds = _styles(Path(place, "whole.parquet")), time.monotonic() - start
        for number in range(kills):
            out = Path(place, f"{number}.parquet")
            run = _embed(pictures, out)
            time.sleep(seconds * rng.uniform(0.5, 1))
            run.send_signal(signal.SIGKILL)
            run.wait()
            again = _embed(pictures, out).wait()
            same = again == 0 and np.allclose(_styles(out), styles, atol=1e-5)
            found["the same table" if same else ELSE] += 1
    return found


def _styles(table: Path) -> np.ndarray:
    return style_matrix(pd.read_parquet(table))


def _embed(pictures: Path, out: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cocktailman", "embed", str(pictures), "--model", MODEL, "--out", str(out)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
