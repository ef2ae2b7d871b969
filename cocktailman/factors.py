"""The factors of a drink's picture that can be asked for: their values in words, and as numbers for networks.

A network sees every factor in a place of its own, beside whether it is known: a factor that is not known, or was
dropped, is all zeros and says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cocktailman.catalog import GLASSES, catalog
from cocktailman.colour import display
from cocktailman.errors import InputError
from cocktailman.mixtures import DEPTH, linear_rgb, look_of

Value: TypeAlias = float | str | tuple[str, ...]  # of a number or an angle, of one word, of any number of words
Values: TypeAlias = Mapping[str, Value]  # by the name of the factor; what is not there is not known

ICE = ("none", "cubes", "crushed", "large", "balls")
# The pieces that renders are dressed with.
# fmt: off
GARNISH = (
    "berries", "celery_stalk", "cherry",
    "cherry_floating", "cherry_sunk", "chocolate", "coffee_beans", "cucumber_floating", "cucumber_ribbon",
    "cucumber_wheel", "lemon_floating", "lemon_half_wheel", "lemon_peel", "lemon_wedge", "lemon_wheel",
    "lime_floating", "lime_half_wheel", "lime_peel", "lime_wedge", "lime_wheel", "mint_floating", "mint_sprig",
    "nutmeg", "olive_pick", "orange_floating", "orange_half_wheel", "orange_peel", "orange_wedge", "orange_wheel",
    "pineapple_leaf", "pineapple_wedge", "salt_rim", "strawberry", "sugar_rim",
)
# fmt: on


@dataclass(frozen=True)
class Factor:
    """What is common to all: a name, how a page calls it, and one sentence about it."""

    name: str
    label: str
    help: str

    @property
    def width(self) -> int:
        """How many numbers it is to a network."""
        raise NotImplementedError

    def parse(self, text: str, old: Value | None = None) -> Value:
        """The value a person wrote; raises `InputError` where it is none."""
        raise NotImplementedError

    def write(self, value: Value) -> str:
        """The value as a person would write it, which `parse` reads."""
        raise NotImplementedError

    def encode(self, value: Value) -> npt.NDArray[np.float32]:
        """The value as numbers of about unit size, shape (width,)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Number(Factor):
    """A number from `low` to `high`; on a scale of ratios where it is `logarithmic`."""

    low: float
    high: float
    form: str = "%.2f"
    unit: str = ""
    logarithmic: bool = False
    width: int = field(default=1, init=False)

    def parse(self, text: str, old: Value | None = None) -> float:
        value = _number(text, self.name)
        if not self.low <= value <= self.high:
            raise InputError(f"{self.name} {text[:20]} is out of range: give {self.low:g} to {self.high:g}{self.unit}")
        return value

    def write(self, value: Value) -> str:
        return self.form % _real(value)

    def encode(self, value: Value) -> npt.NDArray[np.float32]:
        scale = math.log if self.logarithmic else float
        low, high = scale(self.low), scale(self.high)
        return np.array([2 * (scale(_real(value)) - low) / (high - low) - 1], np.float32)


@dataclass(frozen=True)
class Angle(Factor):
    """Degrees from -180 to 180, of which the ends are next to each other."""

    width: int = field(default=2, init=False)

    def parse(self, text: str, old: Value | None = None) -> float:
        value = _number(text, self.name)
        if not -180 <= value <= 180:
            raise InputError(f"{self.name} {text[:20]} is out of range: give -180 to 180 degrees")
        return value

    def write(self, value: Value) -> str:
        return f"{_real(value):.0f}"

    def encode(self, value: Value) -> npt.NDArray[np.float32]:
        turned = math.radians(_real(value))
        return np.array([math.cos(turned), math.sin(turned)], np.float32)


@dataclass(frozen=True)
class Word(Factor):
    """One of some words."""

    words: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.words)

    def parse(self, text: str, old: Value | None = None) -> str:
        if text not in self.words:
            raise InputError(f"unknown {self.name} {text[:40]!r}: choose one of {', '.join(self.words)}")
        return text

    def write(self, value: Value) -> str:
        return str(value)

    def encode(self, value: Value) -> npt.NDArray[np.float32]:
        return np.array([word == value for word in self.words], np.float32)


@dataclass(frozen=True)
class Words(Factor):
    """Any number of some words; `+word` and `-word` add to and take from what there was."""

    words: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.words)

    def parse(self, text: str, old: Value | None = None) -> tuple[str, ...]:
        if text in {"", "none"}:
            return ()
        relative = text[0] in "+-"
        if relative and old is None:
            raise InputError(f"it is not known what {self.name} there was: name all of the new, separated by commas")
        chosen = set(_listed(old)) if relative else set[str]()
        for part in text.split(","):
            sign, word = (part[:1], part[1:]) if part[:1] in {"+", "-"} else ("+", part)
            if word not in self.words:
                raise InputError(f"unknown {self.name} {word[:40]!r}: choose among {', '.join(self.words)}")
            chosen = chosen | {word} if sign == "+" else chosen - {word}
        return tuple(word for word in self.words if word in chosen)

    def write(self, value: Value) -> str:
        return ",".join(_listed(value)) or "none"

    def encode(self, value: Value) -> npt.NDArray[np.float32]:
        return np.array([word in _listed(value) for word in self.words], np.float32)


LOOK = 7  # numbers that a mixture's look is
DIRECTION = "garnish_direction"
TO_THE_RIGHT = 90.0  # degrees, where a garnish is to sit on a drink of which that is not known


