"""A picture of one domain becomes one of the other: a render a photo, a photo a render."""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Literal, get_args

import torch
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.images import to_square
from cocktailman.inference.style_images import as_image, as_tensor, usable
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, list_checkpoints, load_network
from cocktailman.models.registry import Can

Direction = Literal["photos", "renders"]


class Translator:
    """Translates with the pair of generators of a checkpoint. Safe to share between threads."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self._turn = Lock()

    @classmethod
    def load(cls, root: Path = CHECKPOINTS) -> Translator:
        """The first pair there is; raises `InputError` where none ships."""
        found = list_checkpoints(root, Can.TRANSLATE)
        if not found:
            raise InputError(
                "no CycleGAN ships yet: train one with `python -m training cyclegan`, or choose adain or gatys"
            )
        return cls(found[0])

    def translate(self, image: Image.Image, to: Direction) -> Image.Image:
        """A picture of the domain `to`, at the network's size; raises `InputError` where the picture cannot be used."""
        if to not in get_args(Direction):
            raise InputError(f"there is no way to {to[:40]!r}: choose photos or renders")
        square = to_square(usable(image, "the picture"), self.checkpoint.size)
        generator = self._network.to_photos if to == "photos" else self._network.to_renders
        with self._turn, torch.inference_mode():
            return as_image(generator(as_tensor(square)))
