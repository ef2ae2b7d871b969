"""Photo files, however many, are looked at a batch at a time, while the next batch is read."""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from PIL import Image

from cocktailman.images import ImageError, find_images, read_image
from cocktailman.inference.recogniser import BATCH, Recogniser, Recognition

BATCH_PIXELS = 50_000_000  # from as many on a batch is full; with the one read ahead, that is 0.6 GB at the very most

Read = tuple[Path, Image.Image | ImageError]
Seen = TypeVar("Seen")


def all_files(paths: Iterable[Path], left_out: Counter[str] | None = None) -> list[Path]:
    """The files that paths lead to, as `find_images` has them; a path that leads nowhere is kept, and fails alone."""
    found: list[Path] = []
    for path in paths:
        try:
            found += find_images([path], left_out)
        except ImageError:
            found.append(path)
    return found


def recognise_files(
    recogniser: Recogniser, files: Iterable[Path], min_score: float | None = None
) -> Generator[tuple[Path, Recognition | ImageError], None, None]:
    """What is seen in each file, in their order, or why it is no picture; `min_score` as in `Recogniser.recognise`."""
    return see_files(lambda images: recogniser.recognise(images, min_score), files)


def see_files(
    see: Callable[[list[Image.Image]], Iterable[Seen]], files: Iterable[Path]
) -> Generator[tuple[Path, Seen | ImageError], None, None]:
    """What `see` makes of the picture in each file, in their order, or why it is no picture."""
    batches = _batches(files)
    with ThreadPoolExecutor(1) as reader:
        ahead = reader.submit(next, batches, None)
        while (batch := ahead.result()) is not None:
            ahead = reader.submit(next, batches, None)
            seen = iter(see([read for _, read in batch if isinstance(read, Image.Image)]))
            yield from ((file, read if isinstance(read, ImageError) else next(seen)) for file, read in batch)


def _batches(files: Iterable[Path]) -> Iterator[list[Read]]:
    batch: list[Read] = []
    pixels = 0
    for file in files:
        try:
            picture = read_image(file)
            pixels += picture.width * picture.height
            batch.append((file, picture))
        except ImageError as error:
            batch.append((file, error))
        if len(batch) == BATCH or pixels >= BATCH_PIXELS:
            yield batch
            batch, pixels = [], 0
    if batch:
        yield batch
