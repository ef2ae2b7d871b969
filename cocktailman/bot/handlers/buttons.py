"""The buttons under photos that were looked at and under painted drinks."""

from aiogram import F, Router
from aiogram.fsm.context import FSMContext
from aiogram.types import CallbackQuery, Message
from aiogram.utils.i18n import gettext as _
from redis.asyncio import Redis

from cocktailman.bot import paintings, photos
from cocktailman.bot.handlers import stylise
from cocktailman.bot.handlers.submit import Submitter, answer_button, expired
from cocktailman.bot.keyboards import PaintingButton, PhotoButton
from cocktailman.bot.paintings import Painting

router = Router()


def is_own(query: CallbackQuery) -> dict[str, Message] | bool:
    """Whether photo or painting belong to who presses the button, for its data can be forged; and the message."""
    of = (query.data or "").split(":")[1:2]
    own = bool(of) and of[0].startswith(f"{query.from_user.id}-")
    return {"message": query.message} if own and isinstance(query.message, Message) else False


router.callback_query.filter(is_own)


@router.callback_query(PhotoButton.filter(F.do == "paint"))
async def paint(
    query: CallbackQuery, callback_data: PhotoButton, message: Message, submitter: Submitter, redis: Redis
) -> None:
    """What is seen in a photo, in the style of the photo."""
    seen = await photos.drink_in(redis, callback_data.photo)
    if seen is None:
        return await answer_button(query, expired())
    if not seen["recipe"]:
        return await answer_button(query, _("I saw no ingredient in it to paint: write me what is in it."))
    painting = Painting(
        submitter.id, paintings.painters()[0], tuple(seen["recipe"]), submitter.seed, photo=callback_data.photo
    )
    await answer_button(query, await submitter.paint(painting, message))


@router.callback_query(PhotoButton.filter(F.do == "cut"))
async def cut(
    query: CallbackQuery, callback_data: PhotoButton, message: Message, submitter: Submitter, redis: Redis
) -> None:
    """The drink without its background."""
    if not await photos.is_kept(redis, callback_data.photo):
        return await answer_button(query, expired())
    await answer_button(query, await submitter.submit("cut", {"photo": callback_data.photo}, message))


@router.callback_query(PhotoButton.filter(F.do == "stylise"))
async def stylise_photo(query: CallbackQuery, callback_data: PhotoButton, message: Message, state: FSMContext) -> None:
    await query.answer()
    await stylise.choose_style(message, state, callback_data.photo)


@router.callback_query(PaintingButton.filter(F.do == "stylise"))
async def stylise_drink(
    query: CallbackQuery, callback_data: PaintingButton, message: Message, state: FSMContext
) -> None:
    await query.answer()
    await stylise.choose_style(message, state, callback_data.painting)


@router.callback_query(PaintingButton.filter())
async def change(
    query: CallbackQuery, callback_data: PaintingButton, message: Message, submitter: Submitter, redis: Redis
) -> None:
    """The same message with another picture of the drink."""
    painting = await paintings.find(redis, callback_data.painting)
    if painting is None:
        return await answer_button(query, expired())
    changed = paintings.changed(painting, callback_data.do, submitter.seed)
    await answer_button(query, await submitter.paint(changed, message, edits=True))
