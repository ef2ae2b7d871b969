"""The Celery application: one task, which does a job of the queue.

    celery -A cocktailman.bot.tasks worker --queues quick --pool threads --concurrency 2

A message is only taken off the broker once its job has an outcome, so that jobs of a worker that died come to another.
What the broker gives out twice is done once: `WorkerQueue.take`.
"""

import logging
from functools import cache
from typing import Any

from celery import Celery

from cocktailman.bot import settings
from cocktailman.bot.jobs import QUICK, Job, Outcome
from cocktailman.bot.worker_queue import AlreadyClaimed, Cancelled, PhotoExpired, Progress, WorkerQueue
from cocktailman.errors import InputError

log = logging.getLogger(__name__)


def transport_options(visibility_timeout: int) -> dict[str, int]:
    """What Celery's Redis transport is told, of times in s: a task not acknowledged for so long is given out again.

    Workers take turns to look for such tasks. One that is killed in its turn keeps it for as long as the lock lasts: by
    default five minutes, in which nobody's tasks would come back.
    """
    sweep = max(1, visibility_timeout // 4)  # s between two looks
    return {
        "visibility_timeout": visibility_timeout,
        "unacked_restore_interval": sweep,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": sweep,
    }


app = Celery("cocktailman", broker=settings.redis_url())
app.conf.update(
    task_acks_late=True,
    task_ignore_result=True,
    task_default_queue=QUICK,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_publish_retry_policy={"max_retries": 60, "interval_max": 1},  # while Redis is being started again
    broker_transport_options=transport_options(settings.visibility_timeout()),
)


def send(job: Job) -> None:
    """Puts a job before the workers of its queue."""
    do.apply_async([job.id], queue=job.queue)


@app.task(bind=True, max_retries=None, name="do")
def do(self: Any, id: str) -> None:
    """Does the job of this id, where nobody has done it."""
    try:
        job = _queue().take(id)
    except AlreadyClaimed:  # by one that lives, and that we wait for: it may yet die
        raise self.retry(countdown=settings.lease()) from None
    if job is not None:
        with _queue().kept(job):
            outcome = _outcome_of(job)
        _queue().finish(job, outcome)


def _outcome_of(job: Job) -> Outcome:
    from cocktailman.bot import operations

    try:
        return operations.OPERATIONS[job.kind](job.parameters, _queue(), Progress(_queue(), job))
    except Cancelled:
        return Outcome("cancelled")
    except PhotoExpired:
        return Outcome("failed", {"why": "forgotten"})
    except operations.Refused as refused:
        return Outcome("failed", {"why": refused.why})
    except InputError as error:
        return Outcome("failed", {"why": "input", "words": str(error)})
    except Exception:
        log.exception("job %s, %s", job.id, job.kind)
        return Outcome("failed", {"why": "broken"})


@cache
def _queue() -> WorkerQueue:
    return WorkerQueue(settings.redis_url())
