"""A server on this machine that speaks the Bot API's HTTP, as far as a bot of ours uses it, and the people behind it.

It is as strict as Telegram where that has bitten somebody: lengths of texts and of buttons' data, edits that change
nothing or what is not there, files over 20 MB, markup that is not closed, flood control.
"""

import asyncio
import itertools
import json
import re
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Condition, Event, Thread
from time import monotonic, time
from typing import Any

from aiohttp import web

TOKEN = "42:ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghi"
LARGEST = 20 * 10**6  # bytes of a file that a bot may fetch
ME = {"id": 42, "is_bot": True, "first_name": "Barkeeper", "username": "barkeeper_bot"}
TAGS = re.compile(r"<(/?)(\w+)[^>]*>")


class BadRequest(Exception):  # noqa: N818 - Telegram's name for it
    """The bot asked for something that Telegram refuses."""


@dataclass
class Call:
    """What the bot asked of the server: method, parameters, the names and bytes of files; and when."""

    method: str
    parameters: dict[str, Any]
    files: dict[str, bytes]
    when: float = field(default_factory=monotonic)


@dataclass
class Sent:
    """A message of the bot as it is now."""

    id: int
    chat: int
    text: str
    keyboard: list[list[dict[str, str]]]
    picture: bytes = b""
    kind: str = "text"  # or photo, document

    @property
    def buttons(self) -> dict[str, str]:
        """The data of each button by its text."""
        return {button["text"]: button["callback_data"] for row in self.keyboard for button in row}


