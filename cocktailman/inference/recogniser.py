"""Detector, IngredientClassifier, and the Recogniser made of the two: a photo of a drink becomes its ingredients."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from cocktailman.catalog import Catalog, Recipe, catalog
from cocktailman.images import crop_around, to_square
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, check_able, find_checkpoint, load_network
from cocktailman.models.registry import Can

Array = npt.NDArray[np.float32]
Augmented: TypeAlias = Sequence[Image.Image]  # pictures of the same drink, whose logits are averaged

BATCH = 16  # photos that whoever has many hands over at once
NETWORK_BATCH = 4  # pictures that go through a network at once: more, with their mirror images, outgrow the caches
SAME_DRINK = 0.6  # of two boxes that overlap by more (intersection over union), the worse is dropped
PADDING = 114 / 255  # the grey that Ultralytics lays around a picture in training


@dataclass(frozen=True)
class Box:
    """A drink in a photo: edges in fractions of its width and height, and the detector's score in [0, 1]."""

    x1: float
    y1: float
    x2: float
    y2: float
    score: float

    def crop(self, image: Image.Image) -> Image.Image:
        """The drink with a margin around it, a square where the photo has room for one."""
        return crop_around(image, self.x1, self.y1, self.x2, self.y2)


@dataclass(frozen=True)
class Reading:
    """What the classifier makes of one picture of a drink."""

    ingredients: Array  # probability of each of the vocabulary, (n_ingredients,)
    cocktails: Array  # probability of each of the catalogue, (n_cocktails,), sum 1


@dataclass(frozen=True)
class Recognition:
    """What is seen in a photo: all drinks, best first, and a reading of the best; of the whole photo where none is."""

    boxes: tuple[Box, ...]
    reading: Reading


