"""The bot's side of the queue: jobs are added and cancelled, and how each stands is known."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import time

from redis.asyncio import Redis

from cocktailman.bot import jobs, tasks
from cocktailman.bot.jobs import Job, Outcome
from cocktailman.bot.settings import MAX_JOBS, TTL


class TooManyJobs(Exception):  # noqa: N818 - not an error of anybody
    """The user has as many jobs as one may have."""


@dataclass(frozen=True)
class Pending:
    """How a job that is not finished stands."""

    job: Job
    since: float  # when it was added, in seconds of the epoch
    place: int  # among those that wait, from 1; 0 once a worker has it
    share: float | None  # done of it, 0 to 1, where the work tells
    left: float | None  # seconds still to go, where the work tells


class Queue:
    """Jobs between the chat and the workers."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._finish = redis.register_script(jobs.FINISH)

    async def add(self, job: Job) -> None:
        """Queues a job; one that was added before is only made sure of. Raises `TooManyJobs`."""
        key = jobs.job_key(job.id)
        if await self._redis.hexists(key, "finished"):
            return
        async with self._redis.pipeline() as pipe:
            pipe.sadd(jobs.jobs_of(job.user), job.id)
            pipe.expire(jobs.jobs_of(job.user), TTL)
            pipe.scard(jobs.jobs_of(job.user))
            new, _, count = await pipe.execute()
        if new and count > MAX_JOBS:
            await self._redis.srem(jobs.jobs_of(job.user), job.id)
            raise TooManyJobs
        if await self._redis.hsetnx(key, "job", job.to_json()):
            number = await self._redis.incr("jobs")
            async with self._redis.pipeline() as pipe:
                pipe.hset(key, "since", time())
                pipe.zadd(jobs.waiting(job.queue), {job.id: number})
                await pipe.execute()
        await asyncio.to_thread(tasks.send, job)

    async def cancel(self, id: str, user: int) -> bool:
        """Has a job of a user stop at its next step, or never begin; false where it has an outcome already."""
        job = await self.job(id)
        if job is None or job.user != user or await self._redis.hexists(jobs.job_key(id), "finished"):
            return False
        await self._redis.hset(jobs.job_key(id), "cancelled", 1)
        if await self._redis.zrem(jobs.waiting(job.queue), id):
            keys, arguments = jobs.finishing(job, Outcome("cancelled"))
            await self._finish(keys, arguments)
        return True

    async def cancel_all(self, user: int) -> int:
        """Cancels all jobs of a user; returns how many."""
        ids = jobs.texts(await self._redis.smembers(jobs.jobs_of(user)))
        return sum([await self.cancel(id, user) for id in ids])

    async def job(self, id: str) -> Job | None:
        """The job of this id, edits of its message included; None where it is forgotten."""
        text, edits = await self._redis.hmget(jobs.job_key(id), "job", "edits")
        if text is None:
            return None
        job = Job.from_json(text)
        return job if edits is None else Job(**{**vars(job), "edits": int(edits)})

    async def edit_from_now_on(self, job: Job, message: int) -> None:
        """Remembers the message that tells of a job, which is to become its answer."""
        await self._redis.hset(jobs.job_key(job.id), "edits", message)

    async def send_again(self) -> None:
        """Puts all jobs that wait before the workers once more: one may have been added, and not sent."""
        async for pending in self.unfinished():
            if pending.place:
                await asyncio.to_thread(tasks.send, pending.job)

    async def unfinished(self) -> AsyncIterator[Pending]:
        """How each job stands that has no outcome."""
        places = dict.fromkeys(jobs.texts(await self._redis.smembers(jobs.RUNNING)), 0)
        for queue in jobs.QUEUES:
            ids = jobs.texts(await self._redis.zrange(jobs.waiting(queue), 0, -1))
            places |= {id: place for place, id in enumerate(ids, start=1)}
        for id, place in places.items():
            job = await self.job(id)
            since, share, left = await self._redis.hmget(jobs.job_key(id), "since", "share", "left")
            if job is not None:
                yield Pending(job, float(since or 0), place, _number(share), _number(left))


def _number(text: bytes | str | None) -> float | None:
    return None if text is None else float(text)
