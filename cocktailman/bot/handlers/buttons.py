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


def is_own(query: CallbackQuery) -> dict[str, Message | str] | bool:
    """The message and the id of photo or painting, if these belong to who presses the button: data can be forged."""
    picture = f"{query.data}::".split(":")[1]
    own = picture.startswith(f"{query.from_user.id}-")
    return {"message": query.message, "picture": picture} if own and isinstance(query.message, Message) else False


router.callback_query.filter(is_own)


@router.callback_query(PhotoButton.filter(F.do == "paint"))
async def paint(query: CallbackQuery, picture: str, message: Message, submitter: Submitter, redis: Redis) -> None:
    """What is seen in a photo, in the style of the photo."""
    seen = await photos.drink_in(redis, picture)
    if seen is None:
        return await answer_button(query, expired())
    if not seen["recipe"]:
        return await answer_button(query, _("I saw no ingredient in it to paint: write me what is in it."))
    painting = Painting(submitter.id, paintings.painters()[0], tuple(seen["recipe"]), submitter.seed, photo=picture)
    await answer_button(query, await submitter.paint(painting, message))


@router.callback_query(PhotoButton.filter(F.do == "cut"))
async def cut(query: CallbackQuery, picture: str, message: Message, submitter: Submitter, redis: Redis) -> None:
    """The drink without its background."""
    if not await photos.is_kept(redis, picture):
        return await answer_button(query, expired())
    await answer_button(query, await submitter.submit("cut", {"photo": picture}, message))


@router.callback_query(PhotoButton.filter(F.do == "stylise"))
@router.callback_query(PaintingButton.filter(F.do == "stylise"))
async def stylise_it(query: CallbackQuery, picture: str, message: Message, state: FSMContext) -> None:
    """The photo, or the painted drink, is the content."""
    await query.answer()
    await stylise.choose_style(message, state, picture)


@router.callback_query(PaintingButton.filter())
async def change(
    query: CallbackQuery,
    callback_data: PaintingButton,
    picture: str,
    message: Message,
    submitter: Submitter,
    redis: Redis,
) -> None:
    """The same message with another picture of the drink."""
    painting = await paintings.find(redis, picture)
    if painting is None:
        return await answer_button(query, expired())
    changed = paintings.changed(painting, callback_data.do, submitter.seed)
    await answer_button(query, await submitter.paint(changed, message, edits=True))