class BotApi:
    """Telegram, as a bot sees it. Its own thread serves; tests and benchmarks call what is public from theirs."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.messages: dict[tuple[int, int], Sent] = {}  # by chat and id
        self.answered: dict[str, str] = {}  # callback queries, with what was said
        self.floods: deque[float] = deque()  # seconds to wait, for each of the next calls that sends or edits
        self.changed = Condition()
        self.url = ""
        self._updates: deque[dict[str, Any]] = deque()
        self._files: dict[str, tuple[bytes, int]] = {}
        self._numbers = itertools.count(1)
        self._stop = Event()

    # What people do

    def person(self, id: int, language: str = "en") -> "Person":
        return Person(self, id, language)

    def file(self, data: bytes, size: int | None = None) -> str:
        """The id of a file that people may send."""
        id = f"file{next(self._numbers)}"
        self._files[id] = (data, len(data) if size is None else size)
        return id

    def update(self, kind: str, content: dict[str, Any]) -> dict[str, Any]:
        """Gives the bot an update."""
        update = {"update_id": next(self._numbers), kind: content}
        self._updates.append(update)
        return update

    def repeat(self, update: dict[str, Any]) -> None:
        """Gives the bot an update again, as where its answer was lost."""
        self._updates.append(update)

    def next_number(self) -> int:
        return next(self._numbers)

    def wait(self, condition: Callable[[], Any], seconds: float = 120) -> Any:
        """What the condition gives once it is true of what the bot did; raises `TimeoutError`."""
        deadline = monotonic() + seconds
        while monotonic() < deadline:
            with self.changed:
                if found := condition():
                    return found
                self.changed.wait(0.1)  # it may also be about Redis, which tells nobody
        raise TimeoutError("the bot did not do that; its last calls:\n" + "\n".join(map(_short, self.calls[-8:])))

    # What the bot asks for

    async def handle(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _refusal(401, "Unauthorized")
        parameters, files = await _parameters(request)
        call = Call(request.match_info["method"], parameters, files)
        if call.method == "getUpdates":
            return _result(
                await self._get_updates(int(parameters.get("offset", 0)), float(parameters.get("timeout", 0)))
            )
        if self.floods and call.method.startswith(("send", "edit")):
            wait = self.floods.popleft()
            with self.changed:
                self.calls.append(Call(f"{call.method} refused", parameters, {}))
            return _refusal(429, f"Too Many Requests: retry after {wait:g}", {"retry_after": wait})
        try:
            with self.changed:
                self.calls.append(call)
                result = getattr(self, f"_{call.method}")(call)
                self.changed.notify_all()
            return _result(result)
        except BadRequest as error:
            return _refusal(400, f"Bad Request: {error}")

    async def download(self, request: web.Request) -> web.Response:
        return web.Response(body=self._files[request.match_info["file"]][0])

    async def _get_updates(self, offset: int, timeout: float) -> list[dict[str, Any]]:
        deadline = monotonic() + timeout
        while not self._updates and monotonic() < deadline and not self._stop.is_set():
            await asyncio.sleep(0.03)
        found = list(self._updates)
        self._updates.clear()
        return found

    def _getMe(self, call: Call) -> dict[str, Any]:  # noqa: N802 - the methods of the Bot API
        return ME

    def _setMyCommands(self, call: Call) -> bool:  # noqa: N802
        return True

    def _deleteWebhook(self, call: Call) -> bool:  # noqa: N802
        return True

    def _getFile(self, call: Call) -> dict[str, Any]:  # noqa: N802
        id = call.parameters["file_id"]
        if self._files[id][1] > LARGEST:
            raise BadRequest("file is too big")
        return {"file_id": id, "file_unique_id": id, "file_path": id}

    def _answerCallbackQuery(self, call: Call) -> bool:  # noqa: N802
        self.answered[call.parameters["callback_query_id"]] = call.parameters.get("text", "")
        return True

    def _sendMessage(self, call: Call) -> dict[str, Any]:  # noqa: N802
        return self._new(call, "text", call.parameters["text"], b"")

    def _sendPhoto(self, call: Call) -> dict[str, Any]:  # noqa: N802
        return self._new(call, "photo", call.parameters.get("caption", ""), _file_of(call, "photo"))

    def _sendDocument(self, call: Call) -> dict[str, Any]:  # noqa: N802
        return self._new(call, "document", call.parameters.get("caption", ""), _file_of(call, "document"))

    def _editMessageText(self, call: Call) -> dict[str, Any]:  # noqa: N802
        return self._edit(call, {"text"}, text=call.parameters["text"])

    def _editMessageCaption(self, call: Call) -> dict[str, Any]:  # noqa: N802
        return self._edit(call, {"photo", "document"}, text=call.parameters.get("caption", ""))

    def _editMessageReplyMarkup(self, call: Call) -> dict[str, Any]:  # noqa: N802
        return self._edit(call, {"text", "photo", "document"})

    def _editMessageMedia(self, call: Call) -> dict[str, Any]:  # noqa: N802
        media = json.loads(call.parameters["media"])
        picture = call.files[media["media"].removeprefix("attach://")]
        kinds = {"text", "photo", "document"}
        return self._edit(call, kinds, text=media.get("caption", ""), picture=picture, kind=media["type"])

    def _new(self, call: Call, kind: str, text: str, picture: bytes) -> dict[str, Any]:
        _check(text, 4096 if kind == "text" else 1024, empty=kind != "text")
        id, chat = next(self._numbers), int(call.parameters["chat_id"])
        self.messages[chat, id] = Sent(id, chat, text, _keyboard(call), picture, kind)
        return self._shown(self.messages[chat, id])

    def _edit(self, call: Call, kinds: set[str], **change: Any) -> dict[str, Any]:
        key = int(call.parameters["chat_id"]), int(call.parameters["message_id"])
        sent = self.messages.get(key)
        if sent is None:
            raise BadRequest("message to edit not found")
        if sent.kind not in kinds:
            raise BadRequest("there is no text in the message to edit")
        after = Sent(**{**vars(sent), **change, "keyboard": _keyboard(call)})
        _check(after.text, 4096 if after.kind == "text" else 1024, empty=after.kind != "text")
        if after == sent:
            raise BadRequest("message is not modified: specified new message content and reply markup are the same")
        self.messages[key] = after
        return self._shown(after)

    def _shown(self, sent: Sent) -> dict[str, Any]:
        """A message of the bot as Telegram gives it back, and sends it along with a pressed button."""
        shown = {
            "message_id": sent.id,
            "date": int(time()),
            "chat": {"id": sent.chat, "type": "private"},
            "from": ME,
            "reply_markup": {"inline_keyboard": sent.keyboard},
        }
        if sent.kind == "text":
            return shown | {"text": sent.text}
        file = {"file_id": "sent", "file_unique_id": "sent", "file_size": len(sent.picture)}
        content = [file | {"width": 512, "height": 512}] if sent.kind == "photo" else file
        return shown | {"caption": sent.text, sent.kind: content}


class Person:
    """Somebody who writes to the bot."""

    def __init__(self, api: BotApi, id: int, language: str) -> None:
        self._api, self.id = api, id
        self._user = {"id": id, "is_bot": False, "first_name": f"Guest {id}", "language_code": language}

    @property
    def got(self) -> list[Sent]:
        """The bot's messages to this person, oldest first."""
        return [sent for (chat, _), sent in sorted(self._api.messages.items()) if chat == self.id]

    def send(self, **content: Any) -> dict[str, Any]:
        """Sends the bot a message; returns its update."""
        message = {
            "message_id": self._api.next_number(),
            "date": int(time()),
            "chat": {"id": self.id, "type": "private"},
            "from": self._user,
        }
        text = content.get("text", "")
        if text.startswith("/"):
            command = {"type": "bot_command", "offset": 0, "length": len(text.split()[0])}
            content["entities"] = [command]
        return self._api.update("message", message | content)

    def say(self, text: str) -> dict[str, Any]:
        return self.send(text=text)

    def show(self, picture: bytes, **content: Any) -> dict[str, Any]:
        """Sends a photo."""
        file = {"file_id": self._api.file(picture), "file_unique_id": "photo", "file_size": len(picture)}
        return self.send(photo=[file | {"width": 640, "height": 480}], **content)

    def attach(self, data: bytes, mime_type: str, size: int | None = None, told: int | None = None) -> dict[str, Any]:
        """Sends a file; `told` is the size that its message tells."""
        id = self._api.file(data, size)
        return self.send(
            document={"file_id": id, "file_unique_id": id, "mime_type": mime_type, "file_size": told or len(data)}
        )

    def press(self, sent: Sent, button: str) -> str:
        """Presses the button of a message whose text ends so; returns the id of the query."""
        data = next(data for text, data in sent.buttons.items() if text.endswith(button))
        id = str(self._api.next_number())
        query = {"id": id, "from": self._user, "chat_instance": "1", "data": data, "message": self._api._shown(sent)}
        self._api.update("callback_query", query)
        return id

    def wait(self, condition: Callable[[list[Sent]], Any] = list, seconds: float = 120) -> Any:
        """What a condition on the messages to this person gives once it is true."""
        return self._api.wait(lambda: condition(self.got), seconds)


