"""What a picture was painted from, as it travels in a URL: model, recipe, and a style or the seed of a random one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from cocktailman.catalog import Recipe, catalog
from cocktailman.cutouts import NO_GROUND
from cocktailman.errors import InputError

SEEDS = 10**9  # from 0 on; as many as the pages offer
FIRST_DRINK, FIRST_SEED = "Cosmopolitan", 4  # what a page opens with: it shows well, and any other is a click away


@dataclass(frozen=True)
class Painting:
    """All that makes a picture what it is; where `style` is None the seed decides, and `typical` what it draws from."""

    model: str
    recipe: Recipe
    seed: int = 0
    style: tuple[float, ...] | None = None
    typical: bool = True  # of the recipe, where the model knows that, rather than of the prior
    ground: str = ""  # under a cut-out: none, or a colour as #rrggbb; the default where nothing is said
    dozen: bool = False  # whether it is shown among eleven others of the seed
    truncation: float = 1.0  # what the distance of a random style from the mean is multiplied by

    def query(self) -> dict[str, str]:
        """The painting as URL parameters; `read_query` is the inverse."""
        parameters = {"model": self.model, "recipe": ",".join(self.recipe), "seed": str(self.seed)}
        if self.style is not None:
            parameters["style"] = ",".join(f"{number:.2f}" for number in self.style)
        if not self.typical:
            parameters["typical"] = "no"
        if self.ground:
            parameters["ground"] = self.ground.removeprefix("#")
        if self.dozen:
            parameters["dozen"] = "yes"
        if self.truncation != 1:
            parameters["truncation"] = f"{self.truncation:.2f}"
        return parameters


def read_query(query: Mapping[str, str], models: Sequence[str]) -> tuple[Painting, list[InputError]]:
    """The painting of URL parameters, and what of them could not be used: that part is as if it were not there.

    The length of a style is not checked here: only the model knows it.
    """
    painting = Painting(models[0], catalog().cocktail(FIRST_DRINK).recipe, FIRST_SEED)
    errors: list[InputError] = []
    for name, read in _READERS.items():
        if name in query:
            text, unknown = _known_of(query[name]) if name == "recipe" else (query[name], [])
            errors += unknown
            try:
                painting = replace(painting, **{name: read(text, models)})
            except InputError as error:
                errors.append(error)
    return painting, errors


def _model(text: str, models: Sequence[str]) -> str:
    if text not in models:
        raise InputError(f"the link names a model that is not here ({text[:40]}): choose one below")
    return text


def _recipe(text: str, models: Sequence[str]) -> Recipe:
    return catalog().recipe(filter(None, text.split(",")))


def _known_of(text: str) -> tuple[str, list[InputError]]:
    """Of a recipe the ingredients that are known; and what is wrong with the others, where some are."""
    known, errors = [], []
    for name in filter(None, text.split(",")):
        try:
            known.append(catalog().ingredient(name).id)
        except InputError as error:
            errors.append(error)
    return (",".join(known), errors) if known else (text, [])


def _seed(text: str, models: Sequence[str]) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(SEEDS))):
        raise InputError(f"the link's seed ({text[:40]}) is not a whole number below a billion: choose one below")
    return int(text)


def _style(text: str, models: Sequence[str]) -> tuple[float, ...]:
    try:
        return tuple(float(number) for number in text.split(","))
    except ValueError:
        raise InputError(f"the link's style ({text[:40]}) is not numbers separated by commas") from None


def _yes(name: str) -> Callable[[str, Sequence[str]], bool]:
    def read(text: str, models: Sequence[str]) -> bool:
        if text not in {"yes", "no"}:
            raise InputError(f"the link's {name} ({text[:40]}) is neither yes nor no: choose below")
        return text == "yes"

    return read


def _ground(text: str, models: Sequence[str]) -> str:
    if text != NO_GROUND and not re.fullmatch("[0-9a-fA-F]{6}", text):
        raise InputError(f"the link's ground ({text[:40]}) is neither none nor a colour such as f4efe6: choose below")
    return text if text == NO_GROUND else f"#{text}"


def _truncation(text: str, models: Sequence[str]) -> float:
    if not re.fullmatch(r"0(\.\d{1,3})?|1(\.0{1,3})?", text, re.ASCII):
        raise InputError(f"the link's truncation ({text[:40]}) is not a number from 0 to 1: choose below")
    return float(text)


_READERS = {
    "model": _model,
    "recipe": _recipe,
    "seed": _seed,
    "style": _style,
    "typical": _yes("typical"),
    "ground": _ground,
    "dozen": _yes("dozen"),
    "truncation": _truncation,
}
PARAMETERS = tuple(_READERS)  # of a URL
