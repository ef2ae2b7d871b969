"""The buttons under messages, and what each says when it is pressed (64 bytes at most)."""

from typing import Any, Literal

from aiogram.filters.callback_data import CallbackData
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup
from aiogram.utils.i18n import gettext as _
from aiogram.utils.keyboard import InlineKeyboardBuilder, KeyboardBuilder

from cocktailman.bot import styling
from cocktailman.bot.languages import LANGUAGES


class PhotoButton(CallbackData, prefix="photo"):
    """Do something with a photo."""

    photo: str
    do: Literal["paint", "stylise", "cut"]


class PaintingButton(CallbackData, prefix="painting"):
    """Paint a drink anew, or do something with its picture."""

    painting: str
    do: Literal["style", "typical", "model", "stylise"]


class CancelButton(CallbackData, prefix="cancel"):
    """Stop a job."""

    job: str


class LanguageButton(CallbackData, prefix="speak"):
    """Choose a language."""

    language: str


def of_photos(photos: list[str]) -> InlineKeyboardMarkup:
    """A row for each photo, numbered where there are several."""
    keyboard = InlineKeyboardBuilder()
    for number, photo in enumerate(photos, start=1):
        start = f"{number} · " if len(photos) > 1 else ""
        keyboard.button(text=start + _("Paint this"), callback_data=PhotoButton(photo=photo, do="paint"))
        keyboard.button(text=_("Stylise"), callback_data=PhotoButton(photo=photo, do="stylise"))
        keyboard.button(text=_("Cut out"), callback_data=PhotoButton(photo=photo, do="cut"))
    return _markup(keyboard.adjust(3))


def of_painting(id: str, painting: dict[str, Any], other: str) -> InlineKeyboardMarkup:
    """Another style, typical or random ones, the model `other`."""
    keyboard = InlineKeyboardBuilder()
    keyboard.button(text=_("Another style"), callback_data=PaintingButton(painting=id, do="style"))
    if painting.get("knows_typical"):
        label = _("Any style") if painting["typical"] else _("A typical style")
        keyboard.button(text=label, callback_data=PaintingButton(painting=id, do="typical"))
    if other != painting["model"]:
        keyboard.button(text=_("By {model}").format(model=other), callback_data=PaintingButton(painting=id, do="model"))
    keyboard.button(text=_("Stylise"), callback_data=PaintingButton(painting=id, do="stylise"))
    return _markup(keyboard.adjust(2))


def of_stylised(content: str) -> InlineKeyboardMarkup:
    """Another style for the same photo."""
    keyboard = InlineKeyboardBuilder()
    keyboard.button(text=_("Another style"), callback_data=PhotoButton(photo=content, do="stylise"))
    return _markup(keyboard)


def cancel(job: str) -> InlineKeyboardMarkup:
    keyboard = InlineKeyboardBuilder()
    keyboard.button(text=_("Cancel"), callback_data=CancelButton(job=job))
    return _markup(keyboard)


def languages() -> InlineKeyboardMarkup:
    keyboard = InlineKeyboardBuilder()
    for language, name in LANGUAGES.items():
        keyboard.button(text=name, callback_data=LanguageButton(language=language))
    return _markup(keyboard)


class StyleButton(CallbackData, prefix="shelf"):
    """Choose a style of the shelf."""

    name: str


class StrengthButton(CallbackData, prefix="strength"):
    """How strongly to stylise."""

    per_cent: int


class MethodButton(CallbackData, prefix="method"):
    """By which method to stylise; "go" begins."""

    name: str


STRENGTHS = (25, 50, 75, 100)


def shelf() -> InlineKeyboardMarkup:
    """The styles that ship, numbered as on their sheet."""
    keyboard = InlineKeyboardBuilder()
    for number, (name, title) in enumerate(styling.titles().items(), start=1):
        keyboard.button(text=f"{number} · {title}", callback_data=StyleButton(name=name))
    return _markup(keyboard.adjust(2))


def manner(chosen: dict[str, Any]) -> InlineKeyboardMarkup:
    """Strength and method, the chosen ones ticked, and a button that begins."""
    keyboard, labels = InlineKeyboardBuilder(), {styling.ADAIN: _("At once"), styling.GATYS: _("Slowly, finer")}
    for per_cent in STRENGTHS:
        tick = "✓ " if per_cent == chosen["strength"] else ""
        keyboard.button(text=f"{tick}{per_cent} %", callback_data=StrengthButton(per_cent=per_cent))
    for name in styling.METHODS:
        tick = "✓ " if name == chosen["method"] else ""
        keyboard.button(text=tick + labels[name], callback_data=MethodButton(name=name))
    keyboard.button(text=_("Stylise"), callback_data=MethodButton(name="go"))
    return _markup(keyboard.adjust(len(STRENGTHS), len(styling.METHODS), 1))


def _markup(keyboard: KeyboardBuilder[InlineKeyboardButton]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=keyboard.export())
