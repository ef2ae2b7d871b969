"""/start, /help, /language, /cancel."""

from aiogram import F, Router
from aiogram.filters import Command, CommandStart
from aiogram.fsm.context import FSMContext
from aiogram.types import BotCommand, CallbackQuery, Message
from aiogram.utils.i18n import I18n, ngettext
from aiogram.utils.i18n import gettext as _
from redis.asyncio import Redis

from cocktailman.bot import keyboards, languages
from cocktailman.bot.job_queue import Queue

router = Router()


def menu() -> list[BotCommand]:
    """What Telegram offers beside the field in which one writes."""
    return [
        BotCommand(command="help", description=_("What I can do")),
        BotCommand(command="stylise", description=_("A photo in the manner of a painting")),
        BotCommand(command="language", description=_("English or Russian")),
        BotCommand(command="cancel", description=_("Stop what is under way")),
    ]


@router.message(CommandStart())
@router.message(Command("help"))
async def help(message: Message) -> None:
    await message.answer(
        _(
            "Send me <b>a photo</b> of a drink: I say what is in it, paint it anew, stylise it or cut it out. "
            "Several at once are welcome.\n"
            "Send me <b>words</b>, such as <i>gin, tonic, mint</i> or <i>Mojito</i>: I paint the drink.\n"
            "/stylise paints a photo in the manner of a picture.\n"
            "/language: English or Russian. /cancel stops what is under way.\n\n"
            "I keep your photos for a day, to work with them, and show them to nobody."
        )
    )


@router.message(Command("language"))
async def language(message: Message) -> None:
    await message.answer(_("In which language shall I speak?"), reply_markup=keyboards.languages())


@router.callback_query(keyboards.LanguageButton.filter(F.language.in_(languages.LANGUAGES)))
async def speak(query: CallbackQuery, callback_data: keyboards.LanguageButton, redis: Redis, i18n: I18n) -> None:
    await languages.choose(redis, query.from_user.id, callback_data.language)
    with i18n.use_locale(callback_data.language):
        await query.answer()
        if isinstance(query.message, Message):
            await query.message.edit_text(_("From now on I speak English."))


@router.message(Command("cancel"))
async def cancel(message: Message, state: FSMContext, queue: Queue) -> None:
    dialogue = await state.get_state() is not None
    await state.clear()
    assert message.from_user is not None  # a private chat
    count = await queue.cancel_all(message.from_user.id)
    if count:
        await message.answer(
            ngettext("{count} task is stopped.", "{count} tasks are stopped.", count).format(count=count)
        )
    else:
        await message.answer(_("Forgotten.") if dialogue else _("There is nothing to cancel."))


@router.callback_query(keyboards.CancelButton.filter())
async def cancel_one(query: CallbackQuery, callback_data: keyboards.CancelButton, queue: Queue) -> None:
    stopped = await queue.cancel(callback_data.job, query.from_user.id)
    await query.answer(_("I stop at the next step.") if stopped else _("It is done already."))
