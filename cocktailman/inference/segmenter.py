"""A photo becomes a cut-out: the drink with its matte, and nothing of what stood around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import numpy as np
import torch
from PIL import Image

from cocktailman.cutouts import FAINT, Matte, centred, facts_of, foreground, main_component, with_matte
from cocktailman.errors import InputError
from cocktailman.images import to_square
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, check_able, find_checkpoint, load_network
from cocktailman.models.registry import Can

SMALLEST, LARGEST = 0.01, 0.97  # shares of a photo that a drink can cover


@dataclass(frozen=True)
class CutOut:
    """The drink of a photo: as large as the photo, mode RGBA; and how sure the segmenter is of it, 0 to 1."""

    picture: Image.Image
    confidence: float

    def centred(self, size: int) -> Image.Image:
        """The drink alone in the middle of a square, as generators of cut-outs see it."""
        square = centred(self.picture, size)
        assert square is not None  # `Segmenter.cut_out` refuses an empty matte
        return square


class Segmenter:
    """Cuts drinks out of photos with the network of a checkpoint. Safe to share between threads."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.SEGMENT)
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint).to(memory_format=torch.channels_last)
        self._turn = Lock()

    @classmethod
    def load(cls, name: str = "segmenter", root: Path = CHECKPOINTS) -> Segmenter:
        """The segmenter of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root, Can.SEGMENT))

    def mattes(self, images: Sequence[Image.Image]) -> list[Matte]:
        """How much of each pixel of each picture belongs to a drink, (height, width)."""
        squares = np.stack([np.asarray(to_square(image, self.checkpoint.size)) for image in images])  # (n, h, w, 3)
        batch = torch.from_numpy(squares).permute(0, 3, 1, 2).float() / 255
        with self._turn, torch.inference_mode():
            found = self._network.matte(batch.contiguous(memory_format=torch.channels_last)).numpy()
        return [_enlarged(matte, image.size) for matte, image in zip(found, images, strict=True)]

    def cut_out(self, image: Image.Image, name: str = "the picture") -> CutOut:
        """The drink of a picture. One that is transparent already, mode RGBA, brings its own matte.

        Raises `InputError`, which calls the picture `name`, where there is no drink or nothing else.
        """
        if image.mode == "RGBA":
            return cut_by_alpha(image, name)
        [matte] = self.mattes([image])
        kept, confidence = _main_drink(matte, name)
        return CutOut(with_matte(foreground(np.asarray(image.convert("RGB")), kept), kept), confidence)


def cut_by_alpha(image: Image.Image, name: str = "the picture") -> CutOut:
    """The drink of a picture in mode RGBA, whose alpha is the matte, all of it: clear glass may part a foot from its
    bowl. Raises as `Segmenter.cut_out` does."""
    matte = (np.asarray(image.getchannel("A")) / 255).astype(np.float32)
    _check_area(float((matte > FAINT).mean()), name)
    return CutOut(with_matte(np.asarray(image.convert("RGB")), matte), facts_of(matte).confidence)


def _main_drink(matte: Matte, name: str) -> tuple[Matte, float]:
    """The main component of a matte, and how sure the matte is of itself."""
    facts = facts_of(matte)
    _check_area(facts.area, name)
    return main_component(matte)[0], facts.confidence


def _check_area(area: float, name: str) -> None:
    """Raises `InputError` where a drink covers too little or too much, as a share, of the picture `name`."""
    if area < SMALLEST:
        raise InputError(f"no drink was found in {name}: choose a photo that shows one large and whole")
    if area > LARGEST:
        raise InputError(f"{name} seems to be all drink: choose a photo with some background around it")


def _enlarged(matte: Matte, size: tuple[int, int]) -> Matte:
    """A matte (h, w) at the size (width, height) of its picture."""
    enlarged = Image.fromarray(matte.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    return np.asarray(enlarged).clip(0, 1)
