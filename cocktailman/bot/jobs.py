"""What people ask for, as it lies in Redis, and its outcome.

job:ID          a hash: the job, the message that tells of it, how far it is; kept a day, so that an update that
                Telegram repeats asks for nothing twice
waiting:QUEUE   a sorted set of the jobs that no worker has begun, in the order in which they came
running         a set of those that one has
jobs-of:USER    a set of a user's jobs that have no outcome yet
claim:ID        the worker that does a job; it expires with the worker
outcomes        a stream of outcomes that are to be sent
photo:ID        a hash: a picture that somebody sent or was sent, and the drink seen in it
painting:ID     what a picture was painted from
albums, album:ID    albums of which photos may still come
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from cocktailman.bot.settings import TTL

QUICK, SLOW = QUEUES = ("quick", "slow")
RUNNING, OUTCOMES, ALBUMS = "running", "outcomes", "albums"

Kind = Literal["recognise", "paint", "cut", "stylise"]
Status = Literal["done", "failed", "cancelled"]


@dataclass(frozen=True)
class Job:
    """What a user asked for, and where the answer goes: into a message that there is, or a new one."""

    id: str  # of the update that asked
    kind: Kind
    user: int
    chat: int
    language: str
    parameters: dict[str, Any]  # as `operations.py` takes them
    queue: str = QUICK
    answers: int | None = None  # the message that asked
    edits: int | None = None  # the message that becomes the answer
    captioned: bool = False  # whether that one is a picture

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Job":
        return cls(**json.loads(text))


@dataclass(frozen=True)
class Outcome:
    """What became of a job: facts for the answer, and a picture in a file's bytes; of a failed one, why."""

    status: Status
    facts: dict[str, Any] = field(default_factory=dict)
    picture: bytes = b""


# KEYS: job, outcomes, running, jobs of the user, waiting, claim. ARGV: id, status, facts, picture, seconds to remember.
FINISH = """
if redis.call('HSETNX', KEYS[1], 'finished', ARGV[2]) == 0 then return 0 end
redis.call('XADD', KEYS[2], '*', 'job', ARGV[1], 'status', ARGV[2], 'facts', ARGV[3], 'picture', ARGV[4])
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('SREM', KEYS[4], ARGV[1])
redis.call('ZREM', KEYS[5], ARGV[1])
redis.call('DEL', KEYS[6])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""


def finishing(job: Job, outcome: Outcome) -> tuple[list[str], list[Any]]:
    """Keys and arguments of `FINISH`, which keeps the first outcome of a job, and that alone."""
    keys = [job_key(job.id), OUTCOMES, RUNNING, jobs_of(job.user), waiting(job.queue), claim(job.id)]
    return keys, [job.id, outcome.status, json.dumps(outcome.facts), outcome.picture, TTL]


def texts(found: Iterable[Any]) -> list[str]:
    """What Redis gives as bytes."""
    return [item.decode() for item in found]


# The keys above, of an ID, a QUEUE or a USER.
job_key = "job:{}".format
claim = "claim:{}".format
waiting = "waiting:{}".format
jobs_of = "jobs-of:{}".format
photo_key = "photo:{}".format
painting_key = "painting:{}".format
album_key = "album:{}".format
