"""A picture in the style of another, at once: AdaIN."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import torch
from PIL import Image
from torch import Tensor

from cocktailman.inference.style_images import as_image, as_tensor, check_strength, check_style_size, sized, usable
from cocktailman.models.adain.network import AdaIN, Moments, mixed, moments, restyled
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, check_able, find_checkpoint, load_network
from cocktailman.models.precision import fast_convolutions
from cocktailman.models.registry import Can
from cocktailman.models.vgg import VGG

SIZE = 256  # px, the longer side of what is painted, if nobody says otherwise


class AdaINStylizer:
    """Stylises with the network of a checkpoint. Safe to share between threads.

    Reading a picture takes about as long as painting one: `read_content` and `read_style` are there for who moves a
    slider and keeps both pictures.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.STYLISE)
        self.checkpoint = checkpoint
        self._network: AdaIN = load_network(checkpoint).to(memory_format=torch.channels_last)
        self._turn = Lock()

    @classmethod
    def load(cls, name: str = "adain", root: Path = CHECKPOINTS) -> AdaINStylizer:
        """The stylizer of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root, Can.STYLISE))

    @property
    def encoder(self) -> VGG:
        """The VGG that it reads with, up to relu4_1; frozen, its layers' mean activations 1."""
        return self._network.encoder

    def read_content(self, content: Image.Image, size: int = SIZE) -> Tensor:
        """The features of a picture at `size` px, (1, c, h / 4, w / 4) or a block deeper half of it."""
        return self._read(sized(usable(content, "the content"), check_style_size(size)))

    def read_style(self, style: Image.Image, size: int = SIZE) -> Moments:
        """The moments of a style image at `size` px."""
        return moments(self._read(sized(usable(style, "the style image"), check_style_size(size))))

    def paint(self, content: Tensor, style: Moments, strength: float = 1.0) -> Image.Image:
        """The picture of features in the style of moments; raises `InputError` where the strength is none."""
        wanted = restyled(content, style, check_strength(strength))
        with self._turn, torch.inference_mode(), fast_convolutions():
            return as_image(self._network.decoder(wanted))

    def stylise(self, content: Image.Image, style: Image.Image, strength: float = 1.0, size: int = SIZE) -> Image.Image:
        """A picture in the style of another, its longer side `size` px.

        strength: from 0, the content as the decoder rebuilds it, to 1. Raises `InputError` where a picture, the
        strength or the size cannot be used.
        """
        return self.paint(self.read_content(content, size), self.read_style(style, size), strength)

    def _read(self, image: Image.Image) -> Tensor:
        with self._turn, torch.inference_mode(), fast_convolutions():
            return self._network.encode(as_tensor(image)).float()


def mixed_styles(styles: Sequence[Moments], share: float) -> Moments:
    """The moments of one style, or between two at `share` of the second."""
    return mixed(styles[0], styles[1], share) if len(styles) == 2 else styles[0]
