"""What the bot is told by its environment, and its habits."""

import os
import re
from pathlib import Path

from redis.backoff import ExponentialBackoff

from cocktailman.errors import InputError

STATE = Path(__file__).parents[2] / "runs" / "bot"  # where a Redis of our own keeps its append-only file

TTL = 24 * 3600  # seconds that dialogues, photos and drinks are kept
ALBUM_WAIT = 1.0  # seconds after which no further photo of an album is expected
MAX_JOBS = 3  # jobs that one user may have in the queue and in work
STATUS_DELAY = 1.0  # seconds a job may take before its place in the queue is told
EDIT_INTERVAL = 3.0  # seconds at least between two edits that tell of a job
MAX_ATTEMPTS = 3  # workers that one job may kill
RETRY_SECONDS = 120  # seconds for which an answer is tried again while Telegram does not take it
REDIS_BACKOFF = ExponentialBackoff(cap=1, base=0.05)  # s, between tries while Redis is away, and started again
REDIS_TRIES = 60
MAX_FILE = 20_000_000  # bytes that the Bot API lets a bot download


def token() -> str:
    """The bot's token, in `BOT_TOKEN`; raises `InputError` where there is none or it cannot be one."""
    given = os.environ.get("BOT_TOKEN", "").strip()
    if not re.fullmatch(r"\d+:[\w-]+", given, re.ASCII):
        raise InputError("BOT_TOKEN is no bot's token: get one from @BotFather, then `BOT_TOKEN=123:abc make bot`")
    return given


def redis_url() -> str:
    """Where Redis is, in `REDIS_URL`; raises `InputError` where that can be no Redis."""
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
    if not re.match(r"(rediss?|unix)://.", url):
        raise InputError(f"REDIS_URL is no Redis, but {url!r}: give one such as redis://127.0.0.1:6379/0")
    return url


def api_url() -> str | None:
    """Who speaks the Bot API, in `BOT_API_URL`; Telegram where it is not set. Raises `InputError`."""
    url = os.environ.get("BOT_API_URL")
    if url and not re.match(r"https?://.", url):
        raise InputError(f"BOT_API_URL is no server, but {url!r}: give one such as http://127.0.0.1:8081, or none")
    return url


def visibility_timeout() -> int:
    """Seconds after which the broker gives a job to another worker, in `BOT_VISIBILITY_TIMEOUT`; it is done once.

    Raises `InputError`.
    """
    given = os.environ.get("BOT_VISIBILITY_TIMEOUT", "30")
    if not re.fullmatch(r"[1-9]\d{0,5}", given, re.ASCII):
        raise InputError(f"BOT_VISIBILITY_TIMEOUT is not a number of seconds, but {given!r}: give one such as 30")
    return int(given)


def lease() -> int:
    """Seconds after which a worker that says nothing any longer is taken for dead."""
    return max(1, visibility_timeout() // 3)