@contextmanager
def serving() -> Iterator[BotApi]:
    """A `BotApi` that answers at its `url`."""
    api = BotApi()
    ready, loop = Event(), asyncio.new_event_loop()

    async def serve() -> None:
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_post("/bot{token}/{method}", api.handle)
        app.router.add_get("/file/bot{token}/{file}", api.download)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        api.url = "http://{}:{}".format(*runner.addresses[0])
        ready.set()
        while not api._stop.is_set():
            await asyncio.sleep(0.05)
        await runner.cleanup()

    thread = Thread(target=loop.run_until_complete, args=(serve(),), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield api
    finally:
        api._stop.set()
        thread.join()
        loop.close()


async def _parameters(request: web.Request) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Parameters, and files by the names of their fields."""
    parameters, files = {}, {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            files[name] = value.file.read()
        else:
            parameters[name] = value
    return parameters, files


def _file_of(call: Call, name: str) -> bytes:
    return call.files[call.parameters[name].removeprefix("attach://")]


def _keyboard(call: Call) -> list[list[dict[str, str]]]:
    rows = json.loads(call.parameters.get("reply_markup") or "{}").get("inline_keyboard", [])
    for button in (button for row in rows for button in row):
        if not 1 <= len(button["callback_data"].encode()) <= 64:
            raise BadRequest("BUTTON_DATA_INVALID")
    return rows


def _check(text: str, most: int, empty: bool) -> None:
    """What Telegram checks of a text in HTML."""
    opened: list[str] = []
    for end, tag in TAGS.findall(text):
        if not end:
            opened.append(tag)
        elif not opened or opened.pop() != tag:
            raise BadRequest("can't parse entities")
    plain = TAGS.sub("", text)
    if opened or "<" in plain:
        raise BadRequest("can't parse entities")
    if not plain.strip() and not empty:
        raise BadRequest("message text is empty")
    if len(plain) > most:
        raise BadRequest("message is too long")


def _result(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _refusal(code: int, description: str, parameters: dict[str, Any] | None = None) -> web.Response:
    answer = {"ok": False, "error_code": code, "description": description, "parameters": parameters or {}}
    return web.json_response(answer, status=code)


def _short(call: Call) -> str:
    return f"{call.method} {str(call.parameters)[:300]}"
