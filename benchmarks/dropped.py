"""What sessions cost whose connection is cut: `python -m benchmarks.dropped --sessions 400`.

Each opens a page, waits for its picture, and is gone without a word, as a phone in a tunnel. Streamlit keeps such a
session for a while, should the browser come back (`server.disconnectedSessionTTL`, 2 minutes), and at most 128 of them.
"""

import argparse
import asyncio

import psutil

from benchmarks.load import memory
from benchmarks.running_app import free_port, running_app
from benchmarks.visitor import Visitor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=400)
    parser.add_argument("--every", type=int, default=50, help="sessions between two looks at the memory")
    parser.add_argument("--page", default="generate", help="a page with one picture on it")
    chosen = parser.parse_args()
    port = free_port()
    with running_app(port) as app:
        asyncio.run(drop(app, f"localhost:{port}", chosen.page, chosen.sessions, chosen.every))


async def drop(app: psutil.Process, address: str, page: str, sessions: int, every: int) -> None:
    """Prints how much memory the app takes after so many dropped sessions."""
    print(f"{'sessions dropped':>18}{'uss, MiB':>12}{'rss, MiB':>12}")
    for number in range(sessions + 1):
        if number == 1 or number % every == 0:
            used = memory(app)
            print(f"{number:>18}{used['uss']:>12.0f}{used['rss']:>12.0f}", flush=True)
        async with Visitor(address) as visitor:
            await visitor.open(page, f"seed={number}")
            visitor.cut()


if __name__ == "__main__":
    main()
