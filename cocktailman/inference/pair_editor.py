"""Edits by the network that learnt from pairs: at once, without noise, the same again each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from threading import Lock
from typing import ClassVar

import torch
from PIL import Image

from cocktailman.cutouts import Matte
from cocktailman.factors import DIRECTION, TO_THE_RIGHT, Values, encode
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

BESIDE = 50.0  # degrees from one piece to the next


class PairEditor:
    """A pair network that edits. Safe to share between threads."""

    starts: ClassVar[tuple[Start, ...]] = ()
    room: ClassVar[Mapping[str, float]] = {"glass": 0.45, "garnish": 0.2, "ice": 0.06}
    usual: ClassVar[tuple[float, int, float]] = (1.0, 1, 1.0)

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
        strength, _, _ = settings.filled(*self.usual)
        image = as_premultiplied(drink)
        made = image
        with self._turn, torch.inference_mode():
            for known, asked in in_steps(before, changes):
                made = self._network.edited(made, _tensors(known), _tensors(asked))
            made = torch.lerp(image, made, strength)
        result = kept_outside(drink, as_cut_out(made), mask)
        if on_step:
            on_step(1.0, result)
        return result


def in_steps(before: Values, changes: Values) -> Iterator[tuple[Values, Values]]:
    """What is known and what is asked for, of one edit after the other: where another glass comes, the garnish is taken
    off first, and put on the new one again; each piece by itself. What is so already is not asked for."""
    pieces = _pieces(before)
    if pieces and changes.get("glass", before.get("glass")) != before.get("glass"):
        yield before, {"garnish": ()}
        before, changes = {**before, "garnish": ()}, {"garnish": pieces, **changes}
    new = {name: value for name, value in changes.items() if before.get(name) != value}
    if new:
        yield from one_piece_at_a_time(before, new)


def one_piece_at_a_time(before: Values, changes: Values) -> Iterator[tuple[Values, Values]]:
    """What is known and what is asked for, once for each piece of garnish that comes, the first with all other changes:
    a network puts one on at once. The next one sits beside it, as on renders."""
    asked, had = (_pieces(values) for values in (changes, before))
    new = [piece for piece in asked if piece not in had]
    if len(new) < 2:
        yield before, changes
        return
    so_far = tuple(piece for piece in asked if piece in had)
    direction, known, others = float(before.get(DIRECTION, TO_THE_RIGHT)), dict(before), dict(changes)  # type: ignore[arg-type]
    for piece in new:
        so_far = (*so_far, piece)
        step = {**others, "garnish": so_far}
        yield {**known, DIRECTION: direction}, step
        known, others = {**known, **step}, {}
        direction = (direction + BESIDE + 180) % 360 - 180


def _pieces(values: Values) -> tuple[str, ...]:
    found = values.get("garnish", ())
    assert isinstance(found, tuple), found
    return found


def _tensors(values: Values) -> tuple[torch.Tensor, torch.Tensor]:
    numbers, known = encode(values)
    return torch.from_numpy(numbers)[None], torch.from_numpy(known)[None]  # (1, encoded_width), (1, n_factors)
