"""All else that can be sent to a bot."""

import logging

from aiogram import F, Router
from aiogram.types import CallbackQuery, ErrorEvent, Message
from aiogram.utils.i18n import gettext as _

log = logging.getLogger(__name__)
router = Router()


@router.message(F.voice | F.audio | F.video_note)
async def sound(message: Message) -> None:
    await message.reply(_("I cannot listen: write me what to paint, or send a photo of a drink."))


@router.message(F.document)
async def document(message: Message) -> None:
    await message.reply(_("This file is no picture: send a photo, or a JPEG or PNG file."))


@router.message()
async def other(message: Message) -> None:
    await message.reply(_("I understand photos and words: send a photo of a drink, or write what to paint."))


@router.callback_query()
async def old_button(query: CallbackQuery) -> None:
    await query.answer(_("This button is too old: send the photo or the words again."))


@router.errors()
async def broken(event: ErrorEvent) -> None:
    """Says that something broke, where it can be said."""
    log.error("an update could not be handled", exc_info=event.exception)
    sentence = _("Something broke here, and I have written down what: please try again later.")
    if event.update.message:
        await event.update.message.answer(sentence)
    elif event.update.callback_query:
        await event.update.callback_query.answer(sentence)
