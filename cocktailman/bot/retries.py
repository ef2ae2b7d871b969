"""What to do where Telegram does not take a request at once: wait as long as it says, and ask again."""

import asyncio
from time import monotonic
from typing import Any

from aiogram import Bot
from aiogram.client.session.middlewares.base import BaseRequestMiddleware, NextRequestMiddlewareType
from aiogram.exceptions import TelegramNetworkError, TelegramRetryAfter, TelegramServerError
from aiogram.methods import GetUpdates, Response, TelegramMethod

from cocktailman.bot.settings import RETRY_SECONDS


class RetryRequests(BaseRequestMiddleware):
    """Asks again after 429 (flood control), 5xx and broken connections, for `SENT_WITHIN` seconds.

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
                await asyncio.sleep(pause)
