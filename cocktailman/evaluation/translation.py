"""Measures translations between photos and renders: nearer to the other domain, and still the same drink?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.cutouts import over
from cocktailman.datasets import Pictures
from cocktailman.drinks import DRINKS
from cocktailman.evaluation.comparison import SIZE, shrunk
from cocktailman.evaluation.feature_distances import kernel_distance
from cocktailman.evaluation.features import picture_features
from cocktailman.evaluation.metrics import Estimate, bootstrap
from cocktailman.evaluation.perceptual import perceptual_distances
from cocktailman.evaluation.reference_networks import extractors, perceptual_distance
from cocktailman.inference.recogniser import IngredientClassifier
from cocktailman.inference.translator import OTHER, Direction, Translator


def measure_translator(translator: Translator, held: dict[Direction, Pictures]) -> dict[str, Any]:
    """Of both ways, on held-out pictures of both domains.

    For each domain that pictures are translated to: their distance from its own pictures (KID), and beside it what it
    is where they are left as they are; how many of them are taken for the same of the best-known drinks after as
    before, and how many for the right one, before and after, where it is known; the LPIPS of what went there and back.
    """
    classifier, distance = IngredientClassifier.load(), perceptual_distance()
    shown = {domain: pictures.shown for domain, pictures in held.items()}
    read = {domain: taken_for(classifier, pictures) for domain, pictures in shown.items()}
    own = {
        (network.name, domain): picture_features(pictures, network, SIZE)
        for network in extractors()
        for domain, pictures in shown.items()
    }
    found: dict[str, Any] = {}
    for to, source in OTHER.items():
        there = [translator.translate(image, to) for image in held[source].images]
        seen = [over(image) for image in there]
        back = [over(translator.translate(image, source)) for image in there]
        measured: dict[str, Estimate] = {}
        for network in extractors():
            real = own[network.name, to]
            measured[f"kid_{network.name}"] = kernel_distance(real, picture_features(seen, network, SIZE))
            measured[f"kid_{network.name}_untranslated"] = kernel_distance(real, own[network.name, source])
        drinks, after = held[source].table["drink"].to_numpy(), taken_for(classifier, seen)
        known = np.isin(drinks, DRINKS)
        measured["same_drink"] = bootstrap((after == read[source]).astype(float))
        if known.any():
            measured["right_drink"] = bootstrap((after == drinks)[known].astype(float))
            measured["right_drink_untranslated"] = bootstrap((read[source] == drinks)[known].astype(float))
        if distance:
            apart = perceptual_distances(shrunk(back, SIZE), shrunk(shown[source], SIZE), distance)
            measured["lpips_there_and_back"] = bootstrap(apart)
        found[f"to_{to}"] = {name: asdict(estimate) for name, estimate in measured.items()}
    counts = " and ".join(f"{len(pictures.pixels)} held-out {pictures.what}" for pictures in held.values())
    return {"data": f"{counts}, at {SIZE} px"} | found


def taken_for(classifier: IngredientClassifier, pictures: Sequence[Image.Image]) -> np.ndarray:
    """Which of the best-known drinks the recogniser takes each picture for, (n,)."""
    names = [item.name for item in catalog().cocktails]
    columns = [names.index(drink) for drink in DRINKS]
    readings = classifier.classify([(picture,) for picture in pictures])
    likeliest = np.stack([reading.cocktails[columns] for reading in readings]).argmax(1)
    return np.array(DRINKS)[likeliest]
