"""Renders scenes, each as it is and with one factor changed at a time: the truth that edits are judged by.

All pictures of a scene are seen by one camera, which frames the drink in all its versions; what a subject draws by
chance stays what it was, whatever another draws (`separate_streams`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from cocktailman.catalog import catalog
from training.renders.changes import CHANGES, UNMASKED
from training.renders.factors import FREE, Factors, draw
from training.renders.masks import silhouette
from training.renders.picture import Picture, drink_parts, pieces_on, separate_streams, take, vessel_of, view
from training.renders.studio import take_plain, view_plain

AS_IT_IS = "base"
FIRST_INDEX = 1000  # of the pictures of a cocktail that are used here: none of these is in data/renders
FREE_SHARE = 3  # every third scene is of a free pour: changed ingredients are those of no cocktail
QUALITY = 92  # of WebP


def scene(number: int, changes: int, among: Sequence[str] = tuple(CHANGES)) -> dict[str, Factors]:
    """A scene as it is, and with as many of the factors `among` changed, one at a time, by the name of what changed."""
    rng = np.random.default_rng([number, 24])
    names = [FREE if number % FREE_SHARE == 0 else str(rng.choice([item.name for item in catalog().cocktails]))]
    drawn = draw(names[0], FIRST_INDEX + number)
    pieces = tuple(piece for piece in drawn.garnish if piece != UNMASKED)
    base = replace(drawn, garnish=pieces, camera_distance=1.05, fill=float(rng.uniform(0.45, 0.93)))
    chosen = rng.choice(list(among), changes, replace=False)
    return {AS_IT_IS: base} | {str(name): CHANGES[str(name)](base, rng) for name in chosen}


def make_pairs(
    out: Path, scenes: int, changes: int, among: Sequence[str], size: int, samples: int, threads: int, plain: bool
) -> None:
    """Renders what is not yet in the folder `out`: NUMBER-CHANGED.webp with alpha, and, last, NUMBER.json; where
    `plain`, in the plain studio (see `training.renders.studio`)."""
    out.mkdir(parents=True, exist_ok=True)
    missing = [number for number in range(scenes) if not (out / f"{number:04d}.json").exists()]
    for number, versions, pictures in _rendered(missing, changes, among, size, samples, threads, plain):
        for name, picture in pictures.items():
            cut_out(picture).save(out / f"{number:04d}-{name}.webp", quality=QUALITY, method=4)
        facts = {name: asdict(factors) for name, factors in versions.items()}
        unfinished = out / f".{number:04d}.json"
        unfinished.write_text(json.dumps({"scene": number, "versions": facts}), "utf-8")
        unfinished.rename(out / f"{number:04d}.json")  # at once: a run that is cut short leaves no half scene behind


def _rendered(
    numbers: list[int], changes: int, among: Sequence[str], size: int, samples: int, threads: int, plain: bool
) -> Iterator[tuple[int, dict[str, Factors], dict[str, Picture]]]:
    from training.renders.scene import Studio

    studio = Studio(size, samples, threads)
    shot, seen = (take_plain, view_plain) if plain else (take, view)
    for number in tqdm(numbers, desc="rendering", unit="scene", mininterval=5):
        versions = scene(number, changes, among)
        streams = separate_streams(versions[AS_IT_IS].seed)
        parts = [drink_parts(item, vessel_of(item, streams), streams) for item in versions.values()]
        camera = seen(versions[AS_IT_IS], [part for version in parts for part in version])
        yield number, versions, {name: shot(item, studio, size, streams, camera) for name, item in versions.items()}


Masks = dict[str, dict[str, NDArray[np.bool_]]]  # (size, size) each, by version, then by factor


def masks_alone(versions: dict[str, Factors], size: int, plain: bool) -> tuple[Masks, float]:
    """Where the glass and the last piece of garnish are seen, or would be, were they not behind others, in each version
    of a scene that has one; and where around the vessel the piece sits in the version that has most, in degrees.

    Where the garnish of a scene changes, the last piece is the one that some versions have and others have not.
    """
    streams = separate_streams(versions[AS_IT_IS].seed)
    dressed = cache(lambda factors: pieces_on(factors, vessel_of(factors, streams), streams))
    pieces = {name: dressed(_shaped(factors)) for name, factors in versions.items()}
    glasses = {name: vessel_of(factors, streams).part() for name, factors in versions.items()}
    framed = [part for placed in pieces.values() for _, parts in placed for part in parts]
    camera = (view_plain if plain else view)(versions[AS_IT_IS], [*glasses.values(), *framed])
    found: Masks = {name: {"glass": silhouette([glass.shape], camera, size)} for name, glass in glasses.items()}
    for name, placed in pieces.items():
        if placed:
            found[name]["garnish"] = silhouette([part.shape for part in placed[-1][1]], camera, size)
    most = max(pieces.values(), key=len)
    return found, float(most[-1][0] if most else versions[AS_IT_IS].garnish_azimuth)


def _shaped(factors: Factors) -> Factors:
    """What of the factors the shape of garnish hangs on: versions that are alike in it are dressed once."""
    light = {"light_azimuth": 0.0, "light_warmth": 0.0, "light_strength": 0.0}
    return replace(factors, ice="none", recipe=tuple(factors.recipe), garnish=tuple(factors.garnish), **light)


def cut_out(picture: Picture) -> Image.Image:
    """The drink alone: the picture with its mask as alpha, where it has no coverage of its own."""
    if picture.image.mode == "RGBA":
        return picture.image
    alpha = Image.fromarray((picture.mask > 0).astype(np.uint8) * 255)
    cut = picture.image.convert("RGBA")
    cut.putalpha(alpha)
    return cut
