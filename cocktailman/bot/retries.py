"""What to do where Telegram does not take a request at once: wait as long as it says, and ask again."""

import asyncio
import logging
from time import monotonic
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetUpdates, Response, TelegramMethod

from cocktailman.bot.settings import RETRY_SECONDS

log = logging.getLogger(__name__)


class RetryRequests(BaseRequestMiddleware):
    """Asks again after 429 (flood control), 5xx and broken connections, for `RETRY_SECONDS`.

    The dispatcher has its own way of waiting for updates.
    """

    async def __call__(
        self, make_request: NextRequestMiddlewareType[Any], bot: Bot, method: TelegramMethod[Any]
    ) -> Response[Any]:
        start, pause = monotonic(), 0.5
        while True:
            try:
                return await make_request(bot, method)
            except (TelegramRetryAfter, TelegramServerError, TelegramNetworkError) as error:
                pause = error.retry_after if isinstance(error, TelegramRetryAfter) else min(2 * pause, 10)
                if isinstance(method, GetUpdates) or monotonic() + pause - start > RETRY_SECONDS:
                    raise
                log.warning("%s is asked again in %g s (%s)", type(method).__name__, pause, error)
                await asyncio.sleep(pause)
