"""Ingredients, cocktails and recipe vectors, read from data/*.csv: the one place that knows names."""

import csv
import difflib
import re
import reprlib
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from cocktailman.errors import InputError

DATA = Path(__file__).parent.parent / "data"

GLASSES = (
    "highball",
    "collins",
    "rocks",
    "coupe",
    "martini",
    "margarita",
    "hurricane",
    "wine",
    "flute",
    "copper_mug",
    "irish_coffee",
    "shot",
    "pint",
    "julep_cup",
)
CATEGORIES = ("The Unforgettables", "Contemporary Classics", "New Era", "Not IBA")  # the IBA list of 2024
DEFAULT_COCKTAIL = "Mojito"  # where none is asked for

Recipe: TypeAlias = tuple[str, ...]  # distinct ingredient ids in vocabulary order


@dataclass(frozen=True)
class Ingredient:
    """A row of ingredients.csv; its position there is its position in every recipe vector."""

    id: str
    kind: str  # spirit, liqueur, juice, garnish, ...
    name: str
    name_ru: str
    colour: str  # as one sees it in the glass, "#rrggbb"

    @property
    def names(self) -> tuple[str, ...]:
        """All it answers to, the one to print first."""
        return (self.id, self.name, self.name_ru)

    def name_in(self, language: str) -> str:
        """Its name in Russian ("ru"), or else in English."""
        return self.name_ru if language == "ru" else self.name


@dataclass(frozen=True)
class Cocktail:
    """A row of cocktails.csv: a named recipe."""

    name: str
    name_ru: str
    aliases: tuple[str, ...]
    recipe: Recipe
    glass: str  # one of GLASSES
    garnish: str  # free text; empty where there is none
    category: str  # one of CATEGORIES

    @property
    def names(self) -> tuple[str, ...]:
        """All it answers to, the one to print first."""
        return (self.name, self.name_ru, *self.aliases)

    def name_in(self, language: str) -> str:
        """Its name in Russian ("ru"), or else in English."""
        return self.name_ru if language == "ru" else self.name


Named = TypeVar("Named", Ingredient, Cocktail)


class Catalog:
    """The vocabulary of ingredients and the cocktails made of it.

    Names are matched without regard to case, accents, apostrophes, spaces, underscores and hyphens,
    in English and Russian; a name that matches nothing raises `InputError` with the nearest one that does.
    """

    def __init__(self, ingredients: Iterable[Ingredient], cocktails: Iterable[Cocktail]):
        self.ingredients = tuple(ingredients)
        self.cocktails = tuple(cocktails)
        self._ingredients = {fold(name): item for item in self.ingredients for name in item.names}
        self._cocktails = {fold(name): item for item in self.cocktails for name in item.names}

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of ingredient, each once, in vocabulary order."""
        return tuple(dict.fromkeys(item.kind for item in self.ingredients))

    def ingredient(self, name: str) -> Ingredient:
        """The ingredient of this id, English name or Russian name."""
        return _find(name, self._ingredients, "ingredient")

    def cocktail(self, name: str) -> Cocktail:
        """The cocktail of this name, Russian name or alias."""
        return _find(name, self._cocktails, "cocktail")

    def recipe(self, ids: Iterable[str]) -> Recipe:
        """The recipe of these ingredients, each given by id or name, in any order and any number of times.

        Raises `InputError` where one is unknown or none is given.
        """
        chosen = {self.ingredient(name).id for name in ids}
        if not chosen:
            raise InputError("a recipe needs at least one ingredient (ingredients are listed in data/ingredients.csv)")
        return tuple(item.id for item in self.ingredients if item.id in chosen)

    def describe(self, recipe: Iterable[str], language: str = "en") -> str:
        """A recipe as a person would say it: "Gin, Tonic water, Lime"."""
        return ", ".join(self.ingredient(item).name_in(language) for item in recipe)

    def recipe_vector(self, recipe: Iterable[str]) -> npt.NDArray[np.float32]:
        """Multi-hot vector of a recipe, shape (n_ingredients,); raises as `recipe` does."""
        chosen = self.recipe(recipe)
        return np.array([item.id in chosen for item in self.ingredients], dtype=np.float32)

    def check_vocabulary(self, known: int, model: str) -> None:
        """Raises `InputError` where a model knows another number of ingredients than there are."""
        if known != len(self.ingredients):
            raise InputError(
                f"the model {model} knows {known} ingredients and the catalogue has {len(self.ingredients)}: "
                "train it anew, or restore data/ingredients.csv"
            )

    def recipe_from_vector(self, vector: npt.ArrayLike, threshold: float = 0.5) -> Recipe:
        """The ingredients whose entry in a vector of shape (n_ingredients,) reaches the threshold; may be empty."""
        values = np.asarray(vector)
        if values.shape != (len(self.ingredients),):
            raise ValueError(f"a recipe vector has shape ({len(self.ingredients)},), not {values.shape}")
        return tuple(item.id for item, value in zip(self.ingredients, values, strict=True) if value >= threshold)

    def nearest_cocktail(self, recipe: Iterable[str]) -> tuple[Cocktail, float]:
        """The cocktail that shares most with a recipe, and their Jaccard similarity in [0, 1]; raises as `recipe` does.

        The first in the catalogue wins a tie.
        """
        wanted = set(self.recipe(recipe))
        scored = [(item, jaccard(wanted, set(item.recipe))) for item in self.cocktails]
        return max(scored, key=lambda pair: pair[1])


def fold(name: str) -> str:
    """The part of a name that spelling habits leave alone: "Piña-Colada" and "pina_colada" fold to the same."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in letters if not (c in "_-‐‑–'‘’" or c.isspace() or unicodedata.combining(c)))


