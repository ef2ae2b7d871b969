"""The catalogue: its files, its names, recipe vectors, and what it says to a stranger's input."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocktailman.catalog import CATEGORIES, DATA, GLASSES, Recipe, catalog, read_catalog
from cocktailman.errors import InputError

# Checkpoints store recipe vectors, so neither this order nor the recipes below may change.
VOCABULARY = (
    "gin vodka rum tequila whiskey brandy absinthe "
    "orange_liqueur blue_curacao coffee_liqueur irish_cream amaretto peach_liqueur coconut_liqueur cherry_liqueur "
    "berry_liqueur melon_liqueur mint_liqueur cacao_liqueur elderflower_liqueur herbal_liqueur red_bitter "
    "vermouth wine sparkling_wine beer bitters "
    "lemon_juice orange_juice pineapple_juice cranberry_juice grapefruit_juice tomato_juice apple_juice "
    "soda_water tonic cola lemon_soda ginger_beer sugar_syrup grenadine coconut_cream "
    "milk cream egg_white ice_cream chocolate coffee tea "
    "lemon lime orange mint strawberry cherry pineapple olive cucumber celery salt hot_sauce spice ice"
)

PHOTOGRAPHED = {
    "Beer": "beer",
    "Bloody Mary": "vodka lemon_juice tomato_juice celery salt hot_sauce spice ice",
    "Cosmopolitan": "vodka orange_liqueur lemon_juice cranberry_juice",
    "Daiquiri": "rum lemon_juice sugar_syrup",
    "Espresso Martini": "vodka coffee_liqueur sugar_syrup coffee",
    "Gin And Tonic": "gin tonic lime ice",
    "Manhattan": "whiskey vermouth bitters cherry",
    "Margarita": "tequila orange_liqueur lemon_juice lime salt",
    "Martini": "gin vermouth olive",
    "Mojito": "rum lemon_juice soda_water sugar_syrup lime mint ice",
    "Old Fashioned": "whiskey bitters sugar_syrup orange ice",
    "Pina Colada": "rum pineapple_juice coconut_cream pineapple",
    "Rum And Coke": "rum cola lime ice",
    "Screwdriver": "vodka orange_juice orange ice",
}

recipes = st.sets(st.sampled_from(VOCABULARY.split()), min_size=1).map(lambda ids: catalog().recipe(ids))
hostile = st.text(st.characters(exclude_categories=())) | st.text(min_size=1).map(lambda text: text * 1000)


def test_vocabulary() -> None:
    assert " ".join(item.id for item in catalog().ingredients) == VOCABULARY
    assert catalog().kinds == ("spirit", "liqueur", "wine", "other", "juice", "soda", "syrup", "dairy", "garnish")
    assert len({item.colour for item in catalog().ingredients} - {"#ffffff", "#000000"}) == 63


def test_cocktails() -> None:
    cocktails = catalog().cocktails
    assert {name: " ".join(catalog().cocktail(name).recipe) for name in PHOTOGRAPHED} == PHOTOGRAPHED
    assert len({item.recipe for item in cocktails}) == len(cocktails)
    assert {item.glass for item in cocktails} == set(GLASSES)
    assert {item.category for item in cocktails} == set(CATEGORIES)
    assert sum(item.category != "Not IBA" for item in cocktails) == 33


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("pina colada", "Pina Colada"),
        ("Piña-Colada", "Pina Colada"),
        ("пина колада", "Pina Colada"),
        ("OLD_FASHIONED", "Old Fashioned"),
        ("dark ’n’ stormy", "Dark 'n' Stormy"),
        ("b52", "B-52"),
        ("Cuba Libre", "Rum And Coke"),
        ("dry martini", "Martini"),
        ("отвертка", "Screwdriver"),
    ],
)
def test_cocktail_names(given_name: str, name: str) -> None:
    assert catalog().cocktail(given_name).name == name


def test_recipe_takes_names_of_both_languages_in_any_order() -> None:
    names = ["ice", "Лёд", "Blue Curacao", "orange liqueur", "ДЖИН", "gin"]
    assert catalog().recipe(names) == ("gin", "orange_liqueur", "blue_curacao", "ice")
    with pytest.raises(InputError, match="at least one ingredient"):
        catalog().recipe([])


@given(recipes)
def test_recipe_vector_round_trip(recipe: Recipe) -> None:
    vector = catalog().recipe_vector(recipe)
    assert vector.shape == (63,) and vector.dtype == np.float32 and vector.sum() == len(recipe)
    assert catalog().recipe_from_vector(vector) == recipe


def test_recipe_from_vector_threshold_and_shape() -> None:
    probabilities = np.zeros(63)
    probabilities[[0, 62]] = 0.4, 0.9
    assert catalog().recipe_from_vector(probabilities) == ("ice",)
    assert catalog().recipe_from_vector(probabilities, threshold=0.4) == ("gin", "ice")
    with pytest.raises(ValueError, match="shape"):
        catalog().recipe_from_vector(np.zeros((1, 63)))


def test_nearest_cocktail() -> None:
    for cocktail in catalog().cocktails:
        assert catalog().nearest_cocktail(cocktail.recipe) == (cocktail, 1.0)
    cocktail, similarity = catalog().nearest_cocktail(["gin", "tonic", "lime"])
    assert (cocktail.name, similarity) == ("Gin And Tonic", 0.75)


def test_unknown_names_get_a_suggestion() -> None:
    with pytest.raises(InputError, match=r"^unknown ingredient 'jin': did you mean 'gin'\? \(.*/ingredients.csv\)$"):
        catalog().recipe(["vodka", "jin"])
    with pytest.raises(InputError, match="unknown ingredient 'водкаа': did you mean 'vodka'"):
        catalog().ingredient("водкаа")
    with pytest.raises(InputError, match="unknown cocktail 'mohito': did you mean 'Mojito'"):
        catalog().cocktail("mohito")
    with pytest.raises(InputError, match="unknown ingredient 'unobtainium': nothing here is spelt like it"):
        catalog().ingredient("unobtainium")


@given(hostile)
def test_hostile_names_get_one_short_line(name: str) -> None:
    for look_up in (catalog().ingredient, catalog().cocktail):
        try:
            assert look_up(name) in (*catalog().ingredients, *catalog().cocktails)
        except InputError as error:
            assert len(str(error)) < 200 and str(error).isprintable() and "data/" in str(error)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("ingredients.csv", "vodka,", "gin,", r"^ingredients.csv, row 3: 'gin' is a duplicate of row 2$"),
        ("ingredients.csv", ",Водка,", ",Джин,", r"^ingredients.csv, row 3: 'Джин' is a duplicate of row 2$"),
        ("ingredients.csv", "#d0983a", "red", r"^ingredients.csv, row 4: the colour is 'red'"),
        ("ingredients.csv", ",Ром,", ",", r"^ingredients.csv, row 4: the number of cells"),
        ("ingredients.csv", ",Ром,", ",,", r"^ingredients.csv, row 4: a name is empty"),
        ("ingredients.csv", "colour", "color", r"^ingredients.csv, row 1: the columns must be"),
        ("cocktails.csv", "brandy cacao", "brandi cacao", r"^cocktails.csv, row 2: unknown ingredient 'brandi'"),
        ("cocktails.csv", "cream spice", "spice cream", r"^cocktails.csv, row 2: .* order of ingredients.csv"),
        ("cocktails.csv", "cream,shot", "cream,boot", r"^cocktails.csv, row 3: the glass is 'boot'"),
        ("cocktails.csv", "New Era", "New Age", r"^cocktails.csv, row 7: the category is 'New Age'"),
        ("cocktails.csv", "Lager|", "b52|", r"^cocktails.csv, row 4: 'b52' is a duplicate of row 3"),
    ],
)
def test_damaged_files_name_the_row(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    for name in ("ingredients.csv", "cocktails.csv"):
        shutil.copy(DATA / name, tmp_path)
    table = tmp_path / file
    table.write_text(table.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_catalog(tmp_path)