class Detector:
    """Finds the drinks in photos. Safe to share between threads: passes through the network take turns."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.DETECT)
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self._network.yolo.fuse(verbose=False)  # convolutions take in what follows them: the same, faster
        self._network.to(memory_format=torch.channels_last)
        self._turn = Lock()
        self.size: int = self._network.config.size
        self.threshold = round(float(self._network.threshold), 3)  # a box of at least this score is a drink

    @classmethod
    def load(cls, name: str = "detector", root: Path = CHECKPOINTS) -> "Detector":
        """The detector of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root))

    def detect(self, images: Sequence[Image.Image], min_score: float | None = None) -> list[tuple[Box, ...]]:
        """The drinks in each photo from `min_score` on (by default the detector's threshold), best first."""
        min_score = self.threshold if min_score is None else min_score
        found: list[tuple[Box, ...]] = [()] * len(images)
        by_shape: dict[tuple[int, int], list[int]] = defaultdict(list)  # only pictures of one shape share a batch
        small = [_fitted(image, self.size) for image in images]
        for place, picture in enumerate(small):
            by_shape[_padded(picture.size, self._network.stride)].append(place)
        for (width, height), places in by_shape.items():
            for start in range(0, len(places), NETWORK_BATCH):
                part = places[start : start + NETWORK_BATCH]
                batch = torch.full((len(part), 3, height, width), PADDING)
                corners = [((width - small[place].width) // 2, (height - small[place].height) // 2) for place in part]
                for pixels, place, (left, top) in zip(batch, part, corners, strict=True):
                    picture = small[place]
                    pixels[:, top : top + picture.height, left : left + picture.width] = _tensor(picture)
                with self._turn, torch.inference_mode():
                    boxes, scores = self._network(batch.contiguous(memory_format=torch.channels_last))
                boxes = boxes - torch.tensor(corners).repeat(1, 2)[:, None]
                for place, its_boxes, its_scores in zip(part, boxes, scores, strict=True):
                    found[place] = self._drinks(its_boxes, its_scores, small[place].size, min_score)
        return found

    def _drinks(
        self, boxes: torch.Tensor, scores: torch.Tensor, size: tuple[int, int], min_score: float
    ) -> tuple[Box, ...]:
        """The best box of each drink: boxes (anchors, 4) in px, scores (anchors,), of a picture of this size."""
        good = scores >= min_score
        boxes, scores = self._network.distinct(boxes[good].float(), scores[good].float(), SAME_DRINK)  # best first
        edges = (boxes / torch.tensor([*size, *size])).clamp(0, 1)  # fractions
        pairs = zip(edges.tolist(), scores.tolist(), strict=True)
        return tuple(Box(*four, score=score) for four, score in pairs if four[0] < four[2] and four[1] < four[3])


class IngredientClassifier:
    """Names the ingredients of drinks, and the likely cocktails. Safe to share between threads."""

    def __init__(self, checkpoint: Checkpoint, vocabulary: Catalog | None = None) -> None:
        check_able(checkpoint, Can.RECOGNISE)
        self.checkpoint = checkpoint
        self.vocabulary = vocabulary or catalog()
        self._network = load_network(checkpoint).to(memory_format=torch.channels_last)
        self._turn = Lock()
        self.size: int = self._network.config.size
        self.threshold = round(float(self._network.threshold), 3)  # from this probability on an ingredient is seen
        known = self._network.config.recipe_dim
        self.vocabulary.check_vocabulary(known, checkpoint.name)
        self._cocktails = CocktailRanking(self.vocabulary, self._network.config.drinks, *self._network.ranking.tolist())

    @classmethod
    def load(cls, name: str = "classifier", root: Path = CHECKPOINTS) -> "IngredientClassifier":
        """The classifier of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root))

    def classify(self, drinks: Sequence[Augmented]) -> list[Reading]:
        """A reading of each drink, from the mean of the logits of its pictures (test-time augmentation).

        Each is stretched to a square, as it was for training.
        """
        if not drinks:
            return []
        squares = [_tensor(to_square(picture, self.size)) for pictures in drinks for picture in pictures]
        parts = []
        for start in range(0, len(squares), NETWORK_BATCH):
            batch = torch.stack(squares[start : start + NETWORK_BATCH])  # (b, 3, size, size)
            with self._turn, torch.inference_mode():
                output = self._network.predict(batch.contiguous(memory_format=torch.channels_last))
            parts.append((output.ingredients, output.drinks))
        counts = [len(pictures) for pictures in drinks]
        by_drink = [torch.cat(logits).split(counts) for logits in zip(*parts, strict=True)]
        seen, named = (torch.stack([logits.mean(0) for logits in of_drinks]) for of_drinks in by_drink)
        ingredients, names = seen.sigmoid().numpy(), named.softmax(1).numpy()  # (n, n_ingredients), (n, n_drinks)
        cocktails = self._cocktails.rank(ingredients, names)  # (n, n_cocktails)
        return [Reading(*pair) for pair in zip(ingredients, cocktails, strict=True)]

    def ingredients(self, reading: Reading) -> list[tuple[str, float]]:
        """All of the vocabulary by id, each with its probability, likeliest first."""
        return _ranked([item.id for item in self.vocabulary.ingredients], reading.ingredients)

    def cocktails(self, reading: Reading) -> list[tuple[str, float]]:
        """All of the catalogue by name, each with its probability, likeliest first."""
        return _ranked([item.name for item in self.vocabulary.cocktails], reading.cocktails)

    def seen(self, reading: Reading, threshold: float | None = None) -> Recipe:
        """The ingredients from a probability on, by default the classifier's own threshold; may be none."""
        threshold = self.threshold if threshold is None else threshold
        return self.vocabulary.recipe_from_vector(reading.ingredients, threshold)

    def heat_map(self, image: Image.Image, ingredient: str) -> Array:
        """Where in a picture an ingredient was seen, (h, w) in [0, 1], the whole picture stretched over it.

        Grad-CAM at twice the usual size, for more detail; the strongest place counts 1, and what speaks against the
        ingredient 0.
        """
        place = [item.id for item in self.vocabulary.ingredients].index(self.vocabulary.ingredient(ingredient).id)
        batch = _tensor(to_square(image, 2 * self.size))[None]  # (1, 3, 2 size, 2 size)
        with self._turn:
            [attention] = self._network.attention(batch, place).numpy()
        return attention / max(float(attention.max()), 1e-6)


class CocktailRanking:
    """How likely each cocktail of the catalogue is, from what is known of the ingredients and of some names.

    The likelihood of a recipe is that of its ingredients being there and all others missing, each for itself; since
    they are not independent it is sharpened or flattened by an exponent. Cocktails that the classifier knows by name
    are mixed in.
    """

    def __init__(self, vocabulary: Catalog, drinks: Sequence[str], exponent: float, named: float) -> None:
        self._recipes = np.stack([vocabulary.recipe_vector(item.recipe) for item in vocabulary.cocktails])
        names = [item.name for item in vocabulary.cocktails]
        self._named = np.zeros((len(drinks), len(names)), np.float32)  # which drink is which cocktail
        self._named[np.arange(len(drinks)), [names.index(vocabulary.cocktail(drink).name) for drink in drinks]] = 1
        self.exponent, self.share = exponent, named if len(drinks) else 0.0

    def rank(self, ingredients: Array, names: Array) -> Array:
        """Probabilities (n, n_cocktails) from those of ingredients (n, n_ingredients) and of drinks (n, n_drinks)."""
        certain = np.clip(ingredients.astype(np.float64), 1e-4, 1 - 1e-4)
        likelihood = np.log(certain) @ self._recipes.T + np.log1p(-certain) @ (1 - self._recipes.T)
        weighed = np.exp(self.exponent * (likelihood - likelihood.max(1, keepdims=True)))
        by_recipe = weighed / weighed.sum(1, keepdims=True)
        return ((1 - self.share) * by_recipe + self.share * names @ self._named).astype(np.float32)


class Recogniser:
    """Photo, detector, crop with a margin, classifier."""

    def __init__(self, detector: Detector, classifier: IngredientClassifier) -> None:
        self.detector, self.classifier = detector, classifier

    @classmethod
    def load(cls, root: Path = CHECKPOINTS) -> "Recogniser":
        """The recogniser of the shipped detector and classifier; raises `InputError` where one is damaged."""
        return cls(Detector.load(root=root), IngredientClassifier.load(root=root))

    def recognise(self, images: Sequence[Image.Image], min_score: float | None = None) -> list[Recognition]:
        """What is seen in each photo; `min_score` is the score from which a box is given, not that of a drink.

        The best box is read if it reaches the detector's threshold, and the whole photo otherwise.
        """
        sure = self.detector.threshold
        min_score = sure if min_score is None else min_score
        found = self.detector.detect(images, min(min_score, sure))  # what is read is not to depend on it
        drinks = [tuple(box for box in boxes if box.score >= sure) for boxes in found]
        pictures = [
            test_time_augmentation(image, boxes[0], boxes) if boxes else (image,)
            for image, boxes in zip(images, drinks, strict=True)
        ]
        readings = self.classifier.classify(pictures)
        given = [tuple(box for box in boxes if box.score >= min_score) for boxes in found]
        return [Recognition(boxes, reading) for boxes, reading in zip(given, readings, strict=True)]

    def recipe(self, image: Image.Image) -> Recipe:
        """What is sure to be in the drink in a photo; may be nothing."""
        [recognition] = self.recognise([image])
        return self.classifier.seen(recognition.reading)

    def facts(self, file: str, recognition: Recognition) -> dict[str, Any]:
        """What is seen in a photo, ready for JSON: all of the vocabulary and of the catalogue, best first."""
        ingredients = self.classifier.ingredients(recognition.reading)
        cocktails = self.classifier.cocktails(recognition.reading)
        return {
            "file": file,
            "threshold": self.detector.threshold,
            "ingredient_threshold": self.classifier.threshold,
            "boxes": [asdict(box) for box in recognition.boxes],
            "ingredients": [{"id": id, "probability": share} for id, share in ingredients],
            "cocktails": [{"name": name, "probability": share} for name, share in cocktails],
        }

    def describe(self, recognition: Recognition, anyway: bool = False) -> str:
        """What is seen in a photo in two lines: drinks and likely cocktails, then ingredients.

        Where no drink was found that is all it says, unless what it would be is asked for `anyway`.
        """
        if not (recognition.boxes or anyway):
            return "no drink found"
        classifier, reading = self.classifier, recognition.reading
        cocktails = ", ".join(f"{name} {share:.0%}" for name, share in classifier.cocktails(reading)[:3])
        sure = [pair for pair in classifier.ingredients(reading) if pair[1] >= classifier.threshold]
        ingredients = ", ".join(f"{classifier.vocabulary.describe([id])} {share:.0%}" for id, share in sure)
        scores = ", ".join(f"{box.score:.2f}" for box in recognition.boxes)
        drinks = f"drinks at {scores}" if scores else "no drink found"
        return f"{drinks}; {cocktails}\n    {ingredients or 'no ingredient is likely enough'}"

    def readings(self, image: Image.Image, boxes: Sequence[Box]) -> list[Reading]:
        """A reading of each drink in a photo."""
        return self.classifier.classify([test_time_augmentation(image, box, boxes) for box in boxes])


def test_time_augmentation(image: Image.Image, box: Box, boxes: Sequence[Box]) -> Augmented:
    """Test-time augmentation of a drink: its crop, and beside it all of the photo where it is the only one."""
    crop = box.crop(image)
    return (crop, image) if len(boxes) == 1 else (crop,)


def _ranked(names: Sequence[str], probabilities: Array) -> list[tuple[str, float]]:
    """Names with their probabilities, best first; of equals, the first in the catalogue."""
    return sorted(zip(names, probabilities.tolist(), strict=True), key=lambda pair: -pair[1])


def _tensor(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255  # (3, h, w)


def _fitted(image: Image.Image, side: int) -> Image.Image:
    """The picture with its longer side at `side` px."""
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    return image.resize((width, height), Image.Resampling.BILINEAR)


def _padded(size: tuple[int, int], stride: int) -> tuple[int, int]:
    """Multiples of the network's stride that hold a picture of this size and some grey around it, as in training.

    Without the grey a drink that fills the picture is found less exactly.
    """
    width, height = (math.ceil(length / stride + 0.5) * stride for length in size)
    return width, height
