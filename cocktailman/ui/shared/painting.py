"""What a picture was painted from, as it travels in a URL: model, recipe, and a style or the seed of a random one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cocktailman.catalog import DEFAULT_COCKTAIL, Recipe, catalog
from cocktailman.cutouts import NO_GROUND
from cocktailman.errors import InputError

SEEDS = 10**9  # from 0 on; as many as the pages offer


@dataclass(frozen=True)
class Painting:
    """All that makes a picture what it is; where `style` is None the seed decides, and `typical` what it draws from."""

    model: str
    recipe: Recipe
    seed: int = 0
    style: tuple[float, ...] | None = None
    typical: bool = False  # of the recipe, rather than of the prior
    ground: str = ""  # under a cut-out: none, or a colour as #rrggbb; the default where nothing is said

    def query(self) -> dict[str, str]:
        """The painting as URL parameters; `read_query` is the inverse."""
        parameters = {"model": self.model, "recipe": ",".join(self.recipe), "seed": str(self.seed)}
        if self.style is not None:
            parameters["style"] = ",".join(f"{number:.2f}" for number in self.style)
        if self.typical:
            parameters["typical"] = "yes"
        if self.ground:
            parameters["ground"] = self.ground.removeprefix("#")
        return parameters


def read_query(query: Mapping[str, str], models: Sequence[str]) -> tuple[Painting, list[InputError]]:
    """The painting of URL parameters, and what of them could not be used: that part is as if it were not there.

    The length of a style is not checked here: only the model knows it.
    """
    painting = Painting(models[0], catalog().cocktail(DEFAULT_COCKTAIL).recipe)
    errors = []
    for name, read in _READERS.items():
        if name in query:
            try:
                painting = replace(painting, **{name: read(query[name], models)})
            except InputError as error:
                errors.append(error)
    return painting, errors


def _model(text: str, models: Sequence[str]) -> str:
    if text not in models:
        raise InputError(f"the link names a model that is not here ({text[:40]}): choose one below")
    return text


def _recipe(text: str, models: Sequence[str]) -> Recipe:
    return catalog().recipe(filter(None, text.split(",")))


def _seed(text: str, models: Sequence[str]) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < len(str(SEEDS))):
        raise InputError(f"the link's seed ({text[:40]}) is not a whole number below a billion: choose one below")
    return int(text)


def _style(text: str, models: Sequence[str]) -> tuple[float, ...]:
    try:
        return tuple(float(number) for number in text.split(","))
    except ValueError:
        raise InputError(f"the link's style ({text[:40]}) is not numbers separated by commas") from None


def _typical(text: str, models: Sequence[str]) -> bool:
    if text not in {"yes", "no"}:
        raise InputError(f"the link's typical ({text[:40]}) is neither yes nor no: choose below")
    return text == "yes"


def _ground(text: str, models: Sequence[str]) -> str:
    if text != NO_GROUND and not re.fullmatch("[0-9a-fA-F]{6}", text):
        raise InputError(f"the link's ground ({text[:40]}) is neither none nor a colour such as f4efe6: choose below")
    return text if text == NO_GROUND else f"#{text}"


_READERS = {"model": _model, "recipe": _recipe, "seed": _seed, "style": _style, "typical": _typical, "ground": _ground}
