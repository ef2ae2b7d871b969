"""What a worker has loaded: each model when it is first needed, and once."""

from collections.abc import Callable
from functools import cache, wraps
from threading import RLock
from typing import TypeVar

import torch

from cocktailman.inference.generator import Generator
from cocktailman.inference.recogniser import Recogniser
from cocktailman.inference.segmenter import Segmenter
from cocktailman.inference.stylizer import AdaINStylizer

Model = TypeVar("Model")

_TURN = RLock()


def _once(load: Callable[..., Model]) -> Callable[..., Model]:
    """Loads a model for the first thread that asks for it; the others wait."""
    cached = cache(load)

    @wraps(load)
    def loaded(*names: str) -> Model:
        with _TURN:
            torch.set_num_threads(1)  # a second one gains little, and workers that wait for each other lose a lot
            return cached(*names)

    return loaded


@_once
def generator(name: str) -> Generator:
    return Generator.load(name)


@_once
def recogniser() -> Recogniser:
    return Recogniser.load()


@_once
def stylizer() -> AdaINStylizer:
    return AdaINStylizer.load()


@_once
def segmenter() -> Segmenter:
    return Segmenter.load()
