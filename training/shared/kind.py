"""A training says what kind of model it makes, in every checkpoint that Lightning keeps of it."""

from __future__ import annotations

from typing import Any, ClassVar

import lightning as L

KIND = "kind"  # in a checkpoint of Lightning's


class KindTraining(L.LightningModule):
    """A training whose network is of a kind of the registry."""

    kind: ClassVar[str]

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        checkpoint[KIND] = self.kind
