"""What is said of an outcome, and of a job that is still to be done. Plain functions, in the language of the moment."""

from dataclasses import dataclass
from html import escape
from typing import Any

from aiogram.types import InlineKeyboardMarkup
from aiogram.utils.i18n import gettext as _
from aiogram.utils.i18n import ngettext

from cocktailman.bot import keyboards, styling
from cocktailman.bot.job_queue import Pending
from cocktailman.bot.paintings import Painting, other_painter
from cocktailman.bot.settings import MAX_JOBS
from cocktailman.catalog import catalog

MAX_TEXT, MAX_CAPTION = 4096, 1024  # letters that Telegram takes


@dataclass(frozen=True)
class Answer:
    """A message to be: its text, or the caption of its picture."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    picture: bytes = b""
    file: str = ""  # the name under which the picture goes as a file, for the sake of its transparency


def seen(facts: dict[str, Any], language: str) -> Answer:
    """What was found in one or several photos."""
    several = len(facts["seen"]) > 1
    parts = []
    for number, photo in enumerate(facts["seen"], start=1):
        head = [_("<b>Photo {number}</b>").format(number=number)] if several else []
        parts.append("\n".join([*head, *_drinks(photo["drinks"], language)]))
    return Answer("\n\n".join(parts)[:MAX_TEXT], keyboards.of_photos([photo["photo"] for photo in facts["seen"]]))


def _drinks(drinks: list[dict[str, Any]], language: str) -> list[str]:
    if drinks[0]["box"] is None:
        return [
            _("I find no drink in this photo. If there is one after all, then perhaps this:"),
            _reading(drinks[0], language),
        ]
    if len(drinks) == 1:
        return [_reading(drinks[0], language)]
    head = ngettext("{count} drink", "{count} drinks", len(drinks)).format(count=len(drinks))
    return [head, *(f"{number}. {_reading(drink, language)}" for number, drink in enumerate(drinks, start=1))]


def _reading(drink: dict[str, Any], language: str) -> str:
    """Likely cocktails, then ingredients, each with its probability."""
    first, *others = [f"{_cocktail(name, language)} {share:.0%}" for name, share in drink["cocktails"]]
    likely = ", ".join([f"<b>{first}</b>", *others])
    ingredients = ", ".join(
        f"{catalog().ingredient(id).name_in(language)} {share:.0%}" for id, share in drink["ingredients"]
    )
    return likely + "\n" + (ingredients or _("No ingredient is likely enough."))


def _cocktail(name: str, language: str) -> str:
    return catalog().cocktail(name).name_in(language)


def painted(painting: Painting, picture: bytes, language: str) -> Answer:
    """A painted drink, and what it is."""
    nearest, share = catalog().nearest_cocktail(painting.recipe)
    name = [f"<b>{nearest.name_in(language)}</b>"] if share == 1 else []
    words = catalog().describe(painting.recipe, language)
    style = _style_words(painting)
    lines = [*name, words, _("Painted by {model}, {style}.").format(model=painting.model, style=style), *painting.notes]
    return Answer("\n".join(lines)[:MAX_CAPTION], of_painting(painting), picture)


def of_painting(painting: Painting) -> InlineKeyboardMarkup:
    return keyboards.of_painting(painting.id, vars(painting), other_painter(painting.model))


def _style_words(painting: Painting) -> str:
    if painting.style is not None:
        return _("in the style of your photo")
    if painting.typical and painting.knows_typical:
        return _("in a style typical of it")
    return _("in a style drawn at random")


def cut_out(facts: dict[str, Any], picture: bytes) -> Answer:
    """The drink without its background, and how sure that is."""
    text = _("The drink without its background. I am {share} sure of it.").format(share=f"{facts['confidence']:.0%}")
    return Answer(text, picture=picture, file="cutout.png")


def stylised(parameters: dict[str, Any], picture: bytes) -> Answer:
    """A photo in the manner of another picture, and of which."""
    title = styling.titles()[parameters["style"]] if parameters["style"] else _("your photo")
    methods = {styling.ADAIN: "AdaIN", styling.GATYS: "Gatys"}
    text = _("In the manner of {title}, {strength} %, by {method}.").format(
        title=title, strength=parameters["strength"], method=methods[parameters["method"]]
    )
    return Answer(text, keyboards.of_stylised(parameters["content"]), picture)


def failed(facts: dict[str, Any]) -> Answer:
    """Why there is no other answer, and what to do."""
    sentences = {
        "forgotten": _("I keep photos for a day and no longer have this one: send it again."),
        "no drink": _(
            "I cannot cut out a drink here: send a photo that shows one whole, with some background around it."
        ),
        "broken": _("Something broke here, and I have written down what: please try again later."),
    }
    sentence = sentences.get(facts["why"])
    return Answer(sentence or _("That cannot be done: {reason}.").format(reason=escape(facts["words"])))


def too_many() -> Answer:
    """Why a job was not queued."""
    text = ngettext(
        "You have {count} task under way, the most one may have: wait for it, or send /cancel.",
        "You have {count} tasks under way, the most one may have: wait for one of them, or send /cancel.",
        MAX_JOBS,
    )
    return Answer(text.format(count=MAX_JOBS))


def cancelled() -> Answer:
    return Answer(_("Cancelled."))


def pending(job: Pending) -> Answer:
    """Where a job is in the queue, or how far it is."""
    if job.place:
        text = _("In the queue: place {place}.").format(place=job.place)
    elif job.share is None:
        text = _("Working on it …")
    else:
        left = _rounded(job.left or 0)
        text = ngettext("{share} done, about {left} second to go.", "{share} done, about {left} seconds to go.", left)
        text = text.format(share=f"{job.share:.0%}", left=left)
    return Answer(text, keyboards.cancel(job.job.id))


def _rounded(seconds: float) -> int:
    """Seconds as a person would estimate them."""
    step = 1 if seconds < 10 else 5 if seconds < 60 else 10
    return max(1, step * round(seconds / step))
