"""How the app holds many visitors: its memory, pictures a second, how long one takes, and what goes wrong.

    python -m benchmarks.load [--visitors 20] [--seconds 60] [--json]

Starts the app, lets one visitor paint, then all at once: each presses "New style" or types a seed as soon as the last
picture is there. The visitors share the machine with the app, and speak to nothing but localhost.
"""

import argparse
import asyncio
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2
import numpy as np
import psutil
from websockets.exceptions import WebSocketException

from benchmarks.running_app import free_port, running_app
from benchmarks.visitor import PageError, Visitor

ROOT = Path(__file__).parent.parent
START = 60  # seconds the first visitor may take to paint
SAMPLING = 0.5  # seconds between two looks at the memory
ALONE = 5  # pictures that the first visitor paints
MIB = 2**20


@dataclass
class Tally:
    """What the visitors met, and the most memory the app had meanwhile."""

    seconds: list[float] = field(default_factory=list)  # a picture each
    errors: Counter[str] = field(default_factory=Counter)
    memory: dict[str, float] = field(default_factory=dict)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", action="store_true", help="one JSON object in place of the table")
    chosen = parser.parse_args()
    port = free_port()
    with running_app(port) as app:
        found = asyncio.run(measure(app, f"localhost:{port}", chosen.visitors, chosen.seconds))
    print(json.dumps(found, indent=2) if chosen.json else table(found))


async def measure(app: psutil.Process, address: str, visitors: int, seconds: float) -> dict[str, Any]:
    """All that is printed: first for one visitor, then for all of them."""
    first = Tally()
    await visit(address, 0, first, until=monotonic() + START, pictures=ALONE)
    one = memory(app)
    tally = Tally(memory=one)
    watching = asyncio.create_task(watch(app, tally))
    start = monotonic()
    async with asyncio.TaskGroup() as group:
        for number in range(1, visitors + 1):
            group.create_task(visit(address, number, tally, until=start + seconds))
    elapsed = monotonic() - start
    watching.cancel()
    errors = first.errors + tally.errors
    milliseconds = np.multiply(tally.seconds or [np.nan], 1000)
    return {
        "command": f"python -m benchmarks.load --visitors {visitors} --seconds {seconds:g}",
        "visitors": visitors,
        "memory_mib": {
            "one visitor": one,
            "peak": tally.memory,
            "added": {kind: tally.memory[kind] - one[kind] for kind in one},
        },
        "paints": len(tally.seconds),
        "paints_a_second": len(tally.seconds) / elapsed,
        "milliseconds": {"median": float(np.median(milliseconds)), "p95": float(np.percentile(milliseconds, 95))},
        "errors": errors.total(),
        "what": dict(errors),
    }


async def visit(address: str, number: int, tally: Tally, until: float, pictures: float = np.inf) -> None:
    """Paints again and again until that moment, or that many pictures; comes back after a lost connection."""
    seed = number * 1_000_000  # so that no two visitors look at the same pictures
    painted = 0
    while monotonic() < until and painted < pictures:
        try:
            async with Visitor(address) as visitor:
                await visitor.open("generate", f"seed={seed}")
                while monotonic() < until and painted < pictures:
                    painted += 1
                    start = monotonic()
                    if painted % 2:
                        await visitor.press("New style")
                    else:
                        await visitor.type_number("Seed", seed + 7 * painted)
                    tally.seconds.append(monotonic() - start)
        except (PageError, WebSocketException, httpx2.HTTPError, OSError) as error:
            tally.errors[f"{type(error).__name__}: {error}"] += 1
            await asyncio.sleep(1)  # a person would need longer


async def watch(app: psutil.Process, tally: Tally) -> None:
    """Keeps the most memory seen in `tally`, until cancelled."""
    while True:
        now = await asyncio.to_thread(memory, app)
        tally.memory = {kind: max(now[kind], tally.memory[kind]) for kind in now}
        await asyncio.sleep(SAMPLING)


def memory(app: psutil.Process) -> dict[str, float]:
    """MiB of the app and its children: resident (rss), and of that what is theirs alone (uss).

    Other programs that have torch loaded take its library out of uss, until they end: compare uss on an idle machine.
    """
    used = [process.memory_full_info() for process in (app, *app.children(recursive=True))]
    return {"uss": sum(part.uss for part in used) / MIB, "rss": sum(part.rss for part in used) / MIB}


def table(found: dict[str, Any]) -> str:
    """The measurements as text, a row each."""
    rows = [f"{'MiB':<34}{'uss':>9}{'rss':>9}"]
    for name, used in found["memory_mib"].items():
        rows.append(f"{name:<34}{used['uss']:>9.0f}{used['rss']:>9.0f}")
    rows += [
        f"{'visitors at once':<34}{found['visitors']:>9}",
        f"{'paints':<34}{found['paints']:>9}",
        f"{'paints a second':<34}{found['paints_a_second']:>9.1f}",
        f"{'one paint, median, ms':<34}{found['milliseconds']['median']:>9.0f}",
        f"{'one paint, p95, ms':<34}{found['milliseconds']['p95']:>9.0f}",
        f"{'errors':<34}{found['errors']:>9}",
    ]
    rows += [f"    {count} x {what}" for what, count in found["what"].items()]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