def jaccard(first: set[str], second: set[str]) -> float:
    """Shared over all, of two sets that are not both empty."""
    return len(first & second) / len(first | second)


@cache
def catalog() -> Catalog:
    """The project's catalogue, read once."""
    return read_catalog(DATA)


def read_catalog(folder: Path) -> Catalog:
    """The catalogue of `ingredients.csv` and `cocktails.csv` in a folder.

    Raises `ValueError` that names the file and the row where one is damaged.
    """
    ingredients = _read(folder / "ingredients.csv", "id,kind,name,name_ru,colour", _ingredient)
    vocabulary = [item.id for item in ingredients]
    cocktails = _read(
        folder / "cocktails.csv",
        "name,name_ru,aliases,ingredients,glass,garnish,category",
        lambda row: _cocktail(row, vocabulary),
    )
    return Catalog(ingredients, cocktails)


def _ingredient(row: dict[str, str]) -> Ingredient:
    if not re.fullmatch("#[0-9a-f]{6}", row["colour"]):
        raise ValueError(f"the colour is {row['colour']!r}, not of the form '#rrggbb'")
    return Ingredient(**row)


def _cocktail(row: dict[str, str], vocabulary: Sequence[str]) -> Cocktail:
    recipe = tuple(row["ingredients"].split())
    for item in recipe:
        if item not in vocabulary:
            raise ValueError(f"unknown ingredient {item!r}")
    if not recipe or recipe != tuple(item for item in vocabulary if item in recipe):
        raise ValueError("the ingredients must be one or more, distinct, in the order of ingredients.csv")
    if row["glass"] not in GLASSES:
        raise ValueError(f"the glass is {row['glass']!r}, not one of {', '.join(GLASSES)}")
    if row["category"] not in CATEGORIES:
        raise ValueError(f"the category is {row['category']!r}, not one of {', '.join(CATEGORIES)}")
    return Cocktail(
        name=row["name"],
        name_ru=row["name_ru"],
        aliases=tuple(filter(None, row["aliases"].split("|"))),
        recipe=recipe,
        glass=row["glass"],
        garnish=row["garnish"],
        category=row["category"],
    )


def _read(path: Path, columns: str, parse: Callable[[dict[str, str]], Named]) -> list[Named]:
    """What `parse` makes of each row, no two of which may answer to the same name."""
    items: list[Named] = []
    row_of: dict[str, int] = {}  # folded name -> the row that has it
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        if rows.fieldnames != columns.split(","):
            raise ValueError(f"{path.name}, row 1: the columns must be {columns}")
        for row in rows:
            try:
                if None in row or None in row.values():
                    raise ValueError("the number of cells is not that of the columns")
                items.append(parse(row))
                for name in items[-1].names:
                    if not fold(name):
                        raise ValueError("a name is empty")
                    if row_of.setdefault(fold(name), rows.line_num) != rows.line_num:
                        raise ValueError(f"{name!r} is a duplicate of row {row_of[fold(name)]}")
            except ValueError as error:
                raise ValueError(f"{path.name}, row {rows.line_num}: {error}") from error
    return items


ALIKE = 0.6  # of a name to what it is taken for, as `difflib` has it: "jin" for gin, and no hot sauce for unobtainium
_QUOTE = reprlib.Repr()
_QUOTE.maxstring = 40  # characters shown of a name we do not know, which may be anything


def _find(name: str, directory: dict[str, Named], kind: str) -> Named:
    folded = fold(name)
    if folded in directory:
        return directory[folded]
    nearest = difflib.get_close_matches(folded[: _QUOTE.maxstring], list(directory), n=1, cutoff=ALIKE)
    suggestion = f"did you mean {directory[nearest[0]].names[0]!r}? " if nearest else "nothing here is spelt like it "
    raise InputError(f"unknown {kind} {_QUOTE.repr(name)}: {suggestion}({kind}s are listed in data/{kind}s.csv)")
