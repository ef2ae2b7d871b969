"""All of the bot on one machine: a Redis of its own, where no other is named, the workers, and the chat."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from time import sleep

from redis import Redis
from redis.exceptions import RedisError
from redis.retry import Retry

from cocktailman.bot import settings
from cocktailman.bot.jobs import QUEUES, SLOW
from cocktailman.errors import InputError
from cocktailman.files import locked

STOP_SECONDS = 10  # seconds a process has to end before it is killed
FIND_TRIES = 8  # to reach a Redis that somebody else starts, 4 s in all
CHAT = [sys.executable, "-m", "cocktailman.bot", "chat"]


def worker(queue: str) -> list[str]:
    """The command of a worker: two quick jobs share its models; of slow ones, each has a core to itself."""
    at_once = 1 if queue == SLOW else 2
    options = f"--queues {queue} --pool threads --concurrency {at_once} --hostname {queue}@%h --loglevel warning"
    return [sys.executable, "-m", "celery", "--quiet", "--app", "cocktailman.bot.tasks", "worker", *options.split()]


def run_all() -> int:
    """Runs all of it until the chat ends, and returns its status; a worker that dies is followed by another."""
    for check in (settings.token, settings.api_url, settings.visibility_timeout):  # before anything is started
        check()
    with ExitStack() as stack:
        if "REDIS_URL" in os.environ:
            find_redis(settings.redis_url())
        else:
            os.environ["REDIS_URL"] = stack.enter_context(own_redis(settings.STATE))
        workers = {queue: stack.enter_context(running(worker(queue))) for queue in QUEUES}
        chat = stack.enter_context(running(CHAT))
        signal.signal(signal.SIGTERM, lambda *_: chat.terminate())
        with suppress(KeyboardInterrupt):
            while chat.poll() is None:
                for queue, process in workers.items():
                    if process.poll() is not None:
                        print(f"the {queue} worker has died ({process.returncode}): another follows", file=sys.stderr)
                        workers[queue] = stack.enter_context(running(worker(queue)))
                sleep(1)
        return chat.returncode or 0


def find_redis(url: str) -> None:
    """Returns once the Redis at a URL answers; raises `InputError` where it does not."""
    try:
        with Redis.from_url(url, socket_timeout=5, retry=Retry(settings.REDIS_BACKOFF, FIND_TRIES)) as client:
            client.ping()
    except (RedisError, ValueError) as error:
        raise InputError(
            f"no Redis answers at REDIS_URL ({error}): start it, or leave REDIS_URL out, so that the bot starts its own"
        ) from error


@contextmanager
def own_redis(folder: Path) -> Iterator[str]:
    """The URL of a Redis that keeps all it has in a folder, on a free port of this machine alone."""
    with locked(folder, f"another bot keeps its Redis in {folder}: stop that one, or name a Redis with REDIS_URL"):
        port = free_port()
        with running(redis_server(folder, port)) as process:
            url = f"redis://127.0.0.1:{port}/0"
            with Redis.from_url(url) as client:
                wait_for(client, process)
            yield url


def redis_server(folder: Path, port: int) -> list[str]:
    """The command of a Redis on this machine alone, that has on the disk whatever it has said yes to."""
    options = f"--bind 127.0.0.1 --port {port} --appendonly yes --appendfsync always --loglevel warning"
    return ["redis-server", *options.split(), "--save", "", "--dir", str(folder)]


@contextmanager
def running(command: list[str], environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """A process of its own group, so that Ctrl+C reaches this one alone, which ends them in their order."""
    try:
        process = subprocess.Popen(command, env=environment, start_new_session=True)
    except FileNotFoundError as error:
        raise InputError(f"{command[0]} is not installed: on Debian `apt-get install {command[0]}`") from error
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def wait_for(client: Redis, process: subprocess.Popen[bytes]) -> None:
    """Returns once Redis answers; raises `InputError` where its process ends before."""
    while process.poll() is None:
        with suppress(RedisError):
            client.ping()
            return
        sleep(0.05)
    raise InputError("redis-server does not start, and says why above: mend that, or name a Redis with REDIS_URL")