@dataclass(frozen=True)
class Mixed(Words):
    """Ingredients; a network is also told how their mixture looks (see `cocktailman.mixtures`): colour through a glass,
    cloudiness, the colour of the cloud. It need not learn of each ingredient by itself what all have in common."""

    @property
    def width(self) -> int:
        return len(self.words) + LOOK

    def encode(self, value: Value) -> npt.NDArray[np.float32]:
        look = look_of(_listed(value))
        if look is None:
            return np.concatenate([super().encode(value), np.zeros(LOOK, np.float32)])
        through = display(linear_rgb(np.exp(-DEPTH * np.array(look.absorption))))
        seen = np.concatenate([through, [look.cloud], display(look.colour)])
        return np.concatenate([super().encode(value), 2 * seen - 1]).astype(np.float32)


@cache
def factors() -> dict[str, Factor]:
    """All factors that networks are told, by name, in their order there."""
    ingredients = tuple(item.id for item in catalog().ingredients if item.id != "ice")  # which is a factor of its own
    listed: tuple[Factor, ...] = (
        Number("fill", "Fill", "how full the glass is, as a share of its inner height", 0.3, 0.95),
        Word("glass", "Glass", "the vessel itself", GLASSES),
        Word("ice", "Ice", "its kind, or none", ICE),
        Words("garnish", "Garnish", "the pieces on and around the rim, and on the surface", GARNISH),
        Mixed("ingredients", "Ingredients", "what the drink is mixed of, which gives it its colour", ingredients),
        Angle("light_azimuth", "Light from", "where the lamp stands: 0 at the camera, 90 to its right, in degrees"),
        Number("light_warmth", "Light's colour", "2700 K: candle light; 6800 K: a dull day", 2700, 6800, "%.0f", " K"),
        Number("light_strength", "Light's strength", "1 is usual", 0.4, 1.8, logarithmic=True),
        Number("light_elevation", "Light's height", "of the lamp above the table, in degrees", 20, 75, "%.0f"),
        Number("camera_elevation", "Camera's height", "above the table, in degrees", 3, 40, "%.0f"),
        Angle(DIRECTION, "Garnish at", "where on the rim the garnish sits: 0 at the camera, 90 to its right"),
    )
    return {item.name: item for item in listed}


# What a render was made with and without: these can be judged. The others only tell a network how a picture was taken.
CHANGEABLE = (
    "fill", "glass", "ice", "garnish", "ingredients", "light_azimuth", "light_warmth", "light_strength",
)  # fmt: skip


# What a visitor can tell of a photo.
TELLABLE = ("glass", "fill", "ingredients", "camera_elevation")


def places() -> dict[str, slice]:
    """Where the numbers of each factor lie in an encoding."""
    ends = np.cumsum([item.width for item in factors().values()])
    return {
        name: slice(int(end) - item.width, int(end)) for (name, item), end in zip(factors().items(), ends, strict=True)
    }


def known_at(name: str) -> int:
    """Where it is said of a factor whether it is known, among all."""
    return list(factors()).index(name)


def encoded_width() -> int:
    """How many numbers an encoding has."""
    return sum(item.width for item in factors().values())


def encode(values: Values) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Numbers (encoded_width,), and whether each factor is known (n_factors,)."""
    numbers = [
        item.encode(values[name]) if name in values else np.zeros(item.width, np.float32)
        for name, item in factors().items()
    ]
    known = np.array([name in values for name in factors()], np.float32)
    return np.concatenate(numbers), known


def encode_all(rows: Sequence[Values]) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """`encode` of several: (n, encoded_width) and (n, n_factors)."""
    encoded = [encode(row) for row in rows]
    return np.stack([numbers for numbers, _ in encoded]), np.stack([known for _, known in encoded])


def values_of(facts: Mapping[str, Any]) -> dict[str, Value]:
    """The factors of a render, from what is known of it (a row of factors.parquet, or the facts of a scene)."""
    found: dict[str, Value] = {}
    known = {DIRECTION: _direction(facts), **facts}
    for name, item in factors().items():
        value = known[name] if name in known else known["recipe"]
        if isinstance(item, Words):
            words = value.split() if isinstance(value, str) else value
            found[name] = tuple(word for word in item.words if word in words)
        else:
            found[name] = str(value) if isinstance(item, Word) else float(value)
    return found


def _direction(facts: Mapping[str, Any]) -> float:
    """Where the first piece of garnish sits, from -180 to 180 as the camera sees it; a render says it as seen from the
    table, where 0 is to the right."""
    return (facts["garnish_azimuth"] + facts["camera_azimuth"] + 90 + 180) % 360 - 180


def changeable(name: str) -> Factor:
    """A factor that can be changed; raises `InputError` that names those there are."""
    if name not in CHANGEABLE:
        raise InputError(f"there is no factor {name[:40]!r} to change: choose one of {', '.join(CHANGEABLE)}")
    return factors()[name]


def read_change(text: str, before: Values) -> tuple[str, Value]:
    """Which factor becomes what, of FACTOR=VALUE; raises `InputError` where it is no such thing."""
    name, value = _parts_of(text, "change")
    return name, changeable(name).parse(value, before.get(name))


def read_known(text: str) -> tuple[str, Value]:
    """What is known of a picture, of FACTOR=VALUE, of any factor; raises `InputError` where it is no such thing."""
    name, value = _parts_of(text, "known factor")
    if name not in factors():
        raise InputError(f"there is no factor {name[:40]!r}: choose one of {', '.join(factors())}")
    return name, factors()[name].parse(value)


def _parts_of(text: str, what: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise InputError(f"the {what} is {text[:40]!r}: write it as FACTOR=VALUE, such as fill=0.5 or glass=coupe")
    return name.strip(), value.strip()


def _number(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{name} is {text[:40]!r}: write a number")
    return value


def _real(value: Value) -> float:
    assert isinstance(value, int | float), value
    return float(value)


def _listed(value: Value | None) -> tuple[str, ...]:
    assert isinstance(value, tuple), value
    return value
