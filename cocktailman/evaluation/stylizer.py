"""Measures what is stylised: how much of the content is kept, how much of the style is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import process_time

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from cocktailman.errors import InputError
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.evaluation.perceptual import Distance
from cocktailman.evaluation.reference_networks import perceptual_distance
from cocktailman.inference.style_images import as_tensor, sized
from cocktailman.inference.stylizer import AdaINStylizer
from cocktailman.losses.style import MomentLoss
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.vgg import VGG, imagenet_vgg, normalise
from cocktailman.renders import Renders, read_renders
from cocktailman.shelf import shelf

UNTRAINED = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")  # layers by which nothing here is trained or optimised
PAIRS = 20
Stylise = Callable[[Image.Image, Image.Image], Image.Image]


@dataclass(frozen=True)
class Pair:
    """A content and a style image, both with their longer side at the size of the measurement."""

    content: Image.Image
    style: Image.Image


@dataclass(frozen=True)
class Quality:
    """Of some pairs, lower is better in each.

    seconds: of the processor, all threads together, which other work on the machine does not lengthen much.
    content: LPIPS to the content. style: the distance of moments of VGG's untrained layers to the style's, as a share
    of the content's own distance: 1 is nothing reached, 0 all. product: (1 + content) (1 + style), after ArtFID
    (Wright & Ommer, arXiv 2207.12280), with the distance of a pair's moments in place of FID: not ArtFID.
    """

    seconds: Estimate
    content: Estimate
    style: Estimate
    product: Estimate


def pairs_of(count: int, size: int, renders: Renders | None = None) -> list[Pair]:
    """Renders that nothing was trained on, each in another style of the shelf, spread over both."""
    renders = renders or read_renders()
    held = np.flatnonzero(renders.factors["split"].isin(["test", "unseen"]))
    rows = held[np.linspace(0, len(held) - 1, count).round().astype(int)]
    names = list(shelf())
    chosen = [names[round(place)] for place in np.linspace(0, len(names) - 1, count)]
    contents = renders.images(rows)
    return [Pair(sized(a, size), sized(shelf()[b].image(), size)) for a, b in zip(contents, chosen, strict=True)]


class TransferMetrics:
    """Distances of content (LPIPS of AlexNet) and of style (moments of VGG16); raises `InputError` without weights."""

    def __init__(self, pictures: Sequence[Image.Image]) -> None:
        distance = perceptual_distance()
        if distance is None:
            raise InputError("LPIPS cannot be had: go online once")
        self.distance: Distance = distance
        batch = torch.cat([as_tensor(picture.resize((128, 128))) for picture in pictures])
        self.vgg: VGG = normalise(imagenet_vgg(16, UNTRAINED[-1]), batch)

    @torch.inference_mode()
    def content(self, painted: Image.Image, pair: Pair) -> float:
        return float(self.distance(as_tensor(painted), as_tensor(pair.content.resize(painted.size))))

    @torch.inference_mode()
    def style(self, painted: Image.Image, pair: Pair) -> float:
        wanted = self._maps(pair.style)
        return float(MomentLoss()(self._maps(painted), wanted) / MomentLoss()(self._maps(pair.content), wanted))

    def _maps(self, image: Image.Image) -> list[Tensor]:
        return self.vgg.maps(as_tensor(image), UNTRAINED)


def quality(stylise: Stylise, pairs: Sequence[Pair], metrics: TransferMetrics) -> tuple[Quality, list[Image.Image]]:
    """How good a way is, and what it painted."""
    rows, painted = [], []
    for pair in pairs:
        begun = process_time()
        image = stylise(pair.content, pair.style)
        seconds = process_time() - begun
        content, style = metrics.content(image, pair), metrics.style(image, pair)
        rows.append((seconds, content, style, (1 + content) * (1 + style)))
        painted.append(image)
    return Quality(*(bootstrap(np.array(column)) for column in zip(*rows, strict=True))), painted


def measure_stylizer(checkpoint: Checkpoint, size: int = 128) -> dict[str, object]:
    """Of AdaIN at full strength, on pairs of renders and style images that it was not trained on."""
    stylizer, pairs = AdaINStylizer(checkpoint), pairs_of(PAIRS, size)
    stylizer.stylise(pairs[0].content, pairs[0].style, size=size)  # what is done once is not counted
    found, _ = quality(
        lambda a, b: stylizer.stylise(a, b, size=size), pairs, TransferMetrics([pair.content for pair in pairs])
    )
    data = f"{PAIRS} renders of the test and unseen splits, each in a style image of the shelf, {size} px"
    return {"data": data, "threads": torch.get_num_threads()} | asdict(found)
