"""Edits by the network that learnt from pairs: at once, without noise, the same again each time."""

from __future__ import annotations

from threading import Lock
from typing import ClassVar

import torch
from PIL import Image

from cocktailman.cutouts import Matte
from cocktailman.factors import Values, encode
from cocktailman.inference.editor import (
    EditSettings,
    OnStep,
    Start,
    as_cut_out,
    as_premultiplied,
    kept_outside,
)
from cocktailman.models.checkpoints import Checkpoint, check_able, load_network
from cocktailman.models.registry import Can


class PairEditor:
    """A pair network that edits. Safe to share between threads."""

    starts: ClassVar[tuple[Start, ...]] = ()

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.EDIT)
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self._turn = Lock()

    @property
    def name(self) -> str:
        return self.checkpoint.name

    def edit(
        self,
        drink: Image.Image,
        before: Values,
        changes: Values,
        settings: EditSettings,
        mask: Matte | None = None,
        on_step: OnStep | None = None,
    ) -> Image.Image:
        """As `Editor.edit`; strength says how far to go from the picture to what the network makes of it."""
        strength, _, _ = settings.filled(1.0, 1, 1.0)
        image = as_premultiplied(drink)
        condition = (_tensors(before), _tensors(changes))
        with self._turn, torch.inference_mode():
            made = torch.lerp(image, self._network.edited(image, *condition), strength)
        result = kept_outside(drink, as_cut_out(made), mask)
        if on_step:
            on_step(1.0, result)
        return result


def _tensors(values: Values) -> tuple[torch.Tensor, torch.Tensor]:
    numbers, known = encode(values)
    return torch.from_numpy(numbers)[None], torch.from_numpy(known)[None]  # (1, encoded_width), (1, n_factors)
