"""Translations are measured: what changes nothing is as far from the other domain as before, and the same drink."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cocktailman.cutouts import over
from cocktailman.datasets import Pictures
from cocktailman.evaluation import translation
from cocktailman.evaluation.features import lite_extractor
from cocktailman.evaluation.translation import measure_translator


def drinks(colour: tuple[int, int, int], names: list[str]) -> Pictures:
    """Tumblers of about one colour, each a little different, as cut-outs."""
    pixels = np.zeros((len(names), 64, 64, 4), np.uint8)
    for row in range(len(names)):
        pixels[row, 8 + row :, 16:48] = (*colour, 255)
        pixels[row, 8 + row : 30, 16:48, :3] //= 2
    table = pd.DataFrame({"file": "", "source": "web", "drink": names, "ingredients": "gin", "split": "test"})
    return Pictures(pixels, table)


class Copier:
    def translate(self, image: Image.Image, to: str) -> Image.Image:
        return image


class Painter:
    """Has one picture a domain."""

    def __init__(self, of: dict[str, Pictures]) -> None:
        self.of = of

    def translate(self, image: Image.Image, to: str) -> Image.Image:
        return self.of[to].images[0]


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(translation, "extractors", lambda: [lite_extractor()])  # the others would be downloaded
    monkeypatch.setattr(translation, "perceptual_distance", lambda: lambda a, b: (a - b).abs().mean((1, 2, 3)))
    return {
        "photos": drinks((200, 30, 20), ["Bloody Mary", "Negroni", "Bloody Mary", "Negroni"]),
        "renders": drinks((230, 200, 90), ["Sidecar"] * 5),
    }


def test_what_copies_gains_nothing_and_keeps_everything(held: Any) -> None:
    found: dict[str, Any] = measure_translator(Copier(), held)  # type: ignore[arg-type]
    for way in (found["to_photos"], found["to_renders"]):
        assert way["kid_efficientnet_lite0"] == way["kid_efficientnet_lite0_untranslated"]
        assert way["same_drink"]["value"] == 1 and way["lpips_there_and_back"]["value"] == 0
    assert "right_drink" not in found["to_photos"]  # no render here is of the best-known drinks
    assert found["to_renders"]["right_drink"] == found["to_renders"]["right_drink_untranslated"]
    assert found["to_renders"]["right_drink"]["count"] == 2 and found["to_renders"]["same_drink"]["count"] == 4
    assert "4 held-out cut-outs of photos on grey and 5" in found["data"]


def test_what_paints_the_other_domain_is_nearer_to_it(held: Any) -> None:
    found: dict[str, Any] = measure_translator(Painter(held), held)  # type: ignore[arg-type]
    for way in (found["to_photos"], found["to_renders"]):
        assert way["kid_efficientnet_lite0"]["value"] < way["kid_efficientnet_lite0_untranslated"]["value"]
        assert way["lpips_there_and_back"]["value"] > 0


def test_a_drink_is_taken_for_one_of_the_best_known(held: Any) -> None:
    taken = translation.taken_for(translation.IngredientClassifier.load(), [over(held["photos"].images[0])])
    assert set(taken) <= set(translation.DRINKS)
