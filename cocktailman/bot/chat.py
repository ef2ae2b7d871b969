"""The bot itself: hears updates, hands them to the handlers, and lets the notifier speak."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import TelegramNetworkError, TelegramNotFound, TelegramUnauthorizedError
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import TelegramObject
from aiogram.utils.i18n import I18n
from redis.asyncio import Redis
from redis.asyncio.retry import Retry

from cocktailman.bot import settings
from cocktailman.bot.handlers import ROUTERS, commands
from cocktailman.bot.handlers.submit import Submitter
from cocktailman.bot.job_queue import Queue
from cocktailman.bot.languages import LANGUAGES, ChosenLanguage, catalogues
from cocktailman.bot.notifier import Notifier
from cocktailman.bot.retries import RetryRequests
from cocktailman.errors import InputError


class WithSubmitter(BaseMiddleware):
    """Gives handlers `submitter`, with which they ask for work in the name of the update's user."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        data["submitter"] = Submitter(data["queue"], data["event_update"], data["event_from_user"])
        return await handler(event, data)


async def chat() -> None:
    """Until it is told to stop (SIGTERM, Ctrl+C); raises `InputError` where Telegram does not know the token."""
    url = settings.api_url()
    session = AiohttpSession(api=TelegramAPIServer.from_base(url) if url else PRODUCTION)
    session.middleware(RetryRequests())
    async with (
        Bot(settings.token(), session, DefaultBotProperties(parse_mode="HTML")) as bot,
        _redis() as redis,
    ):
        try:
            me = await bot.get_me()
        except (TelegramUnauthorizedError, TelegramNotFound) as error:
            raise InputError("Telegram does not know this BOT_TOKEN: copy it anew from @BotFather") from error
        except TelegramNetworkError as error:
            raise InputError(f"{url or 'Telegram'} cannot be reached: is this machine online? ({error})") from error
        print(f"@{me.username} listens; Ctrl+C stops it", flush=True)
        queue, i18n = Queue(redis), catalogues()
        await _offer_menu(bot, i18n)
        async with asyncio.TaskGroup() as group:  # without the notifier nobody would be answered
            notifier = group.create_task(Notifier(bot, redis, queue, i18n).run())
            await dispatcher(redis, queue, i18n).start_polling(bot, close_bot_session=False)
            notifier.cancel()


def _redis() -> Redis:
    """A client that waits while Redis is started again."""
    return Redis.from_url(settings.redis_url(), retry=Retry(settings.REDIS_BACKOFF, settings.REDIS_TRIES))


def dispatcher(redis: Redis, queue: Queue, i18n: I18n) -> Dispatcher:
    """Which handler gets which update; those of one user come one after the other."""
    own = _redis()  # which the dispatcher closes when it stops
    storage = RedisStorage(own, state_ttl=settings.TTL, data_ttl=settings.TTL)
    found = Dispatcher(storage=storage, events_isolation=SimpleEventIsolation(), redis=redis, queue=queue)
    ChosenLanguage(i18n, redis).setup(found)
    for observer in (found.message, found.callback_query):
        observer.outer_middleware(WithSubmitter())
    found.message.filter(F.chat.type == "private")
    found.include_routers(*ROUTERS)
    return found


async def _offer_menu(bot: Bot, i18n: I18n) -> None:
    with i18n.context():
        for language in LANGUAGES:
            with i18n.use_locale(language):
                await bot.set_my_commands(commands.menu(), language_code=None if language == "en" else language)
