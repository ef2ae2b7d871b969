"""The dialogue of /stylise: a photo, a style, how strongly and by which method, and off it goes."""

import asyncio
from typing import Any

from aiogram import Bot, F, Router
from aiogram.filters import Command, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import BufferedInputFile, CallbackQuery, InputMediaPhoto, Message
from aiogram.utils.i18n import gettext as _
from redis.asyncio import Redis

from cocktailman.bot import keyboards, photos, styling
from cocktailman.bot.handlers.photos import PICTURES
from cocktailman.bot.handlers.submit import Submitter, answer_button
from cocktailman.bot.jobs import QUICK, SLOW
from cocktailman.bot.keyboards import MethodButton, StrengthButton, StyleButton

router = Router()
router.callback_query.filter(F.message.as_("message"))

STRONG = 75  # per cent, at first


class Dialogue(StatesGroup):
    """What is awaited next."""

    content = State()
    style = State()
    manner = State()


@router.message(Command("stylise"))
async def begin(message: Message, state: FSMContext) -> None:
    await state.set_state(Dialogue.content)
    await message.answer(_("Send me the photo that is to be stylised."))


async def choose_style(message: Message, state: FSMContext, content: str) -> None:
    """Goes on once the photo is there."""
    await state.set_state(Dialogue.style)
    await state.set_data({"content": content})
    sheet = BufferedInputFile(await asyncio.to_thread(styling.sheet), "styles.jpg")
    words = _("In the manner of which picture? Choose one, or send me a second photo.")
    await message.answer_photo(sheet, caption=words, reply_markup=keyboards.shelf())


@router.message(PICTURES, StateFilter(Dialogue.content))
async def content(message: Message, bot: Bot, redis: Redis, state: FSMContext) -> None:
    if photo := await _kept(message, bot, redis):
        await choose_style(message, state, photo)


@router.message(PICTURES, StateFilter(Dialogue.style, Dialogue.manner))
async def own_style(message: Message, bot: Bot, redis: Redis, state: FSMContext) -> None:
    """A second photo is the style."""
    if photo := await _kept(message, bot, redis):
        data = await _settings(state, photo=photo, style=None)
        await message.answer(_how(), reply_markup=keyboards.manner(data))


@router.callback_query(StyleButton.filter(), StateFilter(Dialogue.style, Dialogue.manner))
async def shipped_style(query: CallbackQuery, callback_data: StyleButton, message: Message, state: FSMContext) -> None:
    """The sheet gives way to the chosen picture, and this to the answer."""
    await query.answer()
    data = await _settings(state, photo=None, style=callback_data.name)
    picture = BufferedInputFile(styling.picture(callback_data.name), "style.jpg")
    await message.edit_media(InputMediaPhoto(media=picture, caption=_how()), reply_markup=keyboards.manner(data))


async def _settings(state: FSMContext, **style: str | None) -> dict[str, Any]:
    """What the job is to be, as far as it is chosen."""
    await state.set_state(Dialogue.manner)
    return await state.update_data({"strength": STRONG, "method": styling.METHODS[0]} | style)


@router.callback_query(StrengthButton.filter(), StateFilter(Dialogue.manner))
async def strength(query: CallbackQuery, callback_data: StrengthButton, message: Message, state: FSMContext) -> None:
    await _change(query, message, state, strength=callback_data.per_cent)


@router.callback_query(MethodButton.filter(F.name != "go"), StateFilter(Dialogue.manner))
async def method(query: CallbackQuery, callback_data: MethodButton, message: Message, state: FSMContext) -> None:
    await _change(query, message, state, method=callback_data.name)


async def _change(query: CallbackQuery, message: Message, state: FSMContext, **change: Any) -> None:
    await query.answer()
    before = await state.get_data()
    after = await state.update_data(**change)
    if after != before:
        await message.edit_reply_markup(reply_markup=keyboards.manner(after))


@router.callback_query(MethodButton.filter(F.name == "go"), StateFilter(Dialogue.manner))
async def go(query: CallbackQuery, message: Message, state: FSMContext, submitter: Submitter) -> None:
    """Asks for it; the message with the buttons becomes the answer."""
    parameters = await state.get_data()
    queue = SLOW if parameters["method"] == styling.GATYS else QUICK
    refusal = await submitter.submit("stylise", parameters, message, edits=True, queue=queue)
    if not refusal:
        await state.clear()
    await answer_button(query, refusal)


@router.message(StateFilter(Dialogue.content, Dialogue.style), ~F.text.startswith("/"))
async def something_else(message: Message) -> None:
    await message.reply(_("I am waiting for a photo: send one, or /cancel."))


async def _kept(message: Message, bot: Bot, redis: Redis) -> str | None:
    """The id of a photo that is kept; None where it is of no use, which it says."""
    try:
        return await photos.keep(message, bot, redis)
    except photos.Unusable as unusable:
        await message.reply(str(unusable))
        return None


def _how() -> str:
    return _("How strongly, and by which method?")
