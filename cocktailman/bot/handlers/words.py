"""Words: a cocktail, or ingredients, that are to be painted."""

from html import escape

from aiogram import F, Router
from aiogram.types import Message
from aiogram.utils.i18n import I18n
from aiogram.utils.i18n import gettext as _

from cocktailman.bot import paintings
from cocktailman.bot.handlers.submit import Submitter
from cocktailman.bot.paintings import Painting
from cocktailman.bot.recipe_text import MAX_LETTERS, ParsedRecipe, nearest, parse_recipe

router = Router()


@router.message(F.text.startswith("/"))
async def unknown_command(message: Message) -> None:
    await message.answer(_("I do not know this command: /help says what I can do."))


@router.message(F.text)
async def words(message: Message, submitter: Submitter, i18n: I18n) -> None:
    text = message.text or ""
    if len(text) > MAX_LETTERS:
        await message.reply(_("That is too long for a recipe: send up to {most} letters.").format(most=MAX_LETTERS))
        return
    parsed = parse_recipe(text)
    if not parsed.recipe:
        await message.reply(_not_understood(text, i18n.current_locale))
        return
    notes = tuple(_notes(parsed, i18n.current_locale))
    painting = Painting(submitter.id, paintings.painters()[0], parsed.recipe, submitter.seed, notes=notes)
    if refusal := await submitter.paint(painting, message):
        await message.reply(refusal)


def _not_understood(text: str, language: str) -> str:
    name = nearest(text).name_in(language)
    return _("I know no drink or ingredient called “{typed}”: did you mean “{name}”?").format(
        typed=escape(text[:60]), name=name
    )


def _notes(parsed: ParsedRecipe, language: str) -> list[str]:
    """What was guessed, and what was left out."""
    notes = [
        _("“{typed}” read as {name}.").format(typed=escape(typed), name=item.name_in(language))
        for typed, item in parsed.guesses
    ]
    if parsed.unknown:
        notes.append(_("Left out, as I do not know it: {words}.").format(words=escape(", ".join(parsed.unknown))))
    return notes
