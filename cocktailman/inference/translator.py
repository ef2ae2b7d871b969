"""A picture of one domain becomes one of the other: a render a photo, a photo a render (CycleGAN)."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Literal, get_args

import torch
from PIL import Image

from cocktailman.cutouts import over
from cocktailman.errors import InputError
from cocktailman.images import to_square
from cocktailman.inference.segmenter import Segmenter
from cocktailman.inference.style_images import as_image, as_tensor, usable
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, list_checkpoints, load_network
from cocktailman.models.registry import Can

Direction = Literal["photos", "renders"]
OTHER: dict[Direction, Direction] = {"photos": "renders", "renders": "photos"}  # the domain that each is translated to


class Translator:
    """Translates with the pair of generators of a checkpoint. Safe to share between threads."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self._turn = Lock()

    @classmethod
    def load(cls, root: Path = CHECKPOINTS) -> Translator:
        """The first pair there is; raises `InputError` where there is none."""
        found = list_checkpoints(root, Can.TRANSLATE)
        if not found:
            raise InputError(
                "no CycleGAN is here: train one with `python -m training cyclegan`, or choose adain or gatys"
            )
        return cls(found[0])

    def translate(self, image: Image.Image, to: Direction) -> Image.Image:
        """A picture of the domain `to`, at the network's size; raises `InputError` where the picture cannot be used.

        Of networks that learned from cut-outs it is the drink alone, mode RGBA: cut out first, and transparent where it
        was.
        """
        if to not in get_args(Direction):
            raise InputError(f"there is no way to {to[:40]!r}: choose photos or renders")
        if not self._network.config.cutouts:
            return self._translated(to_square(usable(image, "the picture"), self.checkpoint.size), to)
        drink = self._segmenter.cut_out(image).centred(self.checkpoint.size)
        picture = self._translated(over(drink), to)
        picture.putalpha(drink.getchannel("A"))
        return picture

    def _translated(self, square: Image.Image, to: Direction) -> Image.Image:
        generator = self._network.to_photos if to == "photos" else self._network.to_renders
        with self._turn, torch.inference_mode():
            return as_image(generator(as_tensor(square)))

    @cached_property
    def _segmenter(self) -> Segmenter:
        return Segmenter.load()
