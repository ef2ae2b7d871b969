"""Edits by a rectified flow, told one thing and then another.

FlowEdit (Kulikov et al., arXiv 2412.08629) moves the picture itself along the difference of two velocities, told what
is to be and what was, at the same noise. Inversion and SDEdit carry it towards noise and back, told something else on
the way back; what the way there and back does to the picture without any change is subtracted from the result.

Only the factor that changes is guided (Xia et al., arXiv 2506.14399): guidance on all of them exaggerates what nobody
asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from threading import Lock
from typing import ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from cocktailman.cutouts import Matte
from cocktailman.factors import Values, encode_all
from cocktailman.inference.editor import (
    EditSettings,
    OnStep,
    Start,
    as_cut_out,
    as_premultiplied,
    kept_outside,
    merged,
)
from cocktailman.models.checkpoints import Checkpoint, check_able, load_network
from cocktailman.models.pairnet.network import limited
from cocktailman.models.precision import fast_convolutions
from cocktailman.models.registry import Can

NOISIEST = 0.99  # the time that strength 1 goes back to: at 1 nothing of the picture would be left
DOUBTED, MEANT = 4 / 255, 24 / 255  # change of a pixel up to which it is none, and from which it is all made
DETAIL = 0.12  # change of a pixel at which two thirds of what is finer than the flow sees goes

Path = list[Tensor]  # a picture (1, 4, h, w) at each time, from 0 on


class FlowEditor:
    """A rectified flow that edits. Safe to share between threads."""

    starts: ClassVar[tuple[Start, ...]] = ("flowedit", "inversion", "noise")
    room: ClassVar[Mapping[str, float]] = {"glass": 0.12, "garnish": 0.12}  # as little as drinks had to learn from
    # The least error on scenes that nothing is measured on.
    usual: ClassVar[tuple[float, int, float]] = (0.98, 16, 1.5)

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.EDIT)
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint).to(memory_format=torch.channels_last)
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
        """As `Editor.edit`; strength says how near to pure noise the picture is carried."""
        strength, steps, guidance = settings.filled(*self.usual)
        image = as_premultiplied(drink)
        small = F.interpolate(image, (self.checkpoint.size,) * 2, mode="bilinear", antialias=True)
        times = torch.linspace(0, NOISIEST * strength, steps + 1)
        local = not any(name.startswith("light_") for name in changes)  # light changes all of a drink a little

        def finished(change: Tensor) -> Image.Image:
            return kept_outside(drink, as_cut_out(with_change(image, small, change, local)), mask)

        def tell(share: float, change: Tensor) -> None:
            if on_step:
                on_step(share, finished(change))

        clean, shrunk, noise = small * 2 - 1, _shrunk(mask, small), torch.Generator().manual_seed(settings.seed)
        with self._turn, torch.inference_mode(), fast_convolutions():
            condition = self._condition(before, changes)
            if settings.start == "flowedit":
                change = self._moved(clean, times, condition, guidance, shrunk, noise, tell)
            else:
                inverted = settings.start == "inversion"
                path = self._inverted(clean, times, condition) if inverted else _mixed(clean, times, noise)
                change = self._changed(path, times, condition, guidance, shrunk, tell)
        return finished(change)

    def _condition(self, before: Values, changes: Values) -> tuple[Tensor, Tensor]:
        """Factors, and which are known, of three: before, after, and after without what changes."""
        after = merged(before, changes)
        rest = {name: value for name, value in after.items() if name not in changes}
        numbers, known = encode_all([before, after, rest])
        return torch.from_numpy(numbers), torch.from_numpy(known)  # (3, encoded_width), (3, n_factors)

    def _moved(
        self,
        clean: Tensor,
        times: Tensor,
        condition: tuple[Tensor, Tensor],
        guidance: float,
        mask: Tensor | None,
        noise: torch.Generator,
        tell: Callable[[float, Tensor], None],
    ) -> Tensor:
        """FlowEdit, algorithm 1, with noise drawn once a step: what is added to the picture, (1, 4, h, w), of pictures
        in [0, 1]."""
        change = torch.zeros_like(clean)
        for step in range(len(times) - 1, 0, -1):
            time, earlier = times[step], times[step - 1]
            source = torch.lerp(clean, torch.randn(clean.shape, generator=noise), float(time))
            noisy = torch.cat([source, source + change, source + change])
            old, guided = _guided(self._network(noisy, time.expand(3), *condition).float(), guidance)
            change = change - (time - earlier) * (guided - old)
            change = change if mask is None else change * mask
            tell(1 - (step - 1) / (len(times) - 1), change / 2)
        return change / 2

    def _inverted(self, clean: Tensor, times: Tensor, condition: tuple[Tensor, Tensor]) -> Path:
        """The picture on its way to the noise it would have come from, by Euler's steps."""
        path = [clean]
        for time, later in pairwise(times):
            velocity = self._network(path[-1], time[None], condition[0][:1], condition[1][:1]).float()
            path.append(path[-1] + (later - time) * velocity)
        return path

    def _changed(
        self,
        path: Path,
        times: Tensor,
        condition: tuple[Tensor, Tensor],
        guidance: float,
        mask: Tensor | None,
        tell: Callable[[float, Tensor], None],
    ) -> Tensor:
        """What the changes add to the picture, (1, 4, h, w), of pictures in [0, 1]."""
        rebuilt = changed = path[-1]
        difference = torch.zeros_like(rebuilt)
        for step in range(len(times) - 1, 0, -1):
            time, earlier = times[step], times[step - 1]
            noisy = torch.cat([rebuilt, changed, changed])
            old, guided = _guided(self._network(noisy, time.expand(3), *condition).float(), guidance)
            difference = (changed - time * guided - rebuilt + time * old) / 2  # of the pictures they would lead to
            rebuilt, changed = rebuilt - (time - earlier) * old, changed - (time - earlier) * guided
            if mask is not None:
                changed = torch.lerp(path[step - 1], changed, mask)
            tell(1 - (step - 1) / (len(times) - 1), difference)
        return (changed - rebuilt) / 2 if len(times) > 1 else difference


