"""The reader of the rendered bar, on a folder made here and on the one that ships, and what the page Data counts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from cocktailman.catalog import GLASSES, catalog
from cocktailman.errors import InputError
from cocktailman.overlay import COLOURS, mask_channels, overlaid
from cocktailman.renders import CATEGORICAL, EDGES, MASKS, NUMERIC, RENDERS, SPLITS, Renders, Selection, read_renders
from cocktailman.ui.data.statistics import class_balance, correlations, largest, lifts_of, listed_pairs, pairs_of
from tests.helpers.renders import ROWS, SIDE, mask, write_renders
from training.renders import sheets


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_renders(tmp_path_factory.mktemp("renders"))


@pytest.fixture(scope="module")
def renders(folder: Path) -> Renders:
    return read_renders(folder)


@pytest.fixture(scope="module", params=["made here", "shipped"])
def either(request: pytest.FixtureRequest, folder: Path) -> Renders:
    """The renders made here, then those that ship, if they do yet."""
    if request.param == "shipped" and not RENDERS.exists():
        pytest.skip("no renders ship yet")
    return read_renders(RENDERS if request.param == "shipped" else folder)


def test_factors_are_what_they_are_said_to_be(either: Renders):
    factors = either.factors
    assert all(part["index"].is_monotonic_increasing for _, part in factors.groupby("cocktail"))
    assert set(factors["cocktail"]) <= {"", *(item.name for item in catalog().cocktails)}
    assert set(factors["split"]) <= set(SPLITS)
    assert set(factors["glass"]) <= set(GLASSES)
    assert 0 <= factors["fill"].to_numpy().min() <= factors["fill"].to_numpy().max() <= 1
    for text in set(factors["ingredients"]):
        assert catalog().recipe(text.split()) == tuple(text.split())
    x1, y1, x2, y2 = factors[list(EDGES)].to_numpy().T
    assert (x1 >= 0).all() and (x1 < x2).all() and (x2 <= 1).all()
    assert (y1 >= 0).all() and (y1 < y2).all() and (y2 <= 1).all()


def test_pictures_and_masks_can_be_read(either: Renders):
    for row in (0, len(either) // 2, len(either) - 1):
        assert either.row(either.facts(row)["id"]) == row
        picture, mask = either.image(row), either.mask(row)
        assert picture.mode == "RGB"
        assert mask.dtype == np.uint8
        assert mask.shape == picture.size[::-1]
        assert mask.max() <= sum(MASKS.values())
        assert (mask & MASKS["vessel"]).any()


def test_pictures_come_in_the_order_asked_for(renders: Renders):
    rows = [39, 0, 17, 0, 15, 16]
    assert [picture.getpixel((0, 0)) for picture in renders.images(rows)] == [(6 * row,) * 3 for row in rows]
    assert (renders.mask(20) == mask()).all()


def test_a_picture_is_found_by_its_id(renders: Renders):
    assert renders.facts(renders.row("negroni-002"))["cocktail"] == "Negroni"
    with pytest.raises(InputError, match="no render is called"):
        renders.row("negroni-999")


@pytest.mark.parametrize(
    ("selection", "holds"),
    [
        (Selection(), lambda facts: True),
        (Selection(among={"cocktail": ["", "Negroni"]}), lambda facts: facts["cocktail"] != "Mojito"),
        (Selection(containing={"ingredients": ["gin"]}), lambda facts: "gin" in facts["ingredients"].split()),
        (Selection(containing={"ingredients": ["gin", "mint"]}), lambda facts: facts["cocktail"] == ""),
        (Selection(containing={"garnish": ["umbrella"]}), lambda facts: False),
        (Selection(between={"fill": (0.2, 0.6)}), lambda facts: 0.2 <= facts["fill"] <= 0.6),
        (
            Selection({"glass": ["rocks"]}, {"garnish": ["straw"]}, {"fill": (0.5, 1)}),
            lambda facts: facts["glass"] == "rocks" and facts["garnish"] == "straw" and facts["fill"] >= 0.5,
        ),
    ],
)
def test_a_selection_asks_for_all_it_says(renders: Renders, selection: Selection, holds: Callable):
    assert renders.chosen(selection).tolist() == [holds(renders.facts(row)) for row in range(ROWS)]


def test_without_renders_a_sentence_says_how_to_make_them(tmp_path: Path):
    with pytest.raises(InputError, match="training renders`, then `python -m training renders-pack"):
        read_renders(tmp_path / "nowhere")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def _change(change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        change(pd.read_parquet(path)).to_parquet(path, index=False)

    return damage


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("factors.parquet", _cut),
        ("factors.parquet", _change(lambda table: table.drop(columns="camera_roll"))),
        ("factors.parquet", _change(lambda table: table.assign(fill="much"))),
        ("factors.parquet", _change(lambda table: table.assign(id="negroni-000"))),
        ("factors.parquet", _change(lambda table: table.assign(split="holdout"))),
        ("factors.parquet", _change(lambda table: table.head(0))),
        ("pictures.parquet", _cut),
        ("pictures.parquet", _change(lambda table: table.drop(columns="mask"))),
        ("pictures.parquet", _change(lambda table: table.head(39))),
        ("pictures.parquet", _change(lambda table: table.iloc[::-1])),
        ("pictures.parquet", _change(lambda table: table.assign(image=b"RIFF"))),
        ("pictures.parquet", _change(lambda table: table.assign(image=None))),
    ],
)
def test_a_damaged_file_is_named_in_a_sentence(tmp_path: Path, name: str, damage: Callable[[Path], None]):
    damage(write_renders(tmp_path / "renders") / name)
    with pytest.raises(InputError, match=rf"damaged \({name}\)"):
        read_renders(tmp_path / "renders").image(3)


def test_class_balance_counts_each_word_of_each_picture(renders: Renders):
    chosen = renders.chosen(Selection(among={"cocktail": ["", "Negroni"]}))
    counts = class_balance(renders, chosen, "cocktail")
    assert counts["total"].to_dict() == {"Negroni": 15, "Free pour": 10}
    assert counts.loc["Negroni", "unseen"] == 15
    counts = class_balance(renders, chosen, "ingredients")
    assert counts["total"].to_dict() == {
        "gin": 25,
        **dict.fromkeys(("ice", "orange", "red_bitter", "vermouth"), 15),
        "mint": 10,
    }
    assert (counts[list(SPLITS)].sum(axis=1) == counts["total"]).all()


def test_pairs_shares_and_lift():
    words = pd.DataFrame({"a": [1, 1, 1, 0], "b": [1, 1, 0, 0], "c": [0, 0, 0, 1]}).astype(bool)
    pairs = pairs_of(words)
    assert pairs.to_numpy().tolist() == [[3, 2, 0], [2, 2, 0], [0, 0, 1]]
    assert lifts_of(pairs, 4).loc["a", "b"] == pytest.approx(2 / (3 * 2 / 4))
    [pair] = listed_pairs(pairs, 4).to_dict("records")
    assert pair == {
        "first": "a",
        "second": "b",
        "both": 2,
        "of first": 2 / 3,
        "of second": 1,
        "lift": pytest.approx(4 / 3),
    }


def _many(count: int = 2000) -> pd.DataFrame:
    """Factors that know nothing of one another."""
    randomness = np.random.default_rng(1)
    table = pd.DataFrame({name: randomness.uniform(0, 360, count) for name in NUMERIC})
    return table.assign(**{name: randomness.choice(["a", "b", "c"], count) for name in CATEGORICAL})


def test_independent_factors_correlate_no_more_than_by_chance():
    found = largest(correlations(_many()), by_recipe=False)
    assert found is not None
    assert found[0] < 0.1


def test_any_dependence_of_factors_is_found():
    table = _many().assign(fill=lambda table: np.cos(np.radians(table["light_azimuth"])))
    table["ice"] = np.where(table["glass"] == "a", "x", "y")
    table["table"] = np.where(table["camera_roll"] < 180, "x", "y")
    found = correlations(table)
    assert found.loc["fill", "light_azimuth"] == pytest.approx(1)
    assert found.loc["camera_roll", "table"] == pytest.approx(0.87, abs=0.02)  # a uniform number against its halves
    assert largest(found, by_recipe=True) == (pytest.approx(1), "glass", "ice")
    shuffled = largest(correlations(table, shuffled=True), by_recipe=False)
    assert shuffled is not None
    assert shuffled[0] < 0.1


def test_correlation_of_plain_numbers_is_pearsons_and_constants_are_left_out():
    table = _many(200).assign(glass="rocks")
    table["light_warmth"] = table["fill"] - 2 * table["camera_roll"]
    found = correlations(table)
    expected = abs(np.corrcoef(table["fill"], table["light_warmth"])[0, 1])
    assert found.loc["fill", "light_warmth"] == pytest.approx(expected)
    assert "glass" not in found


def test_overlay_draws_what_is_asked_for_where_it_is():
    picture, box = Image.new("RGB", (SIDE, SIDE), "white"), (0.25, 0.25, 0.75, 1.0)
    plain = overlaid(picture, mask(), box, [], 64)
    assert plain.getcolors() == [(64 * 64, (255, 255, 255))]
    for name in COLOURS:
        drawn = np.asarray(overlaid(picture, mask(), box, [name], 64)) != 255
        inside = np.asarray(Image.fromarray(mask() & MASKS.get(name, MASKS["vessel"])).resize((64, 64), 0)) > 0
        assert drawn.any()
        assert (drawn.any(axis=-1) & ~inside).mean() < 0.05


def test_masks_are_saved_a_channel_each():
    channels = np.asarray(mask_channels(mask()))
    assert channels[0, 0].tolist() == [0, 0, 255]
    assert channels[20, 10].tolist() == [255, 255, 0]


def test_sheets_show_every_cocktail_and_its_factors(renders: Renders, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sheets, "DESCRIBED", ("Mojito", ""))
    assert sheets.contact_sheet(renders).size == (8 * sheets.TILE, sheets.TILE + sheets.LABEL)
    sheet = np.asarray(sheets.factor_sheet(renders))
    assert len(sheet) == 2 * sheets.ROW
    assert len(np.unique(sheet[:, 2 * sheets.ROW :].reshape(-1, 3), axis=0)) > 20  # words and swatches
