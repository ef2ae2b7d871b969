"""How fast the bot answers photos: from the moment that a photo is sent until its answer is there, for 1 and 20 users.

    python -m benchmarks.bot_speed [--users 1 20] [--photos 10] [--json]

Starts Redis, one worker (two threads, one network pass at a time) and the chat, beside a local server in place of
Telegram, all on this machine. Each user sends a render of 256 px as a JPEG, and the next as soon as it is answered.
"""

import argparse
import json
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import numpy as np

from benchmarks.bot_api import BotApi, Sent
from benchmarks.bot_rig import running
from cocktailman.renders import read_renders


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, nargs="+", default=[1, 20], help="at once")
    parser.add_argument("--photos", type=int, default=10, help="that each of them sends, one after the other")
    parser.add_argument("--json", action="store_true", help="one JSON object a line in place of the table")
    chosen = parser.parse_args()
    photos = renders(chosen.photos)
    with TemporaryDirectory() as folder, running(Path(folder)) as rig:
        converse(rig.api, 1, photos[:1])  # the models are loaded
        for users in chosen.users:
            found = measure(rig.api, users, photos)
            print(json.dumps(found) if chosen.json else line(found), flush=True)


def renders(count: int) -> list[bytes]:
    files = []
    for image in read_renders().images(list(range(count))):
        file = BytesIO()
        image.save(file, "JPEG", quality=92)
        files.append(file.getvalue())
    return files


def measure(api: BotApi, users: int, photos: list[bytes]) -> dict[str, Any]:
    """Answers a second and seconds an answer, with as many users at once."""
    start, calls = monotonic(), len(api.calls)
    with ThreadPoolExecutor(users) as pool:
        spans = [pool.submit(converse, api, 1000 * users + number, photos) for number in range(users)]
        seconds = [span for each in spans for span in each.result()]
    elapsed = monotonic() - start
    return {
        "users": users,
        "photos": len(seconds),
        "answers_a_second": len(seconds) / elapsed,
        "median": float(np.median(seconds)),
        "p95": float(np.percentile(seconds, 95)),
        "calls_a_photo": (len(api.calls) - calls) / len(seconds),
    }


def converse(api: BotApi, id: int, photos: list[bytes]) -> list[float]:
    """Seconds from each photo to its answer."""
    guest = api.person(id)
    seconds = []
    for number, photo in enumerate(photos, start=1):
        start = monotonic()
        guest.show(photo)
        guest.wait(lambda got, number=number: answers(got) == number)
        seconds.append(monotonic() - start)
    return seconds


def answers(got: list[Sent]) -> int:
    return sum("Cut out" in sent.buttons for sent in got)


def line(found: dict[str, Any]) -> str:
    return (
        "{users} at once, {photos} photos: {answers_a_second:.1f} answers a second, {median:.2f} s at the median, "
        "{p95:.2f} s at the 95th percentile, {calls_a_photo:.1f} calls of the Bot API a photo".format(**found)
    )


if __name__ == "__main__":
    main()
