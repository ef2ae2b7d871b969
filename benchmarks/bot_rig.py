"""All of the bot on this machine, as `make bot` runs it, with a local server in place of Telegram."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from redis import Redis

from benchmarks.bot_api import TOKEN, BotApi, serving
from cocktailman.bot import launch
from cocktailman.bot.jobs import QUICK


class Rig:
    """A Redis, and `python -m cocktailman.bot` with its workers and its chat."""

    def __init__(self, api: BotApi, folder: Path, stack: ExitStack, visibility_timeout: int) -> None:
        self.api, self._folder, self._stack = api, folder, stack
        self._port = launch.free_port()
        url = f"redis://127.0.0.1:{self._port}/0"
        self.redis = Redis.from_url(url)
        told = {"BOT_TOKEN": TOKEN, "BOT_API_URL": api.url, "REDIS_URL": url}
        self.environment = {**os.environ, **told, "BOT_VISIBILITY_TIMEOUT": str(visibility_timeout)}
        self.start_redis()
        self.bot = self._start([sys.executable, "-m", "cocktailman.bot"])
        stack.callback(self.stop)

    def stop(self) -> None:
        """As Ctrl+C does; what has not ended a minute later is killed."""
        if self.bot.poll() is None:
            family = [psutil.Process(self.bot.pid), *psutil.Process(self.bot.pid).children(recursive=True)]
            self.bot.terminate()
            for one in psutil.wait_procs(family, 60)[1]:
                one.kill()

    def start_redis(self) -> None:
        self._redis_server = self._start(launch.redis_server(self._folder, self._port))
        launch.wait_for(self.redis, self._redis_server)

    def kill_redis(self) -> None:
        self._redis_server.kill()
        self._redis_server.wait()

    def kill_worker(self) -> None:
        """Another follows."""
        worker = self._worker()
        worker.kill()
        psutil.wait_procs([worker])

    @contextmanager
    def worker_paused(self) -> Iterator[None]:
        """Tasks wait meanwhile, however fast the machine is."""
        worker = self._worker()
        worker.suspend()
        try:
            yield
        finally:
            worker.resume()

    def _worker(self) -> psutil.Process:
        [worker] = (one for one in psutil.Process(self.bot.pid).children() if QUICK in one.cmdline())
        return worker

    def _start(self, command: list[str]) -> subprocess.Popen[bytes]:
        return self._stack.enter_context(launch.running(command, self.environment))


@contextmanager
def running(folder: Path, visibility_timeout: int = 30) -> Iterator[Rig]:
    """The bot with all it needs, until the end of the block."""
    with serving() as api, ExitStack() as stack:
        yield Rig(api, folder, stack, visibility_timeout)
