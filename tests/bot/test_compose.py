"""compose.yaml and the Dockerfile say what `make bot` does, as far as one can tell without Docker."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

from cocktailman.bot import launch
from cocktailman.bot.jobs import QUEUES

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMMANDS = {"chat": launch.CHAT} | {queue: launch.worker(queue) for queue in QUEUES}


@pytest.mark.parametrize("service", COMMANDS)
def test_the_same_commands(service: str) -> None:
    python, *arguments = shlex.split(SERVICES[service]["command"])
    assert python == "python" and arguments == COMMANDS[service][1:]


def test_the_same_redis() -> None:
    """But for its port and its folder, which are the container's own."""

    def options(command: list[str]) -> set[tuple[str, str]]:
        return set(zip(command[1::2], command[2::2], strict=True))

    of_launch = options(launch.redis_server(Path("/data"), 6379))
    assert of_launch - options(shlex.split(SERVICES["redis"]["command"])) == {
        ("--bind", "127.0.0.1"),
        ("--port", "6379"),
        ("--dir", "/data"),
    }


def test_the_token_goes_to_the_chat_alone() -> None:
    assert [name for name, service in SERVICES.items() if "BOT_TOKEN" in service.get("environment", {})] == ["chat"]


def test_what_the_image_copies_is_there_and_is_not_ignored() -> None:
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text("utf-8"), re.MULTILINE)
    copied = [source for line in re.findall(r"^COPY (.+)$", DOCKERFILE, re.MULTILINE) for source in line.split()[:-1]]
    assert copied
    for source in copied:
        assert (ROOT / source).exists() and source.split("/")[0] in let_in
