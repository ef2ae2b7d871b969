"""A worker's side of the queue: a job is taken by one worker, kept alive, and finished once."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from threading import Event, Thread
from time import monotonic
from typing import Any

import redis
from PIL import Image
from redis.exceptions import ConnectionError
from redis.retry import Retry

from cocktailman.bot import jobs
from cocktailman.bot.jobs import Job, Outcome
from cocktailman.bot.settings import MAX_ATTEMPTS, REDIS_BACKOFF, REDIS_TRIES, TTL, lease


class AlreadyClaimed(Exception):  # noqa: N818 - not an error of anybody
    """Another worker does the job."""


class Cancelled(Exception):  # noqa: N818 - not an error of anybody
    """The user does not want it any longer."""


class PhotoExpired(Exception):  # noqa: N818 - not an error of anybody
    """A photo is no longer kept."""


class WorkerQueue:
    """Where a worker finds jobs and photos, and leaves outcomes."""

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, retry=Retry(REDIS_BACKOFF, REDIS_TRIES))
        self._finish = self._redis.register_script(jobs.FINISH)
        self._in_hand: set[str] = set()  # by this process, which may be too busy to renew its claim in time

    def take(self, id: str) -> Job | None:
        """The job, now this worker's; None where it has an outcome. Raises `AlreadyClaimed` while another has it."""
        key = jobs.job_key(id)
        text = self._redis.hget(key, "job")
        if text is None or self._redis.hexists(key, "finished"):
            return None
        if id in self._in_hand or not self._redis.set(jobs.claim(id), uuid.uuid4().hex, nx=True, ex=lease()):
            raise AlreadyClaimed
        job = Job.from_json(text)
        with self._redis.pipeline() as pipe:
            pipe.zrem(jobs.waiting(job.queue), id)
            pipe.sadd(jobs.RUNNING, id)
            pipe.hincrby(key, "attempts", 1)
            pipe.hmget(key, "finished", "cancelled")
            *_, attempts, (finished, cancelled) = pipe.execute()
        if finished:
            self._redis.srem(jobs.RUNNING, id)
        elif cancelled:
            self.finish(job, Outcome("cancelled"))
        elif attempts > MAX_ATTEMPTS:
            self.finish(job, Outcome("failed", {"why": "broken"}))
        else:
            return job
        return None

    @contextmanager
    def kept(self, job: Job) -> Iterator[None]:
        """Renews the claim on a job while it is being done, so that a claim that ends says that its worker is dead."""
        done = Event()

        def renew() -> None:
            while not done.wait(lease() / 4):
                try:
                    self._redis.expire(jobs.claim(job.id), lease())
                except ConnectionError:
                    continue  # Redis is being started again, and has the claim in its file

        thread = Thread(target=renew, daemon=True)
        thread.start()
        self._in_hand.add(job.id)
        try:
            yield
        finally:
            self._in_hand.discard(job.id)
            done.set()
            thread.join()

    def finish(self, job: Job, outcome: Outcome) -> None:
        """Leaves the outcome of a job, where it has none yet."""
        keys, arguments = jobs.finishing(job, outcome)
        self._finish(keys, arguments)

    def photo(self, id: str) -> Image.Image:
        """A photo as it was sent; raises `PhotoExpired` where it is no longer kept."""
        data: Any = self._redis.hget(jobs.photo_key(id), "image")
        if data is None:
            raise PhotoExpired
        image = Image.open(BytesIO(data))
        image.load()
        return image

    def keep_photo(self, id: str, image: bytes) -> None:
        """Keeps a picture that was made here, as if it had been sent."""
        self._redis.hset(jobs.photo_key(id), "image", image)
        self._redis.expire(jobs.photo_key(id), TTL)

    def note(self, photo: str, drink: str) -> None:
        """Keeps what was seen in a photo, as JSON, as long as the photo."""
        self._redis.hset(jobs.photo_key(photo), "drink", drink)

    def noted(self, photo: str) -> str | None:
        """What was seen in a photo, as JSON."""
        text: Any = self._redis.hget(jobs.photo_key(photo), "drink")
        return text.decode() if text else None


class Progress:
    """Tells how far a job is, and hears whether it is still wanted."""

    def __init__(self, queue: WorkerQueue, job: Job) -> None:
        self._redis, self._key = queue._redis, jobs.job_key(job.id)
        self._start = monotonic()

    def __call__(self, share: float, left: float | None = None) -> None:
        """Called after each step with the share done, and the seconds left where the work knows; raises `Cancelled`."""
        if left is None:
            left = (monotonic() - self._start) * (1 - share) / max(share, 1e-6)
        with self._redis.pipeline() as pipe:
            pipe.hset(self._key, mapping={"share": share, "left": left})
            pipe.hexists(self._key, "cancelled")
            if pipe.execute()[-1]:
                raise Cancelled
