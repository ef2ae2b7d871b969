"""The embedder's heads as they are trained, on features of frozen towers."""

from __future__ import annotations

import torch
from sklearn.metrics import average_precision_score
from torch import Tensor

from cocktailman.labels.vocabulary import TEMPLATES
from cocktailman.losses.pairwise_sigmoid import PairwiseSigmoid
from cocktailman.models.embedder.network import Embedder, EmbedderConfig
from training.embedder.data import Batch, CaptionData
from training.shared.kind import KindTraining
from training.shared.optimizers import adamw, annealed


class EmbedderTraining(KindTraining):
    """The heads with their loss and their optimiser.

    Args:
        size: px, the side of what the tower saw.
        dim: numbers of a vector.
        reduced: principal components that are kept of a place.
        width: channels of a place.
        queries: of the attention pooling.
        dropout: on the whole picture's features and before the head.
        noise: standard deviation of what is added to each number of a sentence's features, whose length is 1, as
            a share of 1 / sqrt(384): sentences near the captions shall mean the same.
        learning_rate: of AdamW, at its peak; it falls to 0 along a cosine.
        sentence_rate: the share of it that the sentences' head learns at.
        weight_decay: of AdamW.
    """

    kind = "embedder"

    def __init__(
        self,
        size: int = 256,
        dim: int = 128,
        reduced: int = 144,
        width: int = 160,
        queries: int = 6,
        dropout: float = 0.3,
        noise: float = 0.3,
        learning_rate: float = 1e-3,
        sentence_rate: float = 0.3,
        weight_decay: float = 0.05,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.noise, self.rate, self.sentence_rate, self.decay = noise, learning_rate, sentence_rate, weight_decay
        self.network = Embedder(EmbedderConfig(size, dim, reduced, width, queries, dropout))
        self.loss = PairwiseSigmoid()

    def on_fit_start(self) -> None:
        data: CaptionData = self.trainer.datamodule  # type: ignore[attr-defined]
        self.network.middle.copy_(data.middle)
        self.network.components.copy_(data.components)

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        captions = batch.captions + torch.randn_like(batch.captions) * self.noise / batch.captions.shape[1] ** 0.5
        pictures = self.network.looked_at(batch.reduced, batch.pooled)  # (n, dim)
        cosines = pictures @ self.network.sentences(captions).T  # (n, C)
        loss = self.loss(self.network.logits(cosines), batch.true, batch.known)
        self.log("train/pairs", loss, on_step=False, on_epoch=True, batch_size=len(pictures))
        return loss

    def validation_step(self, batch: tuple[Tensor, Tensor, Tensor, Tensor], batch_idx: int) -> None:
        reduced, pooled, asked, truth = batch
        pictures = self.network.looked_at(reduced, pooled)
        labels = self.network.sentences(asked).unflatten(0, (-1, len(TEMPLATES))).mean(1)  # (labels, dim)
        cosines = (pictures @ labels.T).numpy()
        known = truth >= 0
        scores = [
            average_precision_score(truth[known[:, i], i], cosines[known[:, i].numpy(), i]) for i in range(len(labels))
        ]
        self.log("validation/map", float(sum(scores) / len(scores)), prog_bar=True, batch_size=len(pictures))

    def configure_optimizers(self):
        return annealed(self, adamw(self.network, self.rate, self.decay, "sentence", self.sentence_rate))
