"""A visitor of the app without a browser: Streamlit's own protocol on its websocket, and pictures over HTTP.

What Streamlit's page does, of which only this much is done here: it opens `/_stcore/stream` with the subprotocol
`streamlit`, asks for a run of a page with a `BackMsg`, draws the `ForwardMsg`s it gets until the run has finished, and
asks again with the state of a widget that was touched, naming the fragment that drew it.
"""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Self

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

PATIENCE = 120.0  # seconds for one run of the script, or one picture
BY_NAME = Subprotocol("streamlit")


class PageError(Exception):
    """What a person would call broken: an error on the page, or a picture that does not come or does not change."""


class Visitor:
    """One session of the app at `address` ("localhost:8501"); `picture` is the last one seen, as bytes of its file."""

    def __init__(self, address: str) -> None:
        self.picture = b""
        self._address = address
        self._page = ""  # the hash by which Streamlit knows the page
        self._query = ""  # of the URL, which the app rewrites
        self._shown: dict[tuple[int, ...], Delta] = {}  # elements by their place on the page

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            web = httpx2.AsyncClient(base_url=f"http://{self._address}", trust_env=False, timeout=PATIENCE)
            self._web = await stack.enter_async_context(web)
            stream = connect(f"ws://{self._address}/_stcore/stream", subprotocols=[BY_NAME], proxy=None, max_size=None)
            self._socket = await stack.enter_async_context(stream)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._stack.aclose()

    async def open(self, page: str, query: str = "") -> None:
        """Opens a page by its place in the URL, and waits for its picture."""
        self._query = query
        request = BackMsg()
        request.rerun_script.page_name = page
        await self._run(request)

    def cut(self) -> None:
        """Ends the connection without a word, as where a phone enters a tunnel."""
        self._socket.transport.abort()

    async def press(self, label: str) -> None:
        """Presses the button of this label, and waits for the new picture."""
        request, button = self._touching("button", label)
        request.rerun_script.widget_states.widgets.add(id=button.id, trigger_value=True)
        await self._run(request)

    async def type_number(self, label: str, number: int) -> None:
        """Types a whole number into the field of this label, and waits for the new picture."""
        request, field = self._touching("number_input", label)
        request.rerun_script.widget_states.widgets.add(id=field.id, int_value=number)
        await self._run(request)

    def _touching(self, kind: str, label: str) -> tuple[BackMsg, Any]:
        for delta in self._shown.values():
            widget = getattr(delta.new_element, kind)
            if delta.new_element.WhichOneof("type") == kind and widget.label == label:
                request = BackMsg()
                request.rerun_script.fragment_id = delta.fragment_id
                return request, widget
        raise PageError(f"no {kind} {label!r} on the page")

    async def _run(self, request: BackMsg) -> None:
        request.rerun_script.query_string = self._query
        request.rerun_script.page_script_hash = self._page
        try:
            async with asyncio.timeout(PATIENCE):
                await self._socket.send(request.SerializeToString())
                drawn = await self._drawn()
                self._take(await self._fetch(drawn))
        except TimeoutError:
            raise PageError(f"no picture in {PATIENCE:g} s") from None

    async def _drawn(self) -> list[Element]:
        """The elements that one run draws; raises `PageError` at an error among them."""
        drawn: list[Element] = []
        while True:
            message = ForwardMsg.FromString(await self._socket.recv(decode=False))
            match message.WhichOneof("type"):
                case "new_session":
                    self._page = message.new_session.page_script_hash
                    drawn.clear()
                case "navigation":
                    self._page = message.navigation.page_script_hash
                case "page_info_changed":
                    self._query = message.page_info_changed.query_string
                case "delta" if message.delta.HasField("new_element"):
                    self._shown[tuple(message.metadata.delta_path)] = message.delta
                    drawn.append(message.delta.new_element)
                case "session_event" if message.session_event.HasField("script_compilation_exception"):
                    raise PageError(message.session_event.script_compilation_exception.message)
                case "script_finished" if message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    _raise_errors(drawn)
                    return drawn

    async def _fetch(self, drawn: list[Element]) -> bytes:
        urls = [image.url for element in drawn if element.HasField("imgs") for image in element.imgs.imgs]
        if len(urls) != 1:
            raise PageError(f"{len(urls)} pictures on the page")
        reply = await self._web.get(urls[0])
        if reply.status_code != httpx2.codes.OK:
            raise PageError(f"the picture is not there: HTTP {reply.status_code}")
        return reply.content

    def _take(self, picture: bytes) -> None:
        if picture == self.picture:
            raise PageError("the picture did not change")
        self.picture = picture


def _raise_errors(drawn: list[Element]) -> None:
    for element in drawn:
        if element.HasField("exception"):
            raise PageError(f"{element.exception.type}: {element.exception.message}")
        if element.HasField("alert") and element.alert.format == element.alert.ERROR:
            raise PageError(element.alert.body)
