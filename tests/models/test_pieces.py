"""Pieces of garnish and glasses that are put on drinks as pictures of their own."""

from dataclasses import replace

import pytest
import torch
from PIL import Image

from cocktailman import sheets
from cocktailman.errors import InputError
from cocktailman.factors import Values, encode_all
from cocktailman.models.pairnet.drinks import SAID
from cocktailman.models.pairnet.network import PairNet, PairNetConfig
from cocktailman.models.pairnet.pieces import (
    COVERED,
    FIRST_HALF,
    SEEN,
    SLACK,
    Pieces,
    Place,
    _boxes,
    laid_on,
    misplaced,
    place_of,
    place_seen,
)


def told(*rows: Values) -> tuple[torch.Tensor, torch.Tensor]:
    numbers, known = encode_all(rows)
    return torch.from_numpy(numbers), torch.from_numpy(known)


def test_every_word_has_a_picture_from_every_side():
    for name, sheet in sheets.SHEETS.items():
        found = sheets.tiles(name)
        assert found.shape == (len(sheet.words), len(sheet.views), 4, sheet.tile, sheet.tile)
        assert (found[:, :, :3].max(2) <= found[:, :, 3]).all()  # premultiplied
        covered = (found[:, :, 3] > 15).mean((2, 3))
        assert covered.min() > 0.01, (name, sheet.words[covered.min(1).argmin()])


def test_a_damaged_sheet_says_how_it_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(sheets, "DATA", tmp_path)
    sheets.tiles.cache_clear()
    (tmp_path / "sheets").mkdir()
    try:
        with pytest.raises(
            InputError,
            match=r"glass\.webp cannot be read: .* training sheets, then sheets-pack",
        ):
            sheets.tiles("glass")
        Image.new("RGBA", (32, 32)).save(tmp_path / "sheets" / "glass.webp")
        with pytest.raises(InputError, match="shows other things than glass"):
            sheets.tiles("glass")
    finally:
        sheets.tiles.cache_clear()


def test_what_has_no_pictures_of_its_own_is_refused():
    with pytest.raises(InputError, match="no pictures of 'ice' alone: choose among garnish, glass"):
        PairNet(PairNetConfig(pieces=["ice"]))


def test_a_piece_comes_that_was_not_there_as_it_is_seen_from_its_side():
    pieces, all_of_them = Pieces("garnish", 16, 20), sheets.tiles("garnish")
    words, views = sheets.SHEETS["garnish"].words, sheets.SHEETS["garnish"].views
    cherry, olive = words.index("cherry"), words.index("olive_pick")
    before = told({"garnish": (), "garnish_direction": -31.0}, {"garnish": ("cherry",)}, {"garnish": ("cherry",)}, {})
    after = told(
        {"garnish": ("cherry",)}, {"garnish": ("cherry", "olive_pick")}, {"garnish": ()}, {"garnish": ("olive_pick",)}
    )
    found = (pieces.coming(before, after) * 255).round().byte().numpy()
    aside, right = views.index(330), views.index(90)  # the nearest; that of which nothing is known
    for row, true in enumerate(
        (all_of_them[cherry, aside], all_of_them[olive, right], None, all_of_them[olive, right])
    ):
        assert (found[row] == (0 if true is None else true)).all(), row
    glasses, seen = Pieces("glass", 16, 20), sheets.tiles("glass")
    coupe = sheets.SHEETS["glass"].words.index("coupe")
    high = told({"glass": "rocks", "camera_elevation": 39.0}, {"glass": "coupe", "camera_elevation": 39.0})
    found = (glasses.coming(high, told({"glass": "coupe"}, {"glass": "coupe"})) * 255).round().byte().numpy()
    assert (found[0, :4] == seen[coupe, -1]).all() and not found[1].any()  # it is in that glass already


def test_a_glass_is_put_on_anew_where_what_it_holds_changes_and_it_is_known():
    glasses, seen = Pieces("glass", 16, 20), sheets.tiles("glass")
    row = sheets.SHEETS["glass"].words.index
    coupe = {"glass": "coupe"}
    before = told(coupe, coupe, {}, coupe, coupe, coupe)
    full = {"fill": 0.9}
    other, same, mixed = {**full, "glass": "flute"}, {**full, "glass": "coupe"}, {"ingredients": ("gin",)}
    after = told(full, other, full, same, {"ice": "cubes"}, mixed)
    found = (glasses.coming(before, after) * 255).round().byte().numpy()
    both = glasses.coming(told(coupe), told({**full, **mixed}))
    assert torch.equal(both[:, :4], glasses.coming(told(coupe), told(full))[:, :4]) and both.max() == 1
    for number, glass in enumerate(("coupe", "flute", None, "coupe", None, "coupe")):
        assert (found[number, :4] == (0 if glass is None else seen[row(glass), 1])).all(), number
        assert found[number, 4:].any() == (glass is not None)


def test_a_place_is_the_middle_of_the_map_where_a_piece_is_likely():
    where, sizes = torch.zeros(2, 1, 16, 16), torch.zeros(2, 1, 16, 16)
    where[1, 0, 3, 12] = 100.0
    sizes[1, 0, 3, 12] = 0.5
    place = place_of(where, sizes, -sizes)
    assert torch.allclose(place.middle, torch.tensor([[0.0, 0.0], [25 / 16 - 1, 7 / 16 - 1]]), atol=1e-5)
    grown = FIRST_HALF * torch.tensor([0.5, -0.5]).exp()
    assert torch.allclose(place.half, torch.stack([torch.full((2,), FIRST_HALF), grown]), atol=1e-4)


