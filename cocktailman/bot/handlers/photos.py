"""Photos of drinks, one by one or in albums, also where they were sent as files."""

from aiogram import Bot, F, Router
from aiogram.types import Message
from aiogram.utils.i18n import I18n
from redis.asyncio import Redis

from cocktailman.bot import albums, photos
from cocktailman.bot.handlers.submit import Submitter

router = Router()
PICTURES = F.photo | F.document.mime_type.startswith("image/")


@router.message(PICTURES, F.media_group_id)
async def album(message: Message, bot: Bot, redis: Redis, i18n: I18n) -> None:
    """Waits for the others of its album, with which it is read."""
    assert message.media_group_id is not None
    await albums.expect(redis, message.media_group_id)
    try:
        photo = await photos.keep(message, bot, redis)
    except photos.Unusable as unusable:
        await albums.settle(redis, message.media_group_id)
        await message.reply(str(unusable))
    else:
        await albums.add(redis, message, photo, i18n.current_locale)


@router.message(PICTURES)
async def photo(message: Message, bot: Bot, redis: Redis, submitter: Submitter) -> None:
    """Has it recognised."""
    try:
        parameters = {"photos": [await photos.keep(message, bot, redis)]}
        refusal = await submitter.submit("recognise", parameters, message)
    except photos.Unusable as unusable:
        refusal = str(unusable)
    if refusal:
        await message.reply(refusal)
