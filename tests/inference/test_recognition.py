"""Detector, classifier and Recogniser on tiny networks of random weights, and photo files by the batch."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cocktailman.catalog import Catalog, catalog
from cocktailman.errors import InputError
from cocktailman.images import read_image
from cocktailman.inference import photo_files
from cocktailman.inference.photo_files import all_files, recognise_files
from cocktailman.inference.recogniser import BATCH, Box, CocktailRanking, IngredientClassifier, Reading, Recogniser
from cocktailman.models.checkpoints import find_checkpoint
from tests.helpers.pictures import blank, noise


def same(first: Reading, second: Reading) -> bool:
    return all(
        np.allclose(getattr(first, name), getattr(second, name), atol=1e-5) for name in ("ingredients", "cocktails")
    )


def test_boxes_are_fractions_best_first(recogniser: Recogniser) -> None:
    [boxes] = recogniser.detector.detect([noise(0, 640, 90)], 0)
    scores = [box.score for box in boxes]
    assert len(boxes) > 1 and scores == sorted(scores, reverse=True)
    assert all(0 <= box.x1 < box.x2 <= 1 and 0 <= box.y1 < box.y2 <= 1 and 0 <= box.score <= 1 for box in boxes)


def test_a_box_is_where_it_is_in_the_photo(recogniser: Recogniser) -> None:
    """Padding and shrinking are undone: a photo twice as large has its drinks in the same place."""
    small, large = (noise(0).resize(size, Image.Resampling.NEAREST) for size in ((64, 40), (1280, 800)))
    [[first, *_], [second, *_]] = recogniser.detector.detect([small, large], 0)
    for edge in ("x1", "y1", "x2", "y2"):
        assert getattr(first, edge) == pytest.approx(getattr(second, edge), abs=0.1)


def test_a_mirrored_photo_has_mirrored_boxes(recogniser: Recogniser) -> None:
    photo = noise(0, 640, 90)
    seen, mirrored = recogniser.detector.detect([photo, photo.transpose(Image.Transpose.FLIP_LEFT_RIGHT)], 0)
    turned = [(1 - box.x2, box.y1, 1 - box.x1, box.y2, box.score) for box in mirrored]
    assert sorted(turned) == [
        pytest.approx(edges, abs=1e-3) for edges in sorted((box.x1, box.y1, box.x2, box.y2, box.score) for box in seen)
    ]


def test_the_best_drink_is_read_and_without_one_all_of_the_photo(recogniser: Recogniser) -> None:
    drink, nothing = recogniser.recognise([noise(0), blank()])
    views = [drink.boxes[0].crop(noise(0)), *([noise(0)] if len(drink.boxes) == 1 else [])]
    [crop, whole] = recogniser.classifier.classify([views, [blank()]])
    assert drink.boxes[0].score >= recogniser.detector.threshold and same(drink.reading, crop)
    assert not nothing.boxes and same(nothing.reading, whole)


def test_the_least_score_decides_what_is_given_and_not_what_is_read(recogniser: Recogniser) -> None:
    [default], [none], [all_of_them] = (recogniser.recognise([noise(0)], min_score) for min_score in (None, 1.0, 0.0))
    assert (none.boxes, len(all_of_them.boxes) > len(default.boxes) > 0) == ((), True)
    assert same(default.reading, none.reading) and same(default.reading, all_of_them.reading)


def test_together_is_as_one_by_one(recogniser: Recogniser) -> None:
    photos = [noise(0, 90, 40), noise(1), blank(), noise(2, 40, 90), noise(3)]
    for photo, together in zip(photos, recogniser.recognise(photos, 0), strict=True):
        [alone] = recogniser.recognise([photo], 0)
        assert together.boxes[0].score == pytest.approx(alone.boxes[0].score, rel=1e-3)
        assert same(together.reading, alone.reading)


def test_facts_are_complete_and_best_first(recogniser: Recogniser) -> None:
    [seen] = recogniser.recognise([noise(0)])
    facts = json.loads(json.dumps(recogniser.facts("a.jpg", seen)))
    assert list(facts) == ["file", "threshold", "ingredient_threshold", "boxes", "ingredients", "cocktails"]
    assert facts["file"] == "a.jpg" and facts["threshold"] == recogniser.detector.threshold
    assert facts["boxes"] == [vars(box) for box in seen.boxes]
    assert {item["id"] for item in facts["ingredients"]} == {item.id for item in catalog().ingredients}
    assert {item["name"] for item in facts["cocktails"]} == {item.name for item in catalog().cocktails}
    for name in ("ingredients", "cocktails"):
        shares = [item["probability"] for item in facts[name]]
        assert shares == sorted(shares, reverse=True) and 0 <= shares[-1] < shares[0] <= 1
    best = facts["ingredients"][0]
    assert recogniser.classifier.seen(seen.reading, best["probability"]) == (best["id"],)


def test_who_is_sure_of_a_recipe_names_its_cocktail() -> None:
    recipes = np.stack([catalog().recipe_vector(item.recipe) for item in catalog().cocktails])
    by_recipe = CocktailRanking(catalog(), [], 1.0, 0.5).rank(recipes, np.zeros((len(recipes), 0), np.float32))
    np.testing.assert_allclose(by_recipe.sum(1), 1, rtol=1e-5)
    for item, row in zip(catalog().cocktails, by_recipe, strict=True):
        assert catalog().cocktails[int(row.argmax())].recipe == item.recipe


def test_a_drink_known_by_name_counts() -> None:
    nothing_known = np.full((1, len(catalog().ingredients)), 0.1, np.float32)
    ranking = CocktailRanking(catalog(), ["Mojito", "Negroni"], 1.0, 0.9)
    [shares] = ranking.rank(nothing_known, np.array([[0.2, 0.8]], np.float32))
    assert catalog().cocktails[int(shares.argmax())].name == "Negroni" and shares.sum() == pytest.approx(1)


def test_a_heat_map_is_of_its_ingredient(recogniser: Recogniser) -> None:
    maps = [recogniser.classifier.heat_map(noise(0), item.id) for item in catalog().ingredients[:8]]
    assert all(heat.shape == (4, 4) and heat.min() >= 0 and heat.max() <= 1 for heat in maps)
    assert len({heat.tobytes() for heat in maps}) > 1
    with pytest.raises(InputError, match="did you mean 'mint'"):
        recogniser.classifier.heat_map(noise(0), "mintt")


def test_another_vocabulary_is_refused(recognisers: Path) -> None:
    fewer = Catalog(catalog().ingredients[1:], ())
    with pytest.raises(InputError, match="knows 63 ingredients and the catalogue has 62"):
        IngredientClassifier(find_checkpoint("classifier", recognisers), fewer)


def test_a_crop_has_a_margin_and_stays_in_the_photo() -> None:
    crop = Box(0.4, 0.4, 0.6, 0.8, 1).crop(blank(width=200, height=100))
    assert crop.size == (50, 50)
    assert Box(0, 0, 1, 1, 1).crop(blank(width=200, height=100)).size == (200, 100)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """More photos than fit a batch, and among them what is none and what is not there."""
    for number in range(BATCH + 3):
        noise(number).save(tmp_path / f"{number:02d}.png")
    (tmp_path / "05.png").write_bytes(b"Two parts rum.")
    return [*sorted(tmp_path.iterdir()), tmp_path / "none.png"]


def test_files_come_back_in_their_order_the_bad_ones_too(recogniser: Recogniser, files: list[Path]) -> None:
    found = list(recognise_files(recogniser, files))
    assert [file for file, _ in found] == files
    assert [file.name for file, seen in found if isinstance(seen, InputError)] == ["05.png", "none.png"]
    for file, seen in found[BATCH - 1 : BATCH + 2]:  # around the end of a batch
        [alone] = recogniser.recognise([read_image(file)])
        assert not isinstance(seen, InputError) and same(seen.reading, alone.reading)


@pytest.mark.parametrize(("pixels", "held"), [(10**9, 2 * BATCH), (1, 2)])
def test_never_more_than_two_batches_are_held(
    recogniser: Recogniser, files: list[Path], monkeypatch: pytest.MonkeyPatch, pixels: int, held: int
) -> None:
    """However many files there are, and however large."""
    read: list[Path] = []

    def counted(file: Path) -> Image.Image:
        read.append(file)
        return noise(0)

    monkeypatch.setattr(photo_files, "BATCH_PIXELS", pixels)
    monkeypatch.setattr(photo_files, "read_image", counted)
    found = recognise_files(recogniser, files * 10)
    next(found)
    found.close()  # waits for what is being read
    assert len(read) == held


def test_a_path_that_leads_nowhere_is_kept(files: list[Path]) -> None:
    assert all_files([files[-1], files[0].parent]) == [files[-1], *files[:-1]]
