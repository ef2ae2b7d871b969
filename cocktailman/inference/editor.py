"""One factor of a drink changed, and the rest left alone: what pages and commands ask, whatever edits behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import ClassVar, Literal, Protocol, get_args

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cocktailman.cutouts import MARGIN, Matte, bounds, centred
from cocktailman.errors import InputError
from cocktailman.factors import Value, Values, factors
from cocktailman.images import png_bytes
from cocktailman.inference.segmenter import Segmenter, cut_by_alpha

SIDE = 256  # px, of an edited drink
Start = Literal["flowedit", "inversion", "noise"]
OnStep = Callable[[float, Image.Image | None], None]  # the share that is done, and the picture so far, if there is one


@dataclass(frozen=True)
class EditSettings:
    """How an edit is made; what is None is as the method likes it best.

    strength: from 0, the picture as it is, to 1. steps: evaluations, of methods that take several; more follow the flow
    more closely. guidance: how much the factor that changes is exaggerated, and it alone; 1 is not at all.
    seed: of the noise, where there is some. start: a flow begins at the picture itself (`flowedit`: Kulikov et al.,
    arXiv 2412.08629), at the noise that it would have come from (`inversion`), or at noise drawn anew that is mixed
    into it (`noise`: SDEdit, Meng et al., arXiv 2108.01073).
    prompt: of what is told in words.
    """

    strength: float | None = None
    steps: int | None = None
    guidance: float | None = None
    seed: int = 0
    start: Start = "flowedit"
    prompt: str = ""

    def checked(self) -> EditSettings:
        """Itself; raises `InputError` where a setting is out of bounds."""
        if self.strength is not None and not 0 <= self.strength <= 1:
            raise InputError(f"the strength {self.strength:g} is out of range: give 0 to 1")
        if self.steps is not None and not 1 <= self.steps <= 200:
            raise InputError(f"{self.steps} steps are not taken: choose from 1 to 200")
        if self.guidance is not None and not 0 <= self.guidance <= 20:
            raise InputError(f"the guidance {self.guidance:g} is out of range: give 0 to 20")
        if self.start not in get_args(Start):
            raise InputError(f"unknown start {self.start[:40]!r}: choose one of {', '.join(get_args(Start))}")
        return self

    def filled(self, strength: float, steps: int, guidance: float) -> tuple[float, int, float]:
        """Strength, steps and guidance, with these where none is given."""
        return (
            strength if self.strength is None else self.strength,
            steps if self.steps is None else self.steps,
            guidance if self.guidance is None else self.guidance,
        )


class Editor(Protocol):
    """Changes factors of drinks."""

    starts: ClassVar[tuple[Start, ...]]  # where it may begin, the usual one first; none where it edits at once
    # How much of the frame's side it wants free, besides the usual margin, where a change may reach beyond the drink.
    room: ClassVar[Mapping[str, float]]
    usual: ClassVar[tuple[float, int, float]]  # strength, steps and guidance where nobody gives any

    @property
    def name(self) -> str: ...

    def edit(
        self,
        drink: Image.Image,
        before: Values,
        changes: Values,
        settings: EditSettings,
        mask: Matte | None = None,
        on_step: OnStep | None = None,
    ) -> Image.Image:
        """The drink, a square cut-out in mode RGBA, with these factors changed, at the same size.

        before: what is known of it. mask: (h, w), 1 where it may change and 0 where it stays to the pixel.
        on_step: called after each step; whatever it raises ends the edit.
        """
        ...


@dataclass(frozen=True)
class Edited:
    """A drink before and after, in one frame, and how that came about."""

    before: Image.Image
    after: Image.Image
    facts: Mapping[str, str | int | float]

    @property
    def png(self) -> bytes:
        """The picture after, as a PNG that says how it came about."""
        return png_bytes(self.after, {name: str(value) for name, value in self.facts.items()})


def edited(
    editor: Editor,
    drink: Image.Image,
    before: Values,
    changes: Values,
    settings: EditSettings = EditSettings(),
    mask: Matte | None = None,
    on_step: OnStep | None = None,
) -> Edited:
    """A drink (a cut-out of any shape, mode RGBA) edited in a frame with the room that its changes ask for.

    mask: as large as the drink. Raises `InputError` where a setting is out of bounds, or there is no drink.
    """
    settings = settings.checked()
    if not changes:
        raise InputError("nothing is to be changed: give at least one change")
    room = max(editor.room.get(name, 0.0) for name in changes)
    square, framed_mask = framed(drink, mask, room)
    begun = perf_counter()
    after = editor.edit(square, before, changes, settings, framed_mask, on_step)
    seconds = perf_counter() - begun
    strength, steps, guidance = settings.filled(*editor.usual)
    taken = {"steps": steps, "guidance": guidance} if editor.starts else {}  # of those that edit in steps
    given = {name: value for name, value in vars(settings).items() if value not in (None, "")}
    given |= {"strength": strength, **taken}
    known = {"before": written_changes(before)} if before else {}
    facts = {"model": editor.name, "change": written_changes(changes), **known, **given, "seconds": round(seconds, 3)}
    return Edited(square, after, facts)


def written_changes(changes: Values) -> str:
    """Changes as the command line takes them: `fill=0.50 glass=coupe`."""
    return " ".join(f"{name}={factors()[name].write(value)}" for name, value in changes.items())


def framed(
    drink: Image.Image, mask: Matte | None = None, room: float = 0.0, size: int = SIDE
) -> tuple[Image.Image, Matte | None]:
    """A cut-out in the middle of a square of `size` px, `room` of its side free; and its mask in the same frame."""
    inner = round(size * (1 - room))
    cut = cut_by_alpha(drink).picture
    square = centred(cut, inner)
    assert square is not None  # `cut_by_alpha` refuses an empty matte
    free = size - inner
    left, top = free // 2, round(free * 0.7)  # more is put on drinks than under them
    frame = Image.new("RGBA", (size, size))
    frame.paste(square, (left, top))
    return frame, None if mask is None else _mask_in_frame(mask, cut, inner, (left, top), size)


def _mask_in_frame(mask: Matte, cut: Image.Image, inner: int, corner: tuple[int, int], size: int) -> Matte:
    """A mask of a picture in a square of `size` px: where `centred`, at `inner` px, puts the drink, from `corner`."""
    box = bounds((np.asarray(cut.getchannel("A")) / 255).astype(np.float32))
    assert box is not None
    x, y, width, height = box[0], box[1], box[2] - box[0], box[3] - box[1]
    scale = max(width, height) / (inner * (1 - 2 * MARGIN))  # px of the picture to one of the frame
    shift = [corner[axis] + (inner - side / scale) / 2 for axis, side in enumerate((width, height))]
    place = (scale, 0, x - scale * shift[0], 0, scale, y - scale * shift[1])
    whole = Image.fromarray(mask.astype(np.float32)).resize(cut.size)
    found = whole.transform((size, size), Image.Transform.AFFINE, place, Image.Resampling.BILINEAR)
    return np.clip(np.asarray(found, np.float32), 0, 1)


def cut_drink(picture: Image.Image, name: str = "the picture", segmenter: Segmenter | None = None) -> Image.Image:
    """The drink of a picture, mode RGBA: by its own alpha, or else by the segmenter; raises `InputError` where none is
    found."""
    if picture.mode == "RGBA":
        return cut_by_alpha(picture, name).picture
    return (segmenter or Segmenter.load()).cut_out(picture, name).picture


def merged(before: Values, changes: Values) -> dict[str, Value]:
    """What is known after: what was known before, but for what changes."""
    return {**before, **changes}


def as_premultiplied(drink: Image.Image) -> Tensor:
    """A cut-out, mode RGBA, as (1, 4, h, w), premultiplied, in [0, 1]."""
    pixels = torch.from_numpy(np.asarray(drink.convert("RGBA"), np.float32) / 255).permute(2, 0, 1)
    return torch.cat([pixels[:3] * pixels[3:], pixels[3:]])[None]


def as_cut_out(image: Tensor) -> Image.Image:
    """The inverse of `as_premultiplied`, of what may reach a little beyond [0, 1]."""
    pixels = image[0].float().clamp(0, 1)
    colours = (pixels[:3] / pixels[3:].clamp(min=1e-3)).clamp(0, 1)
    whole = torch.cat([colours, pixels[3:]]).permute(1, 2, 0)  # (h, w, 4)
    return Image.fromarray((whole * 255).round().byte().numpy())


def kept_outside(drink: Image.Image, made: Image.Image, mask: Matte | None) -> Image.Image:
    """What was made inside the mask, and the drink as it was, to the pixel, outside."""
    if mask is None:
        return made
    share = torch.from_numpy(mask)[None, None]
    mixed = as_cut_out(torch.lerp(as_premultiplied(drink), as_premultiplied(made), share))
    return Image.composite(mixed, drink, Image.fromarray((mask > 0).astype(np.uint8) * 255))
