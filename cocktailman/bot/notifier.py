"""Brings people what workers have done for them, and tells them meanwhile where their job is in the queue.

One message a job: what tells of its place becomes the answer.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine
from dataclasses import replace
from time import time
from typing import Any
from weakref import WeakValueDictionary

from aiogram import Bot
from aiogram.exceptions import TelegramAPIError, TelegramBadRequest, TelegramNetworkError, TelegramRetryAfter
from aiogram.types import BufferedInputFile, InputMediaDocument, InputMediaPhoto, Message, ReplyParameters
from aiogram.utils.i18n import I18n
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from cocktailman.bot import albums, answers, jobs, paintings
from cocktailman.bot.answers import Answer
from cocktailman.bot.job_queue import Pending, Queue, TooManyJobs
from cocktailman.bot.jobs import Job, Outcome
from cocktailman.bot.paintings import Painting
from cocktailman.bot.settings import EDIT_INTERVAL, STATUS_DELAY

log = logging.getLogger(__name__)

GROUP, CONSUMER = "chat", "notifier"  # of the stream of outcomes
POLL_INTERVAL = 0.25  # seconds between two looks at the queue


class Notifier:
    """Speaks where nobody has just spoken to the bot."""

    def __init__(self, bot: Bot, redis: Redis, queue: Queue, i18n: I18n) -> None:
        self._bot, self._redis, self._queue, self._i18n = bot, redis, queue, i18n
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()  # one change of a message at a time
        self._reported: dict[str, tuple[str, float]] = {}  # by job: what was said last, and when
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until it is cancelled."""
        await self._queue.send_again()
        with self._i18n.context():
            async with asyncio.TaskGroup() as group:
                group.create_task(self._patiently(self._deliver_outcomes))
                group.create_task(self._patiently(self._report_pending))

    async def _patiently(self, work: Any) -> None:
        """Goes on with a work that never ends after Redis was away."""
        while True:
            try:
                await work()
            except (RedisError, OSError) as error:
                log.warning("Redis is away (%s)", error)
                await asyncio.sleep(0.5)

    async def _deliver_outcomes(self) -> None:
        try:
            await self._redis.xgroup_create(jobs.OUTCOMES, GROUP, id="0", mkstream=True)
        except ResponseError as error:  # there is one already
            if "BUSYGROUP" not in str(error):
                raise
        last = "0"  # first those that an earlier notifier has read, and not delivered
        while True:
            found: Any = await self._redis.xreadgroup(GROUP, CONSUMER, {jobs.OUTCOMES: last}, count=100, block=500)
            entries = found[0][1] if found else []
            for id, fields in entries:
                self._start(self._deliver(id, fields))
            if last != ">":
                last = entries[-1][0] if entries else ">"

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, id: bytes, fields: dict[bytes, bytes]) -> None:
        """Sends an outcome, and takes it from the stream once it is sent, or can never be."""
        job = await self._queue.job(fields[b"job"].decode())
        status: Any = fields[b"status"].decode()
        outcome = Outcome(status, json.loads(fields[b"facts"]), fields[b"picture"])
        if job is not None:
            async with self._turn(job):
                job = await self._queue.job(job.id) or job  # a message that tells of it may just have been sent
                try:
                    with self._i18n.use_locale(job.language):
                        await self._show(job, await self._answer(job, outcome))
                except (TelegramNetworkError, TelegramRetryAfter) as error:
                    log.warning("the outcome of job %s waits for the next start (%s)", job.id, error)
                    return
                except TelegramAPIError as error:  # such as: the user has blocked the bot
                    log.warning("the outcome of job %s cannot be sent (%s)", job.id, error)
            self._reported.pop(job.id, None)
        await self._redis.xack(jobs.OUTCOMES, GROUP, id)
        await self._redis.xdel(jobs.OUTCOMES, id)

    async def _answer(self, job: Job, outcome: Outcome) -> Answer:
        """What is to be said of an outcome; a painting that could not be changed keeps its buttons."""
        if outcome.status == "done":
            return await self._answer_done(job, outcome)
        answer = answers.cancelled() if outcome.status == "cancelled" else answers.failed(outcome.facts)
        painting = (
            await paintings.find(self._redis, job.parameters["id"]) if job.captioned and job.kind == "paint" else None
        )
        return Answer(answer.text, answers.of_painting(painting)) if painting else answer

    async def _answer_done(self, job: Job, outcome: Outcome) -> Answer:
        match job.kind:
            case "recognise":
                return answers.seen(outcome.facts, job.language)
            case "stylise":
                return answers.stylised(job.parameters, outcome.picture)
            case "cut":
                return answers.cut_out(outcome.facts, outcome.picture)
            case _:
                painting = replace(Painting.of(job.parameters), **outcome.facts)
                await paintings.keep(self._redis, painting)
                return answers.painted(painting, outcome.picture, job.language)

    async def _report_pending(self) -> None:
        while True:
            async for job in albums.complete(self._redis):
                await self._submit(job)
            async for pending in self._queue.unfinished():
                if time() - pending.since > STATUS_DELAY and not self._turn(pending.job).locked():
                    self._start(self._report(pending))
            await asyncio.sleep(POLL_INTERVAL)

    async def _submit(self, job: Job) -> None:
        """Queues what nobody else is there to queue."""
        try:
            await self._queue.add(job)
        except TooManyJobs:
            with self._i18n.use_locale(job.language):
                self._start(self._say(job, answers.too_many()))

    async def _say(self, job: Job, answer: Answer) -> None:
        try:
            await self._send(job, answer)
        except TelegramAPIError as error:
            log.warning("user %s cannot be told: %s", job.user, error)

    async def _report(self, pending: Pending) -> None:
        """Says how a job stands, where that has changed visibly, and not too often."""
        job = pending.job
        async with self._turn(job):
            with self._i18n.use_locale(job.language):
                answer = answers.pending(pending)
            text, when = self._reported.get(job.id, ("", 0.0))
            finished = await self._redis.hexists(jobs.job_key(job.id), "finished")
            if finished or answer.text == text or time() - when < EDIT_INTERVAL:
                return
            self._reported[job.id] = (answer.text, time())
            try:
                message = await self._show(job, answer)
            except TelegramAPIError as error:
                log.warning("the user of job %s cannot be told (%s)", job.id, error)
            else:
                await self._queue.edit_from_now_on(job, message)

    def _turn(self, job: Job) -> asyncio.Lock:
        turn = self._turns.get(job.id)
        if turn is None:
            turn = self._turns[job.id] = asyncio.Lock()
        return turn

    async def _show(self, job: Job, answer: Answer) -> int:
        """Makes the job's message say the answer, or a new one where there is none any longer; returns its id."""
        if job.edits is not None:
            try:
                await self._edit(job, job.edits, answer)
                return job.edits
            except TelegramBadRequest as error:
                if "not modified" in error.message:
                    return job.edits
                log.info("message %s of job %s cannot be edited (%s)", job.edits, job.id, error.message)
        return (await self._send(job, answer)).message_id

    async def _edit(self, job: Job, message: int, answer: Answer) -> None:
        place: dict[str, Any] = {"chat_id": job.chat, "message_id": message, "reply_markup": answer.keyboard}
        if answer.picture:
            media = InputMediaDocument if answer.file else InputMediaPhoto
            await self._bot.edit_message_media(
                media(media=_file(answer), caption=answer.text, parse_mode="HTML"), **place
            )
        elif job.captioned:
            await self._bot.edit_message_caption(caption=answer.text, **place)
        else:
            await self._bot.edit_message_text(answer.text, **place)

    async def _send(self, job: Job, answer: Answer) -> Message:
        reply = ReplyParameters(message_id=job.answers, allow_sending_without_reply=True) if job.answers else None
        place: dict[str, Any] = {"chat_id": job.chat, "reply_parameters": reply, "reply_markup": answer.keyboard}
        if answer.file:
            return await self._bot.send_document(document=_file(answer), caption=answer.text, **place)
        if answer.picture:
            return await self._bot.send_photo(photo=_file(answer), caption=answer.text, **place)
        return await self._bot.send_message(text=answer.text, **place)


def _file(answer: Answer) -> BufferedInputFile:
    return BufferedInputFile(answer.picture, answer.file or "drink.jpg")
