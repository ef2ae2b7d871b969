"""Photos that are sent together come one by one, and nobody says which is the last: they are waited for, and then read
together."""

import json
from collections.abc import AsyncIterator
from time import time

from aiogram.types import Message
from redis.asyncio import Redis

from cocktailman.bot import jobs
from cocktailman.bot.jobs import Job
from cocktailman.bot.settings import ALBUM_WAIT, TTL

FETCH_SECONDS = 60.0  # seconds at most that fetching a photo takes


async def expect(redis: Redis, album: str) -> None:
    """Says that a photo of an album is being fetched."""
    await redis.zadd(jobs.ALBUMS, {album: time() + FETCH_SECONDS})


async def add(redis: Redis, message: Message, photo: str, language: str) -> None:
    """Adds a photo to the album that its message belongs to."""
    album = message.media_group_id
    assert album is not None and message.from_user is not None
    entry = [photo, message.from_user.id, message.chat.id, language, message.message_id]
    async with redis.pipeline() as pipe:
        pipe.rpush(jobs.album_key(album), json.dumps(entry))
        pipe.expire(jobs.album_key(album), TTL)
        pipe.zadd(jobs.ALBUMS, {album: time() + ALBUM_WAIT})
        await pipe.execute()


async def settle(redis: Redis, album: str) -> None:
    """Says that a photo of an album could not be used, and is not to be waited for."""
    await redis.zadd(jobs.ALBUMS, {album: time() + ALBUM_WAIT})


async def complete(redis: Redis) -> AsyncIterator[Job]:
    """Jobs for the albums to which no more photos are to be expected, each forgotten once its job is taken over."""
    for album in jobs.texts(await redis.zrangebyscore(jobs.ALBUMS, 0, time())):
        entries = [json.loads(entry) for entry in await redis.lrange(jobs.album_key(album), 0, -1)]
        if entries:
            photos = list(dict.fromkeys(entry[0] for entry in entries))  # an update may come twice
            _, user, chat, language, message = entries[0]
            yield Job(f"album-{album}", "recognise", user, chat, language, {"photos": photos}, answers=message)
        await redis.zrem(jobs.ALBUMS, album)
        await redis.delete(jobs.album_key(album))
