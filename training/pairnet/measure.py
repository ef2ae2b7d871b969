"""Measures what edits on pairs of renders that were held back: the same scene with one factor changed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from time import perf_counter

from PIL import Image

from cocktailman.datasets import Pictures
from cocktailman.evaluation.editing import FactorReader, Pair, measure_edits
from cocktailman.evaluation.reference_networks import perceptual_distance
from cocktailman.factors import values_of
from cocktailman.inference.editor import Editor, EditSettings
from cocktailman.inference.editors import load_editor
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.renders import RENDERED, RENDERS, STUDIO, read_renders
from training.datasets.pairs import SCENES, Version, framed_alike, read_scenes
from training.datasets.pictures import CUTOUTS, read_pictures
from training.evaluate import EvaluationData

SIZE = 128  # px, at which edits are judged
MOST_OF_STEPS = 50  # pairs that an editor in steps is asked for: each takes dozens, and again on the way back


def measure_editor(checkpoint: Checkpoint, given: EvaluationData) -> dict[str, object]:
    """Of scenes in the bar and of those in the studio: errors by factor, what a reader of factors sees, round trip,
    nearest training picture, seconds an edit.

    Of an editor in steps, from each of its starts, on every few of the pairs.
    """
    editor, distance = load_editor(checkpoint.name), perceptual_distance()
    found: dict[str, object] = {"data": f"pairs of scenes held back, {SIZE} px, over grey; errors are mean absolute"}
    ways = {start: EditSettings(start=start) for start in editor.starts} or {"": EditSettings()}
    for domain in SCENES:
        pairs = held_back(domain, SIZE)
        if editor.starts:
            pairs = pairs[:: max(1, -(-len(pairs) // MOST_OF_STEPS))]
        reader, training = fitted_reader(domain), training_pictures(checkpoint.kind, domain)
        for name, settings in ways.items():
            begun = perf_counter()
            measured = measure_edits(
                lambda pair, how=settings: made_by(editor, pair, how), pairs, reader, training, distance
            )
            seconds = (perf_counter() - begun) / (2 * len(pairs))  # there and back
            found[f"{domain}_{name}".rstrip("_")] = measured | {"seconds": round(seconds, 3)}
    return found


def held_back(domain: str, size: int) -> list[Pair]:
    """The pairs of the scenes of the bar or of the studio that nothing was trained on."""
    return [pair for versions in read_scenes(SCENES[domain], "test") for pair in pairs_of(versions, size)]


def made_by(editor: Editor, pair: Pair, settings: EditSettings) -> Image.Image:
    """What an editor makes of a pair's first picture."""
    return editor.edit(pair.before, pair.values, pair.changes, settings)


def pairs_of(versions: list[Version], size: int) -> list[Pair]:
    """A scene as it is, with each of its changed versions."""
    base, *others = versions
    found = []
    for other in others:
        before, after = framed_alike([base, other], size)
        changes = {other.changed: other.values[other.changed]}
        found.append(Pair(other.changed, before, after, base.values, changes))
    return found


def fitted_reader(domain: str) -> FactorReader:
    """A reader of factors that learnt from the training split of the renders that ship, of the bar or of the studio."""
    pictures, folder = training_renders(domain)
    renders = read_renders(folder)
    factors = [values_of(renders.facts(renders.row(file))) for file in pictures.table["file"]]
    return FactorReader().fit(pictures.images, factors)


@cache
def training_renders(domain: str) -> tuple[Pictures, Path]:
    """The training split of the renders that ship, cut out, and the folder that says their factors."""
    packed, folder = {"bar": (CUTOUTS[RENDERED], RENDERS), "studio": (STUDIO, STUDIO)}[domain]
    return read_pictures(packed).of("train"), folder


def training_pictures(kind: str, domain: str) -> list[Image.Image]:
    """What an editor of a kind was trained on: single renders, of a flow, or all versions of the scenes."""
    if kind == "flow":
        return training_renders(domain)[0].images
    return [
        image
        for split in ("train", "validation")
        for scene in read_scenes(SCENES[domain], split)
        for image in framed_alike(scene, 64)
    ]
