"""Visitors who all ask at once for a map of a large table of their own: what the app takes, and what each is told.

    python -m benchmarks.maps_at_once [--visitors 10] [--rows 200000] [--seconds 120]

Each brings another table, asks for UMAP or t-SNE of it by itself, and looks each second, as browsers do, while one more
visitor paints on *Generate*. Then all leave, and the app is watched until it is at rest.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from io import BytesIO
from time import monotonic

import numpy as np
import pandas as pd
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import UploadedFileInfo
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks import visitor as visitors
from benchmarks.load import memory
from benchmarks.running_app import free_port, running_app
from benchmarks.visitor import Visitor
from cocktailman.latent.fitting import FORGOTTEN
from cocktailman.latent.tables import add_styles

MODEL, DIMS = "cvae-photos", 6
METHODS = ("UMAP", "t-SNE")  # in turns
NAME = "table.parquet"
PATIENCE = 600.0  # seconds for a page, while ten large tables are read at once
AFTER = FORGOTTEN + 30  # seconds until what nobody waits for has been given up


class MapVisitor(Visitor):
    """Brings a table to the latent lab, and reads what is said of its map."""

    async def _fetch(self, drawn: list[Element]) -> bytes:
        return str(monotonic()).encode()  # the lab has no picture: it paints in the browser

    async def ask(self, method: str, table: bytes) -> None:
        """Asks for the map of a table by itself."""
        await self.open("latent_space", f"view={method}&model={MODEL}")
        request, widget = self._touching("file_uploader", "Table of styles")
        state = request.rerun_script.widget_states.widgets.add(id=widget.id)
        state.file_uploader_state_value.uploaded_file_info.append(await self._upload(table))
        await self._run(request)
        request, toggle = self._touching("checkbox", "Among the model's own")
        request.rerun_script.widget_states.widgets.add(id=toggle.id, bool_value=False)
        await self._run(request)

    def told(self) -> str:
        """What is said of the map that is on its way, or that none is; "" where it is there."""
        elements = [delta.new_element for delta in self._shown.values()]
        said = [element.progress.text for element in elements] + [element.alert.body for element in elements]
        return next((text for text in said if " styles: " in text or "maps are waiting" in text), "")

    async def look(self) -> None:
        """Reruns what says how far the map is, as a browser does each second."""
        waiting = [delta for delta in self._shown.values() if " styles: " in delta.new_element.progress.text]
        if waiting:
            request = BackMsg()
            request.rerun_script.fragment_id = waiting[0].fragment_id
            request.rerun_script.is_auto_rerun = True
            await self._run(request)

    async def _upload(self, table: bytes) -> UploadedFileInfo:
        request = BackMsg()
        request.file_urls_request.request_id = NAME
        request.file_urls_request.file_names.append(NAME)
        await self._socket.send(request.SerializeToString())
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            if message.WhichOneof("type") == "file_urls_response":
                [urls] = message.file_urls_response.file_urls
                await self._web.get("/_stcore/health")  # which hands out the token that uploads must show
                token = {"X-Xsrftoken": self._web.cookies["_streamlit_xsrf"]}
                sent = await self._web.put(urls.upload_url, files={NAME: (NAME, table)}, headers=token)
                sent.raise_for_status()
                return UploadedFileInfo(file_id=urls.file_id, name=NAME, size=len(table), file_urls=urls)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=10)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=120, help="after all have asked")
    chosen = parser.parse_args()
    visitors.PATIENCE = PATIENCE
    tables = [table_of(chosen.rows, seed) for seed in range(chosen.visitors)]
    port = free_port()
    with running_app(port) as app:
        asyncio.run(measure(app, f"localhost:{port}", tables, chosen.seconds))


def table_of(rows: int, seed: int) -> bytes:
    """A table of styles drawn from the prior."""
    means = np.random.default_rng(seed).normal(size=(rows, DIMS)).astype(np.float32)
    buffer = BytesIO()
    add_styles(pd.DataFrame({"file": [f"{row}.jpg" for row in range(rows)]}), means, 0 * means + 0.1).to_parquet(buffer)
    return buffer.getvalue()


async def measure(app: psutil.Process, address: str, tables: list[bytes], seconds: float) -> None:
    """Prints a line every few seconds, and what each visitor was told last."""
    async with Visitor(address) as painter:
        await painter.open("generate", "seed=1")
        say(app, "one visitor who paints")
        painting = asyncio.create_task(paint(painter))
        watching = asyncio.create_task(every(10, lambda: asyncio.to_thread(say, app, "")))
        asked = [MapVisitor(address) for _ in tables]
        start = monotonic()
        await asyncio.gather(*(wait(number, one, tables[number], start, seconds) for number, one in enumerate(asked)))
        say(app, "all leave")
        await asyncio.sleep(AFTER)
        say(app, f"{AFTER} s later")
        painting.cancel()
        watching.cancel()


async def wait(number: int, one: MapVisitor, table: bytes, start: float, seconds: float) -> None:
    method = METHODS[number % len(METHODS)]
    async with one:
        await one.ask(method, table)
        print(f"{monotonic() - start:6.0f} s  visitor {number} has asked, and is told: {one.told()}", flush=True)
        looks, slowest = 0, 0.0
        while monotonic() < start + seconds:
            await asyncio.sleep(1)
            before = monotonic()
            await one.look()
            looks, slowest = looks + 1, max(slowest, monotonic() - before)
        print(f"visitor {number}, {looks} looks, the slowest {slowest:.1f} s, is told: {one.told()}", flush=True)


async def paint(painter: Visitor) -> None:
    """Paints every two seconds, and prints the median and the slowest when it is stopped."""
    taken: list[float] = []
    try:
        while True:
            before = monotonic()
            await painter.press("New style")
            taken.append(monotonic() - before)
            await asyncio.sleep(2)
    finally:
        print(f"{len(taken)} pictures painted: {np.median(taken):.2f} s at the median, {max(taken):.1f} s at most")


async def every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await act()
        await asyncio.sleep(seconds)


def say(app: psutil.Process, when: str) -> None:
    fits = [
        child for child in app.children(recursive=True) if "cocktailman.latent.fitting" in " ".join(child.cmdline())
    ]
    used = memory(app)
    print(f"uss {used['uss']:6.0f} MiB, rss {used['rss']:6.0f} MiB, {len(fits)} fits at once  {when}", flush=True)


if __name__ == "__main__":
    main()
