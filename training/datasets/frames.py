"""Videos become a data set of pictures: sampled, near-duplicates thinned, split by clip."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error
import numpy as np
import pandas as pd
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.files import written

FRAMES = "frames.csv"  # file, video, clip, second, split
LOOK = 16  # px, the side at which frames are compared
SAME, CUT = 4.0, 40.0  # levels of 255: mean difference up to which two frames are the same, and from which a cut lies


@dataclass(frozen=True)
class Frame:
    """A frame of a video: when it is shown, and in which clip, a stretch without a cut, counted from 0."""

    image: Image.Image
    second: float
    clip: int


def write_frames(
    videos: list[Path],
    out: Path,
    every: float = 0.5,
    size: int = 256,
    validation: float = 0.1,
    seed: int = 0,
) -> pd.DataFrame:
    """Writes frames of videos as JPEGs to a folder, with the table `frames.csv`, which it returns.

    every: seconds between two frames that are looked at. size: px, the shorter side. validation: the share of clips
    that is held back, at least one where there are two: frames of one clip are all alike, and never on both sides.

    Raises `InputError` where a video cannot be read at all; of one that is damaged further on, what was read is kept.
    """
    rows = []
    for number, video in enumerate(videos):
        for count, frame in enumerate(frames_of(video, every, size)):
            file = f"{number:02d}-{_plain(video.stem)}-{count:05d}.jpg"
            with written(out / file) as unfinished:
                frame.image.save(unfinished, "JPEG", quality=92)
            rows.append((file, video.name, f"{number}-{frame.clip}", round(frame.second, 3)))
    table = pd.DataFrame(rows, columns=["file", "video", "clip", "second"])
    clips = list(dict.fromkeys(table["clip"].tolist()))
    held = max(round(validation * len(clips)), 1) if len(clips) > 1 and validation else 0
    chosen = np.random.default_rng(seed).choice(clips, held, replace=False)
    table["split"] = np.where(table["clip"].isin(chosen.tolist()), "validation", "train")
    with written(out / FRAMES) as unfinished:
        table.to_csv(unfinished, index=False)
    return table


def frames_of(video: Path, every: float, size: int) -> Iterator[Frame]:
    """The frames of a video, `every` so many seconds, that differ from the one before; raises `InputError`."""
    clip, seen, kept, wanted = 0, None, None, 0.0
    for image, second in _decoded(video):
        if second + 1e-6 < wanted:
            continue
        wanted = second + every
        look = np.asarray(image.convert("L").resize((LOOK, LOOK), Image.Resampling.BOX), float)
        if seen is not None and np.abs(look - seen).mean() > CUT:
            clip += 1
            kept = None
        seen = look
        if kept is None or np.abs(look - kept).mean() > SAME:
            kept = look
            yield Frame(_shrunk(image, size), second, clip)


def _decoded(video: Path) -> Iterator[tuple[Image.Image, float]]:
    """All frames and when each is shown, in seconds; what is damaged after the first ends it with a word."""
    if not video.is_file():
        raise InputError(f"{video} does not exist: check the path")
    count = 0
    try:
        with av.open(str(video)) as film:
            if not film.streams.video:
                raise InputError(f"{video} holds no moving picture: name a video")
            for frame in film.decode(film.streams.video[0]):
                count += 1
                yield frame.to_image(), float(frame.time or 0)
    except (av.error.FFmpegError, ValueError) as error:
        if not count:
            raise InputError(f"{video} is damaged, or no video: save or download it again") from error
        logging.getLogger(__name__).warning("%s is damaged after frame %d: what came before is kept", video, count)
    if not count:
        raise InputError(f"{video} is damaged, or no video: save or download it again")


def _shrunk(image: Image.Image, size: int) -> Image.Image:
    scale = size / min(image.size)
    if scale >= 1:
        return image
    return image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)


def _plain(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name)[:40]
