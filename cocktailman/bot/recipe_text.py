"""A recipe from words as people type them: a cocktail, ingredients, both; in English or Russian, with typing errors.

Names are first looked up as they are, then without the endings of Russian cases, and then by likeness (Jaro-Winkler,
which forgives the end of a word before its start).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from cocktailman.catalog import Cocktail, Ingredient, Recipe, catalog, fold

MIN_SIMILARITY = 0.865  # of a guess: of names with an error in one letter 96 % are read right, 0.1 % wrong
MAX_WORDS = 4  # words of a name
GUESS_WEIGHT = 0.9  # what a word of a guess is worth beside one of a sure name
NAME_COST = 0.01  # what each name costs
MAX_LETTERS = 300  # that are read

SEPARATORS = re.compile(r"[,;+/&\n]|\b(?:and|with|и|с|со)\b", re.IGNORECASE)
ALTERNATIVES = re.compile(r" or | или ")  # of one ingredient, in its name
ENDINGS = re.compile(r"(?<=\w{3})(?:ами|ями|ого|ому|ои|еи|ом|ем|ым|им|ая|ое|ые|[аяуюыиеоь])$")  # folded: й is и
IRREGULAR = {"льд": "лед"}

Item = Ingredient | Cocktail


@dataclass(frozen=True)
class ParsedRecipe:
    """What was understood: a recipe, which is empty where nothing was, and what was guessed or could not be read."""

    recipe: Recipe
    guesses: tuple[tuple[str, Item], ...]  # as typed, and what that was taken for
    unknown: tuple[str, ...]


def parse_recipe(text: str) -> ParsedRecipe:
    """The recipe of a text."""
    pieces = [text] if _match(text) else SEPARATORS.split(text)
    found = [name for piece in pieces for name in _read_piece([word for word in piece.split() if fold(word)])]
    ids = chain.from_iterable(_recipe(item) for _, item, _ in found if item)
    recipe = tuple(dict.fromkeys(ids))
    return ParsedRecipe(
        recipe=catalog().recipe(recipe) if recipe else (),
        guesses=tuple((typed, item) for typed, item, sure in found if item and not sure),
        unknown=tuple(typed for typed, item, _ in found if item is None),
    )


def nearest(typed: str) -> Item:
    """What a name is most like, however little."""
    name, *_ = process.extractOne(fold(typed), _names().keys(), scorer=JaroWinkler.normalized_similarity)
    return _names()[name]


def _read_piece(words: Sequence[str]) -> list[tuple[str, Item | None, bool]]:
    """Words cut into names so that most of them are understood, sure names before guesses, few names before many.

    Each name as typed, what it is, and whether that is sure.
    """
    best: list[tuple[float, list[tuple[str, Item | None, bool]]]] = [(0.0, [])]  # of the first 0, 1, 2, ... words
    for end in range(1, len(words) + 1):
        ways = []
        for start in range(max(0, end - MAX_WORDS), end):
            typed = " ".join(words[start:end])
            match = _match(typed)
            if match or end - start == 1:
                item, sure = match or (None, False)
                worth = (end - start) * (1 if sure else GUESS_WEIGHT if item else 0)
                ways.append((best[start][0] + worth - NAME_COST, [*best[start][1], (typed, item, sure)]))
        best.append(max(ways, key=lambda method: method[0]))
    return best[-1][1]


def _match(typed: str) -> tuple[Item, bool] | None:
    """What a name stands for, and whether that is sure; None where it is like no other."""
    folded = fold(typed)
    if item := _names().get(folded) or _stems().get(_stem(typed)):
        return item, True
    longer = max(2, len(folded) // 4)  # by as many letters a name may differ in length
    near = [name for name in _names() if abs(len(name) - len(folded)) <= longer]
    best = process.extractOne(folded, near, scorer=JaroWinkler.normalized_similarity, score_cutoff=MIN_SIMILARITY)
    return (_names()[best[0]], False) if best and len(folded) > 2 else None


@cache
def _spellings() -> list[tuple[str, Item]]:
    """All names; after these, of one that has alternatives, each of them."""
    items = (*catalog().ingredients, *catalog().cocktails)
    whole = [(name, item) for item in items for name in item.names]
    return whole + [(part, item) for name, item in whole for part in ALTERNATIVES.split(name)]


@cache
def _names() -> dict[str, Item]:
    return {fold(name): item for name, item in reversed(_spellings())}  # the first of two equals wins


@cache
def _stems() -> dict[str, Item]:
    return {_stem(name): item for name, item in reversed(_spellings())}


def _stem(name: str) -> str:
    """Each word without the ending of a Russian case."""
    stems = [ENDINGS.sub("", fold(word)) for word in name.split()]
    return "".join(IRREGULAR.get(stem, stem) for stem in stems)


def _recipe(item: Item) -> Recipe:
    return item.recipe if isinstance(item, Cocktail) else (item.id,)
