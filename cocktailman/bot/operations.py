"""What a worker does, each with the library: parameters, as JSON, become an `Outcome`."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from io import BytesIO
from typing import Any

from PIL import Image

from cocktailman.bot import models
from cocktailman.bot.jobs import Kind, Outcome
from cocktailman.bot.styling import ADAIN
from cocktailman.bot.worker_queue import Progress, WorkerQueue
from cocktailman.errors import InputError
from cocktailman.inference import gatys
from cocktailman.inference.recogniser import Box, Reading
from cocktailman.shelf import style_image

Parameters = dict[str, Any]

STYLISED_SIZE = 384  # px, the longer side of what AdaIN paints: as wide as phones show it, in half the time of 512
PAINTED_SIZE = 512  # px, to which a picture is enlarged to be looked at
DRINKS = 4  # of a photo that are told, the best
COCKTAILS, LIKELY = 3, 0.03  # how many are told of a drink, and how probable the others than the first have to be


class Refused(Exception):  # noqa: N818 - not an error of anybody
    """The picture will not do; `why` names the sentence that says so."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def recognise(parameters: Parameters, queue: WorkerQueue, on_progress: Progress) -> Outcome:
    """The drinks of each photo, best first; where none is found, all of the photo read as one."""
    seen = []
    for done, photo in enumerate(parameters["photos"], start=1):
        drinks = _drinks(queue.photo(photo).convert("RGB"))
        queue.note(photo, json.dumps(drinks[0]))
        seen.append({"photo": photo, "drinks": drinks})
        on_progress(done / len(parameters["photos"]))
    return Outcome("done", {"seen": seen})


def _drinks(image: Image.Image) -> list[dict[str, Any]]:
    sees = models.recogniser()
    [boxes] = sees.detector.detect([image])
    boxes = boxes[:DRINKS]
    if boxes:
        return [_facts(box, reading) for box, reading in zip(boxes, sees.readings(image, boxes), strict=True)]
    [reading] = sees.classifier.classify([[image]])
    return [_facts(None, reading)]


def _facts(box: Box | None, reading: Reading) -> dict[str, Any]:
    """A drink ready for JSON: its box, the ingredients seen with their probabilities, the likely cocktails."""
    classifier = models.recogniser().classifier
    seen = classifier.seen(reading)
    first, *others = classifier.cocktails(reading)[:COCKTAILS]
    return {
        "box": box and asdict(box),
        "recipe": seen,
        "ingredients": [pair for pair in classifier.ingredients(reading) if pair[0] in seen],
        "cocktails": [first, *(pair for pair in others if pair[1] >= LIKELY)],
    }


def paint(parameters: Parameters, queue: WorkerQueue, on_progress: Progress) -> Outcome:
    """A drink of a recipe: in a style of its own, in that of the drink in a photo, or in one that a seed draws."""
    generator, recipe = models.generator(parameters["model"]), parameters["recipe"]
    style = parameters["style"]
    if style is None and parameters["photo"] and generator.has_encoder:
        image = _crop_of_drink(queue, parameters["photo"])
        with suppress(InputError):  # where it sees no drink to cut out, the recipe is painted all the same
            style = generator.invert([image], [recipe])[0].tolist()
    if style is not None:
        styles = generator.check_style(style)[None]
    elif parameters["typical"]:
        styles = generator.draw_styles([recipe], parameters["seed"])
    else:
        styles = generator.sample_styles(1, parameters["seed"])
    [picture] = generator.paint(recipe, styles, PAINTED_SIZE)
    jpeg = _jpeg(picture)
    queue.keep_photo(parameters["id"], jpeg)  # to be stylised
    return Outcome("done", {"style": style, "knows_typical": generator.regressor is not None}, jpeg)


def cut(parameters: Parameters, queue: WorkerQueue, on_progress: Progress) -> Outcome:
    """The drink of a photo, or the best of several, without its background."""
    segmenter, image = models.segmenter(), _crop_of_drink(queue, parameters["photo"])
    try:
        found = segmenter.cut_out(image)
    except InputError as error:
        raise Refused("no drink") from error
    return Outcome("done", {"confidence": found.confidence}, _file(found.picture, "PNG"))


def stylise(parameters: Parameters, queue: WorkerQueue, on_progress: Progress) -> Outcome:
    """A photo in the manner of a style of the shelf or of another photo, by AdaIN at once or by Gatys step by step."""
    content = queue.photo(parameters["content"])
    style = queue.photo(parameters["photo"]) if parameters["photo"] else style_image(parameters["style"]).image()
    stylizer, strength = models.stylizer(), parameters["strength"] / 100
    if parameters["method"] == ADAIN:
        return Outcome("done", picture=_jpeg(stylizer.stylise(content, style, strength, STYLISED_SIZE)))
    settings, sketch = gatys.GatysSettings(strength=strength), None
    start = stylizer.stylise(content, style, strength, settings.size) if settings.start == ADAIN else None
    for sketch in gatys.sketches(stylizer.encoder, content, style, settings, start):
        on_progress(sketch.share, sketch.seconds_left)
    assert sketch is not None  # there is one step at least
    return Outcome("done", picture=_jpeg(sketch.image))


def _crop_of_drink(queue: WorkerQueue, photo: str) -> Image.Image:
    """What of a photo was read as a drink; all of it where none was found, or nobody has looked."""
    image, noted = queue.photo(photo), queue.noted(photo)
    box = json.loads(noted)["box"] if noted else None
    return Box(**box).crop(image) if box else image


def _jpeg(picture: Image.Image) -> bytes:
    return _file(picture.convert("RGB"), "JPEG", quality=92)


def _file(picture: Image.Image, kind: str, **options: int) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


OPERATIONS: dict[Kind, Callable[[Parameters, WorkerQueue, Progress], Outcome]] = {
    "recognise": recognise,
    "paint": paint,
    "cut": cut,
    "stylise": stylise,
}