def test_what_islaid_on_where_a_mask_was_fills_its_box():
    mask = torch.zeros(1, 1, 64, 64)
    mask[0, 0, 8:28, 20:52] = 1.0
    piece = torch.from_numpy(sheets.tiles("garnish"))[[0], 0].float() / 255
    place, there = place_seen(piece, mask)
    assert there.all() and float(misplaced(place, place, there)) == 0
    laid = laid_on(piece, place, torch.zeros(1, 4, 64, 64))
    box, _ = _boxes(laid[:, 3] > COVERED)
    true, _ = _boxes(mask[:, 0] > 0.5)
    assert torch.allclose(box.middle, true.middle, atol=0.04) and torch.allclose(box.half, true.half, atol=0.04)
    aside = Place(place.middle + 0.3 * place.half, place.half)
    assert float(misplaced(aside, place, there)) == pytest.approx((0.3 - SLACK / 2) / 2)
    assert not place_seen(torch.zeros_like(piece), mask)[1].any() and not place_seen(piece, 0 * mask)[1].any()


def test_a_network_puts_on_what_comes_and_nothing_else():
    torch.manual_seed(0)
    network = PairNet(
        PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16, experts=["garnish"], pieces=["garnish", "glass"])
    ).eval()
    assert [*network.pieces] == ["glass"] and [*network.experts["garnish"].pieces] == ["garnish"]  # type: ignore[union-attr]
    assert network.unet.head.out_channels == (12 + 1 + SAID) * 16
    image = torch.rand(2, 4, 48, 48)
    before = told({"glass": "rocks", "garnish": ("cherry",)}, {"glass": "rocks", "garnish": ()})
    with torch.no_grad():
        gone = network(image, before, told({"garnish": ()}, {"garnish": ()}))
        assert torch.equal(gone, image)  # nothing is learnt yet: all stays, and nothing comes
        after = told({"glass": "coupe"}, {"garnish": ("lime_wheel",)})
        made, where = network.made(image, before, after)
        alone = PairNet(replace(network.config, pieces=[])).eval()
        for row, name in enumerate(("glass", "garnish")):
            piece = network.pieces_of(name)
            place = Place(*(part[[row]] for part in where[name]))
            laid = laid_on(piece.coming(before, after)[[row]], place, image[:1])
            covered = laid[0, 3] > 0.3
            assert covered.any() and ((made[row] - image[row]).abs().amax(0) > 0.01)[covered].float().mean() > 0.9
            outside = laid[0, 3:].amax(0) == 0  # of the piece, and of the drink that it holds
            assert torch.equal(made[row][:, outside], image[row][:, outside])
        assert torch.equal(alone(image, before, told({"glass": "coupe"}, {"glass": "coupe"})), image)


def test_an_expert_has_the_pieces_that_its_factor_puts_on_anew():
    torch.manual_seed(0)
    network = PairNet(
        PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16, experts=["ingredients"], pieces=["glass"])
    ).eval()
    assert [*network.experts["ingredients"].pieces] == ["glass"]  # type: ignore[union-attr]
    before = told({"glass": "rocks", "fill": 0.8}, {"glass": "rocks", "fill": 0.8}, {"glass": "rocks"})
    after = told({"fill": 0.4}, {"ingredients": ("milk",)}, {"ice": "cubes"})
    true = Place(torch.tensor([[0.4, -0.2]] * 3), torch.tensor([[0.3, 0.5]] * 3))
    image = torch.rand(3, 4, 32, 32)
    with torch.no_grad():
        made, where = network.made(image, before, after, {"glass": true})
        alone = [
            network.made(image[row], (before[0][row], before[1][row]), (after[0][row], after[1][row]))
            for row in ([0], [1], [2])
        ]
    laid = laid_on(network.pieces_of("glass").coming(before, after), true, image)
    changed = (made - image).abs().amax(1) > 0.01
    assert changed[0].any() and changed[1].any() and not changed[2].any()
    assert not changed[:2][laid[:2].amax(1) == 0].any()  # each where it is in truth
    both = PairNet(replace(network.config, experts=["glass"]))  # of fill and ingredients the general one
    assert [*both.pieces] == [*both.experts["glass"].pieces] == ["glass"]  # type: ignore[union-attr]
    for row, (_, places) in enumerate(alone):
        assert torch.allclose(where["glass"].half[[row]], places["glass"].half, atol=1e-6)


def test_pieces_go_where_they_are_in_truth_if_that_is_given():
    torch.manual_seed(0)
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16, pieces=["glass"])).eval()
    image = torch.rand(1, 4, 32, 32)
    before, after = told({"glass": "rocks"}), told({"glass": "copper_mug"})
    true = Place(torch.tensor([[0.4, -0.2]]), torch.tensor([[0.3, 0.5]]))
    laid = laid_on(network.pieces_of("glass").coming(before, after), true, image)
    piece, share = laid[:, :4], torch.sigmoid(torch.tensor(SEEN))
    with torch.no_grad():
        made, where = network.made(image, before, after, {"glass": true})
    assert not laid[:, 4:].any()  # in a mug nobody sees the drink from there
    assert torch.allclose(made, image * (1 - share * piece[:, 3:]) + share * piece, atol=1e-5)
    assert torch.allclose(where["glass"].middle, torch.zeros(1, 2), atol=1e-5)  # where it would have gone itself
