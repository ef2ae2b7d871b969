"""A small internet for tests, none of which leaves the machine.

Names lead to public addresses, and connections to these are bent to a local server. So all checks of addresses are the
real ones.
"""

import io
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

import pytest
from PIL import Image

from cocktailman import web
from cocktailman.errors import InputError
from cocktailman.images import MAX_BYTES
from cocktailman.web import fetch_picture

CONNECT, LITERALLY = socket.create_connection, web._addresses
PUBLIC, DEAD, OVER_IPV6 = "93.184.215.14", "93.184.215.15", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"
NAMES = {
    "pictures.example": [PUBLIC],
    "other.example": [PUBLIC],
    "xn--bcher-kva.example": [PUBLIC],
    "half-dead.example": [DEAD, OVER_IPV6],
    "inside.example": ["10.0.0.1"],
    "half-inside.example": [PUBLIC, "127.0.0.1"],
    "half-inside6.example": [PUBLIC, "fd00:ec2::254"],
}


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 8), (255, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


class Site(BaseHTTPRequestHandler):
    """A page a path; what it was asked is kept in `asked`."""

    asked: list[tuple[str, str]]

    def do_GET(self):
        self.asked.append((self.headers["Host"], self.path))
        assert self.headers["Accept-Encoding"] == "identity"
        page, _, rest = self.path[1:].partition("/")
        with suppress(OSError):  # the other end has heard enough
            getattr(self, page.split("?")[0])(rest)

    def answer(self, body: bytes = b"", status: int = 200, **headers: str):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def picture(self, _: str):
        self.answer(png(), Content_Type="text/plain")  # not to be believed

    def to(self, location: str):
        self.answer(status=302, Location=unquote(location).encode().decode("latin-1"))  # UTF-8, as some servers do

    def again(self, count: str):
        self.answer(status=307, Location=f"/again/{int(count) - 1}" if int(count) > 1 else "/picture")

    def missing(self, _: str):
        self.answer(png(), status=404)

    def text(self, _: str):
        self.answer(b"Margarita: tequila, triple sec, lime", Content_Type="image/png")

    def page(self, _: str):
        self.answer(b"\n<!DOCTYPE html><html><img src=a.png></html>", Content_Type="image/png")

    def zipped(self, _: str):
        self.answer(png(), Content_Encoding="gzip")

    def declared(self, _: str):
        self.answer(png(), Content_Length=str(MAX_BYTES + 1))

    def endless(self, _: str):
        self.answer()
        for _megabyte in range(100):
            self.wfile.write(bytes(2**20))

    def cut(self, _: str):
        self.answer(png()[:-20], Content_Length=str(len(png())))

    def drops(self, _: str):
        self.answer(png())
        self.drip()

    def head(self, _: str):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drops: ")
        self.drip()

    def drip(self):
        for _drop in range(400):
            time.sleep(0.05)
            self.wfile.write(b"x")

    def log_message(self, *_):
        pass


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[tuple[str, int]]:
    """The address of `Site`."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield "127.0.0.1", server.server_port
        server.shutdown()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, int]]:
    with serving() as address:
        yield address


@pytest.fixture
def internet(server, monkeypatch) -> list[tuple[str, int]]:
    """A small internet of `NAMES`, all of it on one server; the places that were connected to."""
    places = []

    def connect(place, *args, **options):
        places.append(place)
        if place[0] == DEAD:
            raise ConnectionRefusedError
        return CONNECT(server, *args, **options)

    def addresses(host, port):
        return [(address, port) for address in NAMES[host]] if host in NAMES else LITERALLY(host, port)

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setattr(web, "_addresses", addresses)
    monkeypatch.setattr(Site, "asked", [], raising=False)
    return places


def refused(url: str, says: str = "") -> None:
    """One sentence says what is wrong and how to mend it."""
    with pytest.raises(InputError, match=says) as caught:
        fetch_picture(url)
    what, _, mend = str(caught.value).rpartition(": ")
    assert what.isprintable()
    assert mend.split()[0] in {"check", "make", "open", "paste", "right-click", "save", "try"}
