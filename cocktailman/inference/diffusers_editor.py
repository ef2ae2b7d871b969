"""Edits by any image-to-image pipeline of diffusers, told in words: for those who are online, with a GPU.

The library is optional (`pip install diffusers`); nothing here is needed for the rest to work.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from threading import Lock
from typing import Any, ClassVar

import torch
from PIL import Image

from cocktailman.cutouts import GREY, Matte, over
from cocktailman.errors import InputError
from cocktailman.factors import Values, factors
from cocktailman.inference.editor import EditSettings, OnStep, Start, kept_outside

SEEN = 512  # px, the side that most pipelines were trained at


class DiffusersEditor:
    """An `AutoPipelineForImage2Image` that edits. Safe to share between threads.

    It knows no factors: what changes is said in a prompt. It sees the drink over grey, and paints no coverage: the
    drink's own is kept.
    """

    starts: ClassVar[tuple[Start, ...]] = ("noise",)
    room: ClassVar[Mapping[str, float]] = {"garnish": 0.2}
    usual: ClassVar[tuple[float, int, float]] = (0.5, 30, 6.0)

    def __init__(self, pipeline: Any, name: str, side: int = SEEN) -> None:
        self.pipeline, self.name, self.side = pipeline, name, side
        self._turn = Lock()

    @classmethod
    def load(cls, repository: str) -> DiffusersEditor:
        """The pipeline of a repository on the Hugging Face hub, or of a folder.

        Raises `InputError` where the library is missing, or there is no such pipeline.
        """
        try:
            from diffusers.pipelines.auto_pipeline import AutoPipelineForImage2Image
        except ImportError as error:
            raise InputError("diffusers is not installed: pip install diffusers, or choose a model that ships") from (
                error
            )
        half = {"torch_dtype": torch.float16} if torch.cuda.is_available() else {}
        try:
            with warnings.catch_warnings(action="ignore"):  # of the hub's own arguments
                pipeline: Any = AutoPipelineForImage2Image.from_pretrained(repository, use_safetensors=True, **half)
        except (OSError, ValueError) as error:
            raise InputError(
                f"{repository[:80]!r} cannot be loaded as an image-to-image pipeline: name a folder, or, online, a "
                "repository of the Hugging Face hub whose weights are safetensors"
            ) from error
        pipeline.set_progress_bar_config(disable=True)
        return cls(pipeline.to("cuda") if torch.cuda.is_available() else pipeline, f"diffusers:{repository}")

    def edit(
        self,
        drink: Image.Image,
        before: Values,
        changes: Values,
        settings: EditSettings,
        mask: Matte | None = None,
        on_step: OnStep | None = None,
    ) -> Image.Image:
        """As `Editor.edit`; strength says how much noise the picture is given."""
        strength, steps, guidance = settings.filled(*self.usual)
        taken = max(1, int(steps * strength))  # of all steps, those that are taken

        def tell(pipeline: Any, step: int, time: Any, kept: dict[str, Any]) -> dict[str, Any]:
            if on_step:
                on_step(min(1.0, (step + 1) / taken), None)
            return kept

        with self._turn:
            made = self.pipeline(
                prompt=settings.prompt or prompt_of(changes),
                image=over(drink, GREY).resize((self.side, self.side), Image.Resampling.LANCZOS),
                strength=max(strength, 1 / steps),  # at least one step, or there is nothing to return
                num_inference_steps=steps,
                guidance_scale=guidance,
                generator=torch.Generator().manual_seed(settings.seed),
                callback_on_step_end=tell,
            ).images[0]
        whole = made.convert("RGB").resize(drink.size, Image.Resampling.LANCZOS).convert("RGBA")
        whole.putalpha(drink.getchannel("A"))
        return kept_outside(drink, whole, mask)


def prompt_of(changes: Values) -> str:
    """What is to be seen, in words, where nobody wrote them."""
    said = [f"{factors()[name].label.lower()} {factors()[name].write(value)}" for name, value in changes.items()]
    return f"a photo of a cocktail, {', '.join(said).replace('_', ' ')}"
