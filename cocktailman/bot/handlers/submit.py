"""How handlers ask for work."""

from dataclasses import asdict, replace
from typing import Any

from aiogram.types import CallbackQuery, Message, Update, User
from aiogram.utils.i18n import gettext as _
from aiogram.utils.i18n.context import get_i18n

from cocktailman.bot import answers
from cocktailman.bot.job_queue import Queue, TooManyJobs
from cocktailman.bot.jobs import QUICK, Job, Kind
from cocktailman.bot.paintings import Painting


class Submitter:
    """Asks for work in the name of the user whose update it is."""

    def __init__(self, queue: Queue, update: Update, user: User) -> None:
        self._queue, self._user = queue, user
        self.id = f"{user.id}-u{update.update_id}"  # of the job, so that an update submits one, however often it comes
        self.seed = update.update_id % 10**9

    async def submit(
        self, kind: Kind, parameters: dict[str, Any], message: Message, edits: bool = False, queue: str = QUICK
    ) -> str | None:
        """Queues a job, whose answer is a reply to `message`, or what becomes of it; returns why that is not to be."""
        job = Job(self.id, kind, self._user.id, message.chat.id, get_i18n().current_locale, parameters, queue)
        if edits:
            job = replace(job, edits=message.message_id, captioned=bool(message.photo))
        else:
            job = replace(job, answers=message.message_id)
        try:
            await self._queue.add(job)
            return None
        except TooManyJobs:
            return answers.too_many().text

    async def paint(self, painting: Painting, message: Message, edits: bool = False) -> str | None:
        """Queues the painting of a drink."""
        return await self.submit("paint", asdict(painting), message, edits)


async def answer_button(query: CallbackQuery, refusal: str | None) -> None:
    """Answers a button, where it does nothing with why."""
    await query.answer(refusal, show_alert=bool(refusal))


def expired() -> str:
    return _("I keep photos and drinks for a day, and no longer have this one: send it again.")
