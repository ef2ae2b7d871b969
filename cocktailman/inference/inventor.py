"""Invents recipes: draws what goes together, given whatever is fixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cocktailman.catalog import Recipe, catalog
from cocktailman.errors import InputError
from cocktailman.models.checkpoints import CHECKPOINTS, Checkpoint, check_able, find_checkpoint, load_network
from cocktailman.models.recipetree.network import MISSING, Rows
from cocktailman.models.registry import Can

NAMES = ("naive-bayes", "chow-liu")  # the checkpoints that ship, the better one first
YES, NO, NONE = "yes", "no", "none"
SPIRIT, GLASS = "spirit", "glass"
TOGETHER = 64  # drawn at once
PLUS = "+"  # between the spirits of a drink of several


@dataclass(frozen=True)
class Invention:
    """attributes: spirit, glass, and each other ingredient, yes or no. probability: given what was fixed."""

    attributes: Mapping[str, str]
    ingredients: Recipe
    probability: float


class Inventor:
    """Draws recipes from the tree of a checkpoint."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        check_able(checkpoint, Can.INVENT)
        self.checkpoint = checkpoint
        self._network = load_network(checkpoint)
        self.names: list[str] = self._network.config.names
        self.values: dict[str, list[str]] = dict(zip(self.names, self._network.config.values, strict=True))

    @classmethod
    def load(cls, name: str = NAMES[0], root: Path = CHECKPOINTS) -> Inventor:
        """The inventor of this name; raises `InputError` where it is unknown or damaged."""
        return cls(find_checkpoint(name, root, Can.INVENT))

    def check_given(self, given: Mapping[str, str]) -> dict[str, str]:
        """What is fixed, as the tree knows it; raises `InputError` where it has no such attribute or value."""
        for name, value in given.items():
            if name not in self.values:
                raise InputError(
                    f"there is no attribute {name[:40]!r}: take spirit, glass, or an ingredient (lime=yes)"
                )
            if value not in self.values[name]:
                shown = ", ".join(self.values[name][:20])
                raise InputError(f"{name} is never {value[:40]!r}: choose one of {shown}")
        return dict(given)

    def invent(self, given: Mapping[str, str], count: int, seed: int) -> list[Invention]:
        """Recipes with the attributes that are given; the first are the same for any count.

        One without any ingredient is drawn again.
        """
        fixed = self._row(self.check_given(given))
        rng = np.random.default_rng(seed)
        drawn = np.empty((0, len(self.names)), np.int64)
        while len(drawn) < count:
            more = self._network.sample(fixed.repeat(TOGETHER, 0), rng)
            kept = more[[bool(self._ingredients(row)) for row in more]]
            if not len(kept):
                raise InputError("nothing is left to mix: fix fewer attributes")
            drawn = np.concatenate([drawn, kept])
        drawn = drawn[:count]
        certain = self._network.log_likelihood(drawn) - self._network.log_likelihood(fixed)
        return [
            Invention(self._attributes(row), self._ingredients(row), float(np.exp(chance)))
            for row, chance in zip(drawn, certain, strict=True)
        ]

    def log_likelihood(self, rows: Rows) -> np.ndarray:
        """Of what is known of each row, (n,)."""
        return self._network.log_likelihood(rows)

    def rows(self, drinks: Sequence[Mapping[str, str]]) -> Rows:
        """Drinks as rows; what of them is not known, or was never seen, is `MISSING`."""
        found = np.full((len(drinks), len(self.names)), MISSING, np.int64)
        for row, drink in enumerate(drinks):
            for place, name in enumerate(self.names):
                if drink.get(name) in self.values[name]:
                    found[row, place] = self.values[name].index(drink[name])
        return found

    def _row(self, given: Mapping[str, str]) -> Rows:
        return self.rows([given])

    def _attributes(self, row: np.ndarray) -> dict[str, str]:
        return {name: self.values[name][value] for name, value in zip(self.names, row.tolist(), strict=True)}

    def _ingredients(self, row: np.ndarray) -> Recipe:
        said = self._attributes(row)
        ids = [name for name, value in said.items() if value == YES]
        ids += [] if said[SPIRIT] == NONE else said[SPIRIT].split(PLUS)
        return catalog().recipe(ids) if ids else ()


def attributes_of(recipe: Sequence[str], glass: str | None) -> dict[str, str]:
    """What is known of a drink: its spirits together, its glass where known, and each other ingredient, yes or no."""
    spirits = [item.id for item in catalog().ingredients if item.kind == "spirit"]
    said = {SPIRIT: PLUS.join(id for id in spirits if id in recipe) or NONE}
    said |= {} if glass is None else {GLASS: glass}
    others = (item.id for item in catalog().ingredients if item.kind != "spirit")
    return said | {id: YES if id in recipe else NO for id in others}


def given_of(text: str) -> dict[str, str]:
    """Attributes from text such as `glass=coupe,spirit=gin`; raises `InputError` where it is none."""
    pairs = [part.split("=", 1) for part in text.split(",") if part.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise InputError(f"{text[:40]!r} is not attributes such as glass=coupe,spirit=gin")
    given: dict[str, str] = {}
    for name, value in ((name.strip(), value.strip()) for name, value in pairs):
        if given.setdefault(name, value) != value:
            raise InputError(f"{name[:40]} is given as {given[name][:40]} and as {value[:40]}: choose one")
    return given
