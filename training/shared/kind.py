"""A training says what kind of model it makes, in every checkpoint that Lightning keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

import lightning as L

from cocktailman.errors import InputError

Config = TypeVar("Config")
KIND = "kind"  # in a checkpoint of Lightning's


class KindTraining(L.LightningModule):
    """A training whose network is of a kind of the registry."""

    kind: ClassVar[str]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint[KIND] = self.kind


def configured(config: Callable[..., Config], **options: Any) -> Config:
    """The configuration of a network with these options; raises `InputError` where no such network can be built."""
    try:
        return config(**options)
    except ValueError as error:
        raise InputError(f"the network cannot be built: {error}") from error
