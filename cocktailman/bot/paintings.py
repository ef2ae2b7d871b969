"""A painted drink under its message: what it was painted from, so that a button can change a part of it."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from redis.asyncio import Redis

from cocktailman.bot import jobs
from cocktailman.bot.settings import TTL
from cocktailman.catalog import Recipe
from cocktailman.models.checkpoints import list_painters


@dataclass(frozen=True)
class Painting:
    """What a picture was painted from; without a style and a photo to read one from, the seed decides."""

    id: str  # of the job that painted it first
    model: str
    recipe: Recipe
    seed: int
    typical: bool = True
    style: tuple[float, ...] | None = None
    photo: str | None = None  # whose style is taken
    knows_typical: bool = False  # whether its model does
    notes: tuple[str, ...] = ()  # on what was typed, in the words of the user's language

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Painting":
        """The drink whose `asdict` went through JSON."""
        tuples: dict[str, Any] = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        return cls(**(given | tuples))


def painters() -> list[str]:
    """The models that paint: the default one, the others of its domain, all others."""
    first, *others = list_painters()
    return [item.name for item in (first, *sorted(others, key=lambda item: item.domain != first.domain))]


def other_painter(model: str) -> str:
    """The one after a model, around in a circle."""
    names = painters()
    return names[(names.index(model) + 1) % len(names)] if model in names else names[0]


async def keep(redis: Redis, painting: Painting) -> None:
    await redis.set(jobs.painting_key(painting.id), json.dumps(asdict(painting)), ex=TTL)


async def find(redis: Redis, id: str) -> Painting | None:
    """The drink of this id; None where it is forgotten."""
    text = await redis.get(jobs.painting_key(id))
    return Painting.of(json.loads(text)) if text else None


def changed(painting: Painting, do: str, seed: int) -> Painting:
    """The drink after a button: another style, drawn anew, or typical ones or not, or by the other model."""
    if do == "model":
        return replace(painting, model=other_painter(painting.model), style=None)
    if do == "typical":
        return replace(painting, typical=not painting.typical, seed=seed, style=None, photo=None)
    return replace(painting, seed=seed, style=None, photo=None)