def _mixed(clean: Tensor, times: Tensor, noise: torch.Generator) -> Path:
    """The picture on a straight line to noise drawn anew."""
    drawn = torch.randn(clean.shape, generator=noise)
    return [torch.lerp(clean, drawn, float(time)) for time in times]


def _guided(velocities: Tensor, guidance: float) -> tuple[Tensor, Tensor]:
    """Of the velocities (3, 4, h, w) for what was, what is to be, and that without what changes: the first, and the
    second led away from the third (classifier-free guidance, Ho & Salimans, arXiv 2207.12598)."""
    old, new, rest = velocities.split(1)
    return old, new + (guidance - 1) * (new - rest)


def with_change(image: Tensor, small: Tensor, change: Tensor, local: bool = True) -> Tensor:
    """A picture (1, 4, H, W) with the change (1, 4, h, w) that was made to it while `small`.

    Its fine detail stays where little changes, and goes where much does. Where a change is `local`, small ones are the
    flow's own noise, and left out by firm shrinkage (Gao & Bruce, Statistica Sinica 7, 1997) of means over 3 × 3 px.
    """
    size = list(image.shape[2:])
    if local:
        much = F.avg_pool2d(change.abs().amax(1, keepdim=True), 3, 1, 1, count_include_pad=False)  # (1, 1, h, w)
        change = change * ((much - DOUBTED) / (MEANT - DOUBTED)).clamp(0, 1)
    made, blurred, changed = (
        F.interpolate(part, size, mode="bicubic")
        for part in (small + change, small, change.abs().amax(1, keepdim=True))
    )
    stays = torch.exp(-((changed / DETAIL) ** 2)).clamp(0, 1)
    return limited(made + stays * (image - blurred))


def _shrunk(mask: Matte | None, like: Tensor) -> Tensor | None:
    if mask is None:
        return None
    whole = torch.from_numpy(np.ascontiguousarray(mask))[None, None]
    return F.interpolate(whole, list(like.shape[2:]), mode="bilinear", antialias=True)  # (1, 1, h, w)
