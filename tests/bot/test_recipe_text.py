"""Recipes from words as people type them."""

import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cocktailman.bot.recipe_text import MAX_LETTERS, nearest, parse_recipe
from cocktailman.catalog import catalog

SAID = {
    "gin, tonic, mint": "gin tonic mint",
    "gin tonic mint": "gin tonic lime mint ice",  # a gin and tonic, with mint
    "Gin & Tonic": "gin tonic lime ice",
    "мохито": "Mojito",
    "мохиито": "Mojito",
    "негроне": "Negroni",
    "Пина-Колада": "Pina Colada",
    "dark and stromy": "Dark 'n' Stormy",
    "виски сауер": "Whiskey Sour",
    "водка со льдом и апельсиновым соком": "vodka orange_juice ice",
    "текилы, лайма и мяты": "tequila lime mint",
    "ром с колой": "Rum And Coke",
    "mojito with strawberry": "rum lemon_juice soda_water sugar_syrup lime mint strawberry ice",
    "lime juice": "lemon_juice",
}


@pytest.mark.parametrize("text", SAID)
def test_what_is_meant(text: str) -> None:
    recipe = " ".join(parse_recipe(text).recipe)
    known = {cocktail.name: " ".join(cocktail.recipe) for cocktail in catalog().cocktails}
    assert recipe == known.get(SAID[text], SAID[text])


def test_guesses_and_what_is_left_out_are_told() -> None:
    parsed = parse_recipe("ginn, plutonium, mint")
    assert [(typed, item.name) for typed, item in parsed.guesses] == [("ginn", "Gin")]
    assert parsed.unknown == ("plutonium",)
    assert not parse_recipe("mint, мятой").guesses
    assert nearest("plumtini").name == "Martini"


def test_of_errors_in_one_letter_19_of_20_are_read_right() -> None:
    """All names in both languages, five errors each: a letter left out, put in, replaced, or swapped with the next."""
    rng = random.Random(0)
    right = wrong = 0
    items = [(name, item) for item in catalog().ingredients for name in (item.name, item.name_ru)]
    for name, item in items * 5:
        read = parse_recipe(mistyped(name, rng)).recipe
        right += read == (item.id,)
        wrong += bool(read) and item.id not in read
    assert right > 0.9 * 5 * len(items) and wrong < 0.02 * 5 * len(items)


def mistyped(name: str, rng: random.Random) -> str:
    place, kind = rng.randrange(len(name)), rng.randrange(4)
    letter = rng.choice(string.ascii_lowercase if name.isascii() else "абвгдежзийклмнопрстуфхцчшщъыьэюя")
    before, here, after = name[:place], name[place], name[place + 1 :]
    swapped = after[:1] + here + after[1:]
    return before + [after, letter + here + after, letter + after, swapped][kind]


@pytest.mark.parametrize("text", ["hello", "плутоний", "!!!", "", "  ,,, ", "сок"])
def test_what_is_no_drink_is_no_drink(text: str) -> None:
    assert parse_recipe(text).recipe == ()


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=MAX_LETTERS))
def test_anything_can_be_read(text: str) -> None:
    parsed = parse_recipe(text)
    assert not parsed.recipe or catalog().recipe(parsed.recipe) == parsed.recipe
