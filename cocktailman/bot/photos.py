"""Photos that people send: fetched, checked, made small, and kept for a day."""

import asyncio
import json
from io import BytesIO
from typing import Any

from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.types import Message
from aiogram.utils.i18n import gettext as _
from redis.asyncio import Redis

from cocktailman.bot import jobs
from cocktailman.bot.settings import MAX_FILE, TTL
from cocktailman.images import ImageError, read_image

MAX_SIDE = 1280  # px, the longer side of what is kept of a photo


class Unusable(Exception):  # noqa: N818 - not an error of ours
    """What was sent is no photo that can be used; the message is the sentence that says so."""


async def keep(message: Message, bot: Bot, redis: Redis) -> str:
    """Keeps the picture of a message, and returns its id; raises `Unusable`."""
    data = await _fetch(message, bot)
    try:
        small = await asyncio.to_thread(_made_small, data)
    except ImageError as error:
        raise Unusable(
            _("This file cannot be read as a picture: save it as JPEG or PNG of at most 50 megapixels, and send that.")
        ) from error
    id = f"{message.chat.id}-m{message.message_id}"
    await redis.hset(jobs.photo_key(id), mapping={"image": small})
    await redis.expire(jobs.photo_key(id), TTL)
    return id


async def _fetch(message: Message, bot: Bot) -> bytes:
    file = message.photo[-1] if message.photo else message.document  # the last size is the largest
    assert file is not None  # the handlers' filters
    too_large = _(
        "This file is larger than 20 MB, which Telegram lets no bot fetch: send it as a photo, not as a file."
    )
    if (file.file_size or 0) > MAX_FILE:
        raise Unusable(too_large)
    try:
        content = await bot.download(file)
    except TelegramBadRequest as error:
        raise Unusable(too_large if "too big" in error.message else _gone()) from error
    assert content is not None  # as no destination was given
    return content.read()


def _gone() -> str:
    return _("Telegram does not give me this file any longer: send it again.")


def _made_small(data: bytes) -> bytes:
    """The picture in a file, with its transparency, no larger than it needs to be."""
    image = read_image(data, transparent=True)
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    buffer = BytesIO()
    if image.mode == "RGBA":
        image.save(buffer, "PNG")
    else:
        image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


async def is_kept(redis: Redis, photo: str) -> bool:
    return bool(await redis.hexists(jobs.photo_key(photo), "image"))


async def drink_in(redis: Redis, photo: str) -> dict[str, Any] | None:
    """What a worker saw in a photo; None where it is forgotten."""
    text = await redis.hget(jobs.photo_key(photo), "drink")
    return json.loads(text) if text else None
