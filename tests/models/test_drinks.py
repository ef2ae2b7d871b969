"""Drinks poured into glasses and out of them."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

from cocktailman import sheets
from cocktailman.errors import InputError
from cocktailman.factors import LOOK, Values, encode_all, known_at, places
from cocktailman.models.pairnet.drinks import SAID, SHOWN, USUAL, drink_at, pour
from training.renders.alone import empty_glass, seen_alone
from training.renders.drink import filled
from training.renders.levels import levels_of
from training.renders.masks import silhouette

GLASSES = sheets.SHEETS["glass"].words
OPAQUE = ("copper_mug", "julep_cup")


def told(**values: float | str) -> tuple[torch.Tensor, torch.Tensor]:
    numbers, known = encode_all([values])  # type: ignore[list-item]
    return torch.from_numpy(numbers), torch.from_numpy(known)


def maps_of(glass: str, before: Values, after: Values, stays: bool = True) -> np.ndarray:
    """(SHOWN, t, t) of a glass seen from 16 degrees, or, of one that one sees into from above alone, from 36."""
    word, view = torch.tensor([GLASSES.index(glass)]), torch.tensor([3 if glass in OPAQUE else 1])
    found = drink_at(word, view, told(**before), told(**after), torch.tensor([float(stays)]))  # type: ignore[arg-type]
    assert found.shape[1] == SHOWN
    return found[0].numpy()


@pytest.mark.parametrize("glass", GLASSES)
def test_the_fuller_a_glass_the_more_is_seen_of_its_drink(glass):
    seen = [maps_of(glass, {}, {"fill": fill}) for fill in (0.35, 0.6, 0.9)]
    for (less, _, _), (more, surface, _) in pairwise(seen):
        assert (more >= less).all() and (surface <= more).all()
        assert more.sum() > 1.1 * less.sum() or glass in OPAQUE
    drink, surface, _ = seen[-1]
    assert drink.mean() > (0.003 if glass in OPAQUE else 0.03)
    assert surface.sum() > 0 and (surface.sum() < 0.6 * drink.sum() or glass in OPAQUE)


def test_what_there_was_is_known_only_of_a_glass_that_stays_and_whose_fill_is_told():
    full, low = {"fill": 0.9}, {"fill": 0.4}
    drink, _, was = maps_of("rocks", full, low)
    assert (was == maps_of("rocks", low, full)[0]).all() and was.sum() > drink.sum() > 0
    assert not maps_of("rocks", full, low, stays=False)[2].any() and not maps_of("rocks", {}, low)[2].any()
    assert (maps_of("rocks", {}, {})[0] == maps_of("rocks", {}, {"fill": USUAL})[0]).all()
    assert (maps_of("rocks", low, {})[0] == maps_of("rocks", {}, low)[0]).all()


def test_a_level_is_where_the_shape_of_what_is_poured_ends():
    glass, (_, camera) = empty_glass("wine"), seen_alone("glass", "wine", 26)
    level = levels_of(glass, camera, 80)[..., 0]
    for fill in (0.42, 0.77):
        true = silhouette([filled(glass, glass.floor, glass.surface(fill), dome=False)], camera, 80)
        assert ((level <= fill * sheets.LEVELS) ^ true).sum() < 0.06 * true.sum()


def test_the_file_says_what_the_shapes_say():
    sheet = sheets.SHEETS["glass"]
    for glass, view in (("shot", 26), ("copper_mug", 36), ("coupe", 6)):
        _, camera = seen_alone("glass", glass, view)
        drawn = levels_of(empty_glass(glass), camera, sheet.tile).transpose(2, 0, 1)
        assert (sheets.levels()[GLASSES.index(glass), sheet.views.index(view)] == drawn).all(), glass


def test_a_drink_has_the_colour_of_its_mixture_and_without_one_that_of_the_picture():
    image, nothing = torch.full((2, 4, 8, 8), 0.5), torch.zeros(2, SAID, 8, 8)
    image[:, 0] = 0.1
    laid = torch.zeros(2, SHOWN, 8, 8)
    assert torch.equal(pour(image, image, laid, nothing, torch.zeros(2, LOOK + 1)), image)
    laid[:, 0, 4:] = 1.0
    says = nothing.clone()
    says[:, 1] = 20.0  # all of it is seen
    numbers, known = encode_all([{"ingredients": ("milk",)}, {}])
    mixed = numbers[:, places()["ingredients"]][:, -LOOK:]
    look = torch.from_numpy(np.concatenate([mixed, known[:, [known_at("ingredients")]]], 1))
    made = pour(image, image, laid, says, look)
    assert torch.equal(made[:, :, :4], image[:, :, :4])
    assert made[0, :3, 4:].min() > 0.8 and torch.allclose(made[1, :, 6, 6], torch.tensor([0.2, 1, 1, 1]), atol=1e-4)
    says[:, 4], says[:, 5] = -1.0, 0.5
    laid[:, 1, 4:6] = 1.0  # its surface, in another light than what is below
    dark = pour(image, image, laid, says, look)
    assert torch.allclose(dark[:, 0, 5, 5] / dark[:, 0, 7, 7], torch.tensor(0.5).exp(), atol=1e-4)


def test_what_is_poured_in_can_have_the_colour_that_is_seen():
    image, laid, says = torch.ones(1, 4, 8, 8), torch.zeros(1, SHOWN, 8, 8), torch.zeros(1, SAID, 8, 8)
    image[:, :3, 6:] = torch.tensor([0.9, 0.4, 0.1])[:, None, None]
    laid[:, 0], laid[:, 2, 6:], says[:, 1] = 1.0, 1.0, 20.0
    look = torch.full((1, LOOK + 1), -1.0)  # a mixture as dark as can be
    for logit, red in ((-20.0, 0.0), (20.0, 0.9)):
        says[:, 3] = logit
        made = pour(image, image, laid, says, look.index_fill(1, torch.tensor([LOOK]), 1.0))
        assert float(made[0, 0, 0, 0]) == pytest.approx(red, abs=1e-3)


def test_what_stood_higher_goes():
    image, laid, says = torch.full((1, 4, 6, 6), 0.5), torch.zeros(1, SHOWN, 6, 6), torch.zeros(1, SAID, 6, 6)
    laid[:, 2, 2:], laid[:, 0, 4:] = 1.0, 1.0
    says[:, 0], says[:, 1] = 20.0, -20.0
    made = pour(image, image, laid, says, torch.zeros(1, LOOK + 1))
    assert made[:, :, 2:4].abs().max() < 1e-6
    assert torch.allclose(made[:, :, :2], image[:, :, :2]) and torch.allclose(made[:, :, 4:], image[:, :, 4:])


def test_a_damaged_file_of_levels_says_how_it_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "LEVELS_FILE", tmp_path / "levels.webp")
    sheets.levels.cache_clear()
    try:
        with pytest.raises(InputError, match=r"levels\.webp cannot be read: .* training sheets-pack"):
            sheets.levels()
        Image.new("RGB", (32, 32)).save(tmp_path / "levels.webp")
        with pytest.raises(InputError, match="shows other things than glass"):
            sheets.levels()
    finally:
        sheets.levels.cache_clear()
