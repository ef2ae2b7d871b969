"""The embedder: pictures and sentences as unit vectors of one space, alike where the sentence is true of the picture.

Tuning over locked towers (LiT: Zhai et al., arXiv 2111.07991, which locks that of pictures alone) under the pairwise
sigmoid loss (SigLIP: Zhai et al., arXiv 2303.15343). The picture's head is attention pooling with a few learned queries
(the MAP head of Zhai et al., arXiv 2106.04560) over the places of a small map, so that a lime wedge counts where it is.
"""

import math
from dataclasses import dataclass

import torch
from huggingface_hub import PyTorchModelHubMixin
from torch import Tensor, nn
from torch.nn import functional as F

from cocktailman.models.embedder.towers import GRID, POOLED, SENTENCE, SIZE, TOKEN, sentence_features

GIVEN = 0.25  # the cosine from which on a label is given, as in CLIP


@dataclass
class EmbedderConfig:
    """What an embedder is built from; the defaults are those of the shipped one."""

    size: int = SIZE  # px, the side of the square it sees
    dim: int = 128  # numbers of a vector, before calibration adds one
    reduced: int = 144  # principal components that are kept of a place
    width: int = 160  # channels of a place
    queries: int = 6  # of the attention pooling
    dropout: float = 0.3


class Embedder(nn.Module, PyTorchModelHubMixin):
    """The two heads, and the calibration that puts their operating point at a cosine of `GIVEN`.

    `slope` α and `offset` 1 - α or α - 1 turn a cosine c into α c + offset. That is again the cosine of two unit
    vectors, which have one number more: see `calibrated`.
    """

    slope: Tensor
    offset: Tensor
    middle: Tensor
    components: Tensor

    def __init__(self, config: EmbedderConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("middle", torch.zeros(TOKEN))
        self.register_buffer("components", torch.zeros(TOKEN, config.reduced))
        self.places = nn.Sequential(nn.Linear(config.reduced, config.width), nn.GELU())
        self.position = nn.Parameter(torch.zeros(GRID**2, config.width))
        self.queries = nn.Parameter(torch.randn(config.queries, config.width))
        self.whole = nn.Sequential(nn.LayerNorm(POOLED), nn.Dropout(config.dropout), nn.Linear(POOLED, config.width))
        joined = (config.queries + 1) * config.width
        self.head = nn.Sequential(
            nn.LayerNorm(joined),
            nn.Dropout(config.dropout),
            nn.Linear(joined, 2 * config.dim),
            nn.GELU(),
            nn.Linear(2 * config.dim, config.dim),
        )
        self.sentence = nn.Linear(SENTENCE, config.dim)
        nn.init.orthogonal_(self.sentence.weight)  # at first sentences lie to each other as MiniLM has them
        self.log_temperature = nn.Parameter(torch.tensor(math.log(20.0)))
        self.register_buffer("slope", torch.tensor(1.0))
        self.register_buffer("offset", torch.tensor(0.0))

    def pictures(self, tokens: Tensor, pooled: Tensor) -> Tensor:
        """Unit vectors (n, dim) from tokens (n, GRID², TOKEN) and pooled features (n, POOLED)."""
        return self.looked_at(self.reduce(tokens), pooled)

    def reduce(self, tokens: Tensor) -> Tensor:
        """Principal components of places, (n, GRID², reduced), each of variance 1: fixed, so that training is quick."""
        return (tokens - self.middle) @ self.components

    def looked_at(self, reduced: Tensor, pooled: Tensor) -> Tensor:
        """As `pictures`, from reduced tokens (n, GRID², reduced)."""
        places = self.places(reduced) + self.position  # (n, GRID², width)
        attention = torch.einsum("qw,npw->nqp", self.queries, places) / math.sqrt(places.shape[-1])
        looked = torch.einsum("nqp,npw->nqw", attention.softmax(-1), places)  # (n, queries, width)
        joined = torch.cat([looked.flatten(1), self.whole(pooled)], 1)
        return F.normalize(self.head(joined), dim=1)

    def sentences(self, features: Tensor) -> Tensor:
        """Unit vectors (n, dim) from features (n, SENTENCE)."""
        return F.normalize(self.sentence(features), dim=1)

    def logits(self, cosines: Tensor) -> Tensor:
        """Of a sentence being true of a picture: 0 at the cosine `GIVEN`, which takes the place of SigLIP's bias."""
        return self.log_temperature.exp() * (cosines - GIVEN)

    def calibrate(self, threshold: float) -> None:
        """Moves the cosine `threshold` to `GIVEN`, stretching the others no more than that takes."""
        slope = (1 - GIVEN) / (1 - threshold) if threshold < GIVEN else (1 + GIVEN) / (1 + threshold)
        self.slope.fill_(slope)
        self.offset.fill_(1 - slope if threshold < GIVEN else slope - 1)

    def calibrated(self, vectors: Tensor, of_sentences: bool) -> Tensor:
        """Vectors (n, dim) to unit vectors (n, dim + 1), whose cosines are calibrated."""
        more = self.offset.abs().sqrt() * (torch.sign(self.offset) if of_sentences else 1)
        return torch.cat([vectors * self.slope.sqrt(), more.expand(len(vectors), 1)], 1)

    @torch.inference_mode()
    def embed_features(self, tokens: Tensor, pooled: Tensor) -> Tensor:
        """Calibrated unit vectors (n, dim + 1), of tokens and pooled features as `picture_features` gives them."""
        return self.calibrated(self.pictures(tokens, pooled), of_sentences=False)

    @torch.inference_mode()
    def embed_sentences(self, sentences: list[str]) -> Tensor:
        """Calibrated unit vectors (n, dim + 1)."""
        return self.calibrated(self.sentences(sentence_features(sentences)), of_sentences=True)
