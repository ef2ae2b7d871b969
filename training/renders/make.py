"""Renders a set, picture by picture: what is there already is left alone, and machines share it without a word."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from time import perf_counter

from PIL import Image
from tqdm import tqdm

from cocktailman.catalog import catalog, fold
from cocktailman.errors import InputError
from training.renders.factors import FREE, Factors, draw
from training.renders.picture import Picture, take
from training.renders.studio import take_plain

QUALITY = 88  # of WebP
FREE_ID = "free-pour"


def jobs(per_cocktail: int, free: int) -> list[tuple[str, int]]:
    """Cocktail and index of every picture: the first of each cocktail, then the second, ... so that a part is fair.

    Free pours come in equal numbers between.
    """
    if not per_cocktail:
        return [(FREE, extra) for extra in range(free)]
    ordered: list[tuple[str, int]] = []
    for index in range(per_cocktail):
        ordered += [(item.name, index) for item in catalog().cocktails]
        ordered += [(FREE, extra) for extra in range(index * free // per_cocktail, (index + 1) * free // per_cocktail)]
    return ordered


def shard(work: list[tuple[str, int]], part: str) -> list[tuple[str, int]]:
    """The share of one of several machines: "2/4" is the second of four. Raises `InputError` where it is not that."""
    number, _, count = part.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise InputError(f"the shard is {part!r}: write it like 1/4, the first of four")
    machines = int(count)  # who is first moves on with each round of them: what repeats in the list goes to all
    return [job for place, job in enumerate(work) if (place + place // machines) % machines == int(number) - 1]


def picture_id(cocktail: str, index: int) -> str:
    """Such as "dark-n-stormy-007"."""
    words = cocktail.replace("'", " ").replace("-", " ").split()
    return f"{'-'.join(fold(word) for word in words) or FREE_ID}-{index:03d}"


def make(out: Path, work: list[tuple[str, int]], size: int, samples: int, threads: int, plain: bool = False) -> None:
    """Renders what is not yet in the folder `out`: ID.webp, ID.mask.webp and, last, ID.json; where `plain`, in the
    plain studio (see `training.renders.studio`)."""
    out.mkdir(parents=True, exist_ok=True)
    missing = [job for job in work if not (out / f"{picture_id(*job)}.json").exists()]
    for factors, picture, seconds in _rendered(missing, size, samples, threads, plain):
        _write(out, factors, picture, {"size": size, "samples": samples, "seconds": round(seconds, 3)})


def _rendered(
    work: list[tuple[str, int]], size: int, samples: int, threads: int, plain: bool
) -> Iterator[tuple[Factors, Picture, float]]:
    from training.renders.scene import Studio

    shot = take_plain if plain else take
    studio = Studio(size, samples, threads)
    for job in tqdm(work, desc="rendering", unit="picture", mininterval=5, smoothing=0.05):
        start = perf_counter()
        factors = draw(*job)
        yield factors, shot(factors, studio, size), perf_counter() - start


def _write(out: Path, factors: Factors, picture: Picture, how: dict[str, float]) -> None:
    name = picture_id(factors.cocktail, factors.index)
    # Of coverage, method 6 takes longer than rendering.
    picture.image.save(out / f"{name}.webp", quality=QUALITY, method=6 if picture.image.mode == "RGB" else 4)
    Image.fromarray(picture.mask).convert("RGB").save(out / f"{name}.mask.webp", lossless=True, method=6)
    facts = {"id": name} | asdict(factors) | {"box": [round(float(x), 6) for x in picture.box]} | how
    unfinished = out / f".{name}.json"
    unfinished.write_text(json.dumps(facts), "utf-8")
    unfinished.rename(out / f"{name}.json")  # at once: a run that is cut short leaves nothing half written behind
