"""How long recognising takes, from the bytes of a 640 px JPEG to an answer, on this machine's CPU.

    python -m benchmarks.recognise_speed [--repeat 50] [--photos 100] [--command] [--json]

Beside `Recogniser`: the same networks put together the plain way, `YOLO.predict` of Ultralytics and a timm transform
before the classifier, all eager. The two take turns, so that whatever else the machine does meets both. Then a folder
of photos against one photo as many times, through the library and, with `--command`, through the command line, where
one photo costs the start of Python too. The photos are renders cut to 4:3, every other one upright.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, cast

import numpy as np
import torch
from PIL import Image
from timm.data.transforms_factory import create_transform
from ultralytics.models import YOLO

from benchmarks.decoder_speed import cpu_name
from cocktailman.errors import InputError
from cocktailman.images import crop_around, read_image
from cocktailman.inference.photo_files import recognise_files
from cocktailman.inference.recogniser import Recogniser
from cocktailman.models.checkpoints import load_network
from cocktailman.renders import read_renders

LONG, SHORT = 640, 480  # px, of a photo
WARM_UP = 3  # calls that are not counted
TURNS = 4  # of a folder and of one photo at a time, in alternating order
STARTS = 3  # times that the command line is timed on one photo

Call = Callable[[], Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=50, help="times that one photo is recognised each way")
    parser.add_argument("--photos", type=int, default=100, help="in the folder")
    parser.add_argument("--command", action="store_true", help="time the command line as well")
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    chosen = parser.parse_args()
    try:
        found = measure(Recogniser.load(), chosen.repeat, chosen.photos, chosen.command)
    except InputError as error:
        parser.error(str(error))
    print(json.dumps(found, indent=2) if chosen.json else table(found))


def measure(recogniser: Recogniser, repeat: int, count: int, command: bool) -> dict[str, Any]:
    """All that is printed: the machine, one photo each way, and a folder against one at a time."""
    data = photos(count)
    ways: dict[str, Call] = {
        "Recogniser": lambda: recogniser.recognise([read_image(data[0])]),
        "Ultralytics and timm, eager": partial(plain_pipeline(recogniser), data[0]),
    }
    found: dict[str, Any] = {
        "command": f"python -m benchmarks.recognise_speed --repeat {repeat} --photos {count}{' --command' * command}",
        "cpu": cpu_name(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "photo": f"{LONG} × {SHORT} px, {len(data[0]) / 1000:.0f} kB",
        "milliseconds": timed_in_turns(ways, repeat),
    }
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{number:04d}.jpg") for number in range(count)]
        for file, jpeg in zip(files, data, strict=True):
            file.write_bytes(jpeg)
        found["seconds"] = {f"{count} photos": folder_against_one(recogniser, files)}
        if command:
            found["seconds"][f"{count} photos, command line"] = command_against_one(files)
    return found


def photos(count: int) -> list[bytes]:
    """JPEG files of renders at the size of a photo, lying and upright by turns."""
    renders = read_renders()
    made = []
    for number, image in enumerate(renders.images(np.linspace(0, len(renders) - 1, count).astype(int))):
        width, height = (LONG, SHORT) if number % 2 else (SHORT, LONG)
        cut = image.resize((LONG, LONG), Image.Resampling.BICUBIC)
        left, top = (LONG - width) // 2, (LONG - height) // 2
        buffer = BytesIO()
        cut.crop((left, top, left + width, top + height)).save(buffer, "JPEG", quality=90)
        made.append(buffer.getvalue())
    return made


def plain_pipeline(recogniser: Recogniser) -> Callable[[bytes], Any]:
    """The same networks as one puts them together from the libraries' own tutorials."""
    network = load_network(recogniser.detector.checkpoint)
    finder = YOLO(f"{network.config.architecture}.yaml", task="detect", verbose=False)
    finder.model = network.yolo
    classifier = load_network(recogniser.classifier.checkpoint)
    size = recogniser.classifier.size
    transform: Any = create_transform(
        (3, size, size), interpolation="bicubic", crop_pct=1, mean=(0, 0, 0), std=(1, 1, 1)
    )
    asked = {"imgsz": recogniser.detector.size, "conf": recogniser.detector.threshold, "device": "cpu"}

    def pipeline(jpeg: bytes) -> Any:
        image = Image.open(BytesIO(jpeg)).convert("RGB")
        [result] = cast(list[Any], finder.predict(image, verbose=False, **asked))
        if len(result.boxes):
            image = crop_around(image, *result.boxes.xyxyn[0].tolist())
        with torch.inference_mode():
            output = classifier(transform(image)[None])
            return output.ingredients.sigmoid(), output.drinks.softmax(1)

    return pipeline


def timed_in_turns(ways: dict[str, Call], repeat: int) -> dict[str, dict[str, float]]:
    """Milliseconds of each way, one call after the other."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(WARM_UP + repeat):
        for name, call in ways.items():
            start = perf_counter()
            call()
            if number >= WARM_UP:
                times[name].append((perf_counter() - start) * 1000)
    return {
        name: {"median": float(np.median(each)), "least": min(each), "p95": float(np.percentile(each, 95))}
        for name, each in times.items()
    }


def folder_against_one(recogniser: Recogniser, files: Sequence[Path]) -> dict[str, Any]:
    """Seconds for all files at once, and one after the other, through the library, and how many of the processor: the
    least of some turns.

    The two take turns, and every other time the one that came first comes last: what else the machine does, and what it
    has warmed up, meets both.
    """
    ways: list[tuple[str, Call]] = [
        ("together", lambda: list(recognise_files(recogniser, files))),
        ("one by one", lambda: [recogniser.recognise([read_image(file)]) for file in files]),
    ]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in ways}
    for turn in range(TURNS):
        for name, call in ways if turn % 2 == 0 else ways[::-1]:
            begun = process_time()
            times[name].append((seconds(call), process_time() - begun))
    least = {name: [min(column) for column in zip(*times[name], strict=True)] for name, _ in ways}
    (together, computed), (alone, computed_alone) = least.values()
    return {
        "together": together,
        "one by one": alone,
        "share": together / alone,
        "of the processor": {"together": computed, "one by one": computed_alone, "share": computed / computed_alone},
    }


def command_against_one(files: Sequence[Path]) -> dict[str, float]:
    """The same through the command line; what one photo costs is measured a few times, and taken as often as needed."""
    command = [sys.executable, "-m", "cocktailman", "recognise", "--json"]
    alone = [seconds(lambda: subprocess.check_output([*command, files[0]])) for _ in range(STARTS)]
    together = seconds(lambda: subprocess.check_output([*command, files[0].parent]))
    one_by_one = float(np.median(alone)) * len(files)
    return {"together": together, "one by one": one_by_one, "share": together / one_by_one}


def seconds(call: Call) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def table(found: dict[str, Any]) -> str:
    """The measurements as text, a row each."""
    rows = [
        f"{found['cpu']}, torch {found['torch']} with {found['threads']} thread(s); {found['photo']}",
        f"{'ms':<32}{'median':>9}{'least':>9}{'p95':>9}",
    ]
    for name, time in found["milliseconds"].items():
        rows.append(f"{name:<32}{time['median']:>9.0f}{time['least']:>9.0f}{time['p95']:>9.0f}")
    rows.append(f"{'s':<32}{'together':>11}{'one by one':>12}{'share':>8}")
    for name, time in found["seconds"].items():
        parts = {name: time, "  of the processor": time.get("of the processor")}
        for label, part in parts.items():
            if part:
                rows.append(f"{label:<32}{part['together']:>11.1f}{part['one by one']:>12.1f}{part['share']:>8.0%}")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
