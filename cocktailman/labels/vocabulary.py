"""The labels whose truth is known of renders or photos, those to begin with, and those kept out of training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from cocktailman.catalog import catalog
from cocktailman.errors import InputError

DEFAULT = (  # twenty to begin with, no two of which say the same
    "lime wedge",
    "lemon slice",
    "orange slice",
    "mint",
    "cherry",
    "olives",
    "pineapple",
    "straw",
    "salt rim",
    "foam",
    "ice cubes",
    "crushed ice",
    "copper mug",
    "martini glass",
    "champagne flute",
    "highball glass",
    "red drink",
    "white drink",
    "bar light",
    "outdoors",
)
# No caption of training has them. Drawn up before anything was measured, some of every column.
HELD_OUT = (
    "wine glass",
    "julep cup",
    "balls of ice",
    "lemon wedge",
    "orange wheel",
    "lime peel",
    "floating mint leaves",
    "cucumber wheel",
    "strawberry",
    "coffee beans",
    "walnut table",
    "slate table",
    "beach",
    "kitchen",
    "orange drink",
    "Negroni",
    "Moscow Mule",
    "Bloody Mary",
    "cranberry juice",
    "grenadine",
)
SAME = ("metal cup", "berries", "strawberry on the rim")  # mean the same as one of those, and are kept out with them
TEMPLATES = (  # their vectors are averaged (CLIP: Radford et al., arXiv 2103.00020, section 3.1.4)
    "a photo of a {label}",
    "a drink with a {label}",
    "{label}",
    "a picture of a cocktail, {label}",
    "a close-up of a {label}",
)
COLOURS = ("red", "pink", "orange", "yellow", "green", "blue", "purple", "brown", "black", "white", "colourless")
LONGEST, MOST = 100, 200  # letters of a label, labels at once


@dataclass(frozen=True)
class Label:
    """What is said, and where it is read: true of a picture whose `column` of facts has any of `words`."""

    text: str
    column: str
    words: frozenset[str]


_ONE_WORD: dict[str, dict[str, str]] = {  # column -> word -> what is said
    "glass": {
        "rocks": "rocks glass",
        "highball": "highball glass",
        "collins": "collins glass",
        "coupe": "coupe",
        "martini": "martini glass",
        "margarita": "margarita glass",
        "hurricane": "hurricane glass",
        "wine": "wine glass",
        "flute": "champagne flute",
        "copper_mug": "copper mug",
        "irish_coffee": "Irish coffee glass",
        "shot": "shot glass",
        "pint": "pint glass",
        "julep_cup": "julep cup",
    },
    "ice": {
        "none": "no ice",
        "cubes": "ice cubes",
        "crushed": "crushed ice",
        "large": "large ice block",
        "balls": "balls of ice",
    },
    "background": {
        "bar_night": "dark bar at night",
        "living_room": "living room",
        "bar_shelves": "bar shelves with bottles",
        "cafe_day": "café by day",
        "beach": "beach",
        "studio_dark": "dark studio",
        "kitchen": "kitchen",
        "bar_warm": "warm bar",
        "colour_wall": "coloured wall",
        "garden": "garden",
        "window": "window",
        "studio_light": "bright studio",
        "terrace_dusk": "terrace at dusk",
    },
    "table": {
        "marble": "marble table",
        "zinc": "zinc table",
        "paper": "paper backdrop",
        "concrete": "concrete table",
        "tiles": "tiled table",
        "linen": "linen tablecloth",
        "oak": "oak table",
        "terrazzo": "terrazzo table",
        "painted_white": "white wooden table",
        "slate": "slate table",
        "black_lacquer": "black lacquered table",
        "walnut": "walnut table",
        "weathered": "weathered wooden table",
    },
    "garnish": {
        "mint_floating": "floating mint leaves",
        "mint_sprig": "mint sprig",
        "cherry_floating": "floating cherry",
        "cherry_sunk": "cherry at the bottom",
        "cherry": "cherry on the rim",
        "coffee_beans": "coffee beans",
        "chocolate": "chocolate shavings",
        "nutmeg": "grated nutmeg",
        "sugar_rim": "sugar rim",
        "straw": "straw",
        "strawberry": "strawberry on the rim",
        "berries": "berries",
        "pineapple_leaf": "pineapple leaf",
        "pineapple_wedge": "pineapple wedge",
        "cucumber_floating": "floating cucumber slice",
        "cucumber_ribbon": "cucumber ribbon",
        "cucumber_wheel": "cucumber wheel",
    },
    "fruit": {  # as one sees it, however it is cut
        "lemon": "lemon",
        "lime": "lime",
        "orange": "orange",
        "mint": "mint",
        "strawberry": "strawberry",
        "cherry": "cherry",
        "pineapple": "pineapple",
        "olive": "olives",
        "cucumber": "cucumber",
        "celery": "celery",
        "salt": "salt rim",
    },
    "foam": {"foam": "foam"},
    "colour": {colour: f"{colour} drink" for colour in COLOURS},
}
_ANY_OF: dict[str, dict[str, tuple[str, ...]]] = {  # column -> what is said -> words
    "glass": {
        "stemmed glass": ("coupe", "martini", "margarita", "wine", "flute", "hurricane"),
        "tall glass": ("highball", "collins", "flute", "hurricane", "pint"),
        "metal cup": ("copper_mug", "julep_cup"),
    },
    "ice": {"ice": ("cubes", "crushed", "large", "balls")},
    "background": {
        "bar light": ("bar_night", "bar_warm", "bar_shelves"),
        "outdoors": ("beach", "garden", "terrace_dusk"),
    },
    "table": {
        "dark table": ("black_lacquer", "slate", "walnut"),
        "wooden table": ("oak", "walnut", "weathered", "painted_white"),
    },
    "fruit": {"citrus": ("lemon", "lime", "orange")},
}
_CUTS = {
    "floating": "floating {} slice",
    "half_wheel": "half wheel of {}",
    "peel": "{} peel",
    "wedge": "{} wedge",
    "wheel": "{} wheel",
}
_SLICES = ("floating", "half_wheel", "wheel", "wedge")


@cache
def labels() -> tuple[Label, ...]:
    """All labels whose truth is known somewhere, each text once."""
    return tuple({one.text: one for one in _all()}.values())


@cache
def training_labels() -> tuple[Label, ...]:
    """Those that captions of training are made of."""
    return tuple(one for one in labels() if one.text not in {*HELD_OUT, *SAME})


def label_of(text: str) -> Label | None:
    """The label of this text, if anything is known of it."""
    return _by_text().get(text.strip().lower())


def known_labels(texts: Iterable[str]) -> list[Label]:
    """Those of the texts whose truth may be known, in their order."""
    return [one for one in map(label_of, texts) if one]


def check_labels(texts: Sequence[str]) -> tuple[str, ...]:
    """Labels without empty ones and doubles; raises `InputError` where there are none, too many, or too long ones."""
    kept = tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
    if not 1 <= len(kept) <= MOST:
        raise InputError(f"{len(kept)} labels are given: name 1 to {MOST}, separated by commas")
    if too_long := [text for text in kept if len(text) > LONGEST]:
        raise InputError(f"the label {too_long[0][:20]!r}... is longer than {LONGEST} letters: shorten it")
    return kept


@cache
def _by_text() -> dict[str, Label]:
    return {one.text.lower(): one for one in labels()}


def _all() -> Iterator[Label]:
    for column, said in _ONE_WORD.items():
        yield from (Label(text, column, frozenset({word})) for word, text in said.items())
    for column, groups in _ANY_OF.items():
        yield from (Label(text, column, frozenset(words)) for text, words in groups.items())
    for fruit in ("lemon", "lime", "orange"):
        yield from (Label(said.format(fruit), "garnish", frozenset({f"{fruit}_{cut}"})) for cut, said in _CUTS.items())
        yield Label(f"{fruit} slice", "garnish", frozenset(f"{fruit}_{cut}" for cut in _SLICES))
    yield from (Label(item.name, "cocktail", frozenset({item.name})) for item in catalog().cocktails)
    for item in catalog().ingredients:
        if item.kind != "garnish" and item.id not in {"ice", "beer"}:  # those are labels of their own
            yield Label(item.name[:1].lower() + item.name[1:], "ingredients", frozenset({item.id}))
