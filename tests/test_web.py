"""No test here leaves the machine: names lead to public addresses, and connections to these are bent to a local server.

So all checks of addresses are the real ones.
"""

import io
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_network
from threading import Event, Thread
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cocktailman import web
from cocktailman.errors import InputError
from cocktailman.images import MAX_BYTES
from cocktailman.web import _is_public, fetch_picture

CONNECT, LOOK_UP, LITERALLY = socket.create_connection, socket.getaddrinfo, web._addresses
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


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        ("http://pictures.example/picture", ("pictures.example", "/picture")),
        (
            " HTTP://Pictures.Example.:80/picture?größe=1&q=%20 \n",
            ("pictures.example", "/picture?gr%C3%B6%C3%9Fe=1&q=%20"),
        ),
        ("http://bücher.example/to///pictures.example/picture", ("pictures.example", "/picture")),
        ("http://pictures.example/to/http://bücher.example/picture", ("xn--bcher-kva.example", "/picture")),
        ("http://pictures.example/again/5", ("pictures.example", "/picture")),
        ("http://half-dead.example/picture", ("half-dead.example", "/picture")),
        (f"http://[{OVER_IPV6}]/picture", (f"[{OVER_IPV6}]", "/picture")),
    ],
)
def test_a_picture_arrives(internet, monkeypatch, url, asked):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    image = fetch_picture(url)
    assert np.asarray(image).tolist() == np.full((8, 16, 3), (255, 0, 0)).tolist()
    assert Site.asked[-1] == asked
    assert {port for _, port in internet} == {80}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("again/6", "over 5 times"),
        ("to/ftp://pictures.example/picture", "begins with http"),
        ("to/http://[", "begins with http"),
        ("to/http://me:secret@pictures.example/picture", "user name"),
        ("to/http://pictures.example:8080/picture", "port 8080"),
        ("missing", "answers 404"),
        ("text", "what pictures.example sent is no readable picture"),
        ("page", "web page"),
        ("zipped", "uncompressed"),
        ("declared", "sends is larger than 20 MB"),
        ("endless", "sends is larger than 20 MB"),
        ("cut", "no proper answer"),
    ],
)
def test_other_answers_are_refused(internet, path, says):
    refused(f"http://pictures.example/{path}", says)


@pytest.mark.parametrize("path", ["drops", "head"])
def test_drops_are_not_awaited(internet, monkeypatch, path):
    monkeypatch.setattr(web, "SECONDS", 0.4)
    start = time.monotonic()
    refused(f"http://pictures.example/{path}", "too slow")
    assert time.monotonic() - start < 5  # of the 20 that it would take


def test_a_slow_look_up_is_not_awaited(internet, monkeypatch):
    done = Event()
    monkeypatch.setattr(web, "SECONDS", 0.1)
    monkeypatch.setattr(web, "_addresses", lambda host, port: done.wait(20) and [(PUBLIC, port)])
    start = time.monotonic()
    refused("http://pictures.example/picture", "too slow")
    assert time.monotonic() - start < 5
    done.set()
    assert not internet


INSIDE_HOSTS = [
    "localhost",
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0177.0.0.01",
    "2130706433",
    "0X7F000001",
    "017700000001",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "１２７。０。０。１",  # full width
    "①②⑦.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # metadata of most clouds, then of Alibaba's, Oracle's and Azure's
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    "100.64.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::1]",
    "[2002:7f00:1::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    "[fe80::1]",
    "[fec0::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[ff02::1]",
    "[ff0e::1]",
    "[100::1]",
    "[2001:db8::1]",
    "[3fff::1]",
    "[5f00::1]",
    "inside.example",
    "half-inside.example",
    "half-inside6.example",
]


@pytest.mark.parametrize("host", INSIDE_HOSTS)
def test_what_leads_inside_is_refused(internet, host):
    refused(f"http://{host}/picture", "not on the open internet")
    assert not internet
    refused(f"http://pictures.example/to/https://{host}/picture", "not on the open internet")
    assert internet == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "begins with http"),
        ("pictures.example/picture", "begins with http"),
        ("file:///etc/passwd", "begins with http"),
        ("ftp://pictures.example/picture", "begins with http"),
        ("gopher://127.0.0.1:6379/_FLUSHALL", "begins with http"),
        ("data:image/png;base64,AAAA", "begins with http"),
        ("http://", "begins with http"),
        ("http:///picture", "begins with http"),
        ("http://[::1", "begins with http"),
        ("http://[fe80::1%25eth0]/", "begins with http"),
        ("http://%31%32%37.0.0.1/", "begins with http"),
        ("http://pictures.example%2f@127.0.0.1/", "user name"),
        ("http://pictures.example\\@127.0.0.1/", "user name"),
        ("http://127.0.0.1\\.pictures.example/", "begins with http"),
        ("http://127.0.0.1 .pictures.example/", "begins with http"),
        ("http://127.0.0.1../", "begins with http"),
        ("http://127.0.0.1\0.pictures.example/", "begins with http"),
        ("http://" + "a" * 64 + ".example/", "begins with http"),
        ("http://" + "a." * 127 + "example/", "begins with http"),
        ("http://pictures.example/\udcff", "begins with http"),
        ("http://pictures.example:0/", "port 0"),
        ("http://pictures.example:22/", "port 22"),
        ("http://pictures.example:443/", "port 443"),
        ("http://pictures.example:http/", "begins with http"),
        ("http://pictures.example:99999/", "begins with http"),
        ("http://me@pictures.example/picture", "user name"),
        ("http://:secret@pictures.example/picture", "user name"),
        ("http://pictures.example/" + "a" * 9000, "longer than 8000"),
    ],
)
def test_other_urls_are_refused(internet, url, says):
    refused(url, says)
    assert not internet


INSIDE = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
    192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/3
"""
inside = st.sampled_from([ip_network(network) for network in INSIDE.split()]).flatmap(
    lambda network: st.integers(int(network[0]), int(network[-1])).map(IPv4Address)
)
number_forms = st.sampled_from(["{}", "0{:o}", "000{:o}", "0x{:x}", "0X{:08X}"])


@given(inside, st.lists(number_forms, min_size=1, max_size=4), st.sampled_from(["", "."]))
@settings(deadline=None)
def test_ipv4_in_any_writing_is_refused(address, forms, dot):
    numbers = [*address.packed[: len(forms) - 1], int.from_bytes(address.packed[len(forms) - 1 :])]
    host = ".".join(form.format(number) for form, number in zip(forms, numbers, strict=True))
    assert socket.inet_aton(host) == address.packed
    refused(f"http://{host}{dot}/", "not on the open internet")


def disguises(address: IPv4Address) -> list[IPv6Address]:
    """As IPv6: compatible, mapped, translated, NAT64, 6to4, Teredo."""
    number = int(address)
    return [
        IPv6Address(number),
        IPv6Address(0xFFFF << 32 | number),
        IPv6Address(0xFFFF << 48 | number),
        IPv6Address(0x64FF9B << 96 | number),
        IPv6Address(0x2002 << 112 | number << 80),
        IPv6Address(0x20010000 << 96 | number ^ 0xFFFFFFFF),
    ]


@given(inside, st.integers(0, 5), st.sampled_from([str, lambda address: address.exploded.upper()]))
@settings(deadline=None)
def test_ipv4_disguised_as_ipv6_is_refused(address, which, written):
    refused(f"http://[{written(disguises(address)[which])}]/", "not on the open internet")


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
@settings(deadline=None)
def test_a_mapped_address_is_what_it_maps(address):
    _, mapped, _, nat64, *_ = disguises(address)
    assert _is_public(str(address)) == _is_public(str(mapped)) == _is_public(str(nat64))


@pytest.mark.parametrize("address", [PUBLIC, OVER_IPV6, "8.8.8.8", "172.32.0.1", "100.128.0.1", "2a00:1450:4001::1"])
def test_the_open_internet_is_open(address):
    assert _is_public(address)


def test_a_name_that_changes_its_mind_is_asked_once(internet, monkeypatch):
    looked_up = []

    def look_up(host, *args, **options):
        if host != "rebinding.example":
            return LOOK_UP(host, *args, **options)
        looked_up.append(host)
        return LOOK_UP(PUBLIC if len(looked_up) == 1 else "127.0.0.1", *args, **options)

    monkeypatch.setattr(web, "_addresses", LITERALLY)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    assert fetch_picture("http://rebinding.example/picture").size == (16, 8)
    assert (looked_up, internet) == (["rebinding.example"], [(PUBLIC, 80)])
    assert Site.asked == [("rebinding.example", "/picture")]
    refused("http://rebinding.example/picture", "not on the open internet")


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes a certificate with openssl")
def test_the_certificate_must_name_the_host(internet, monkeypatch, tmp_path):
    key, certificate, names = tmp_path / "key.pem", tmp_path / "certificate.pem", []
    how = "-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -addext"
    files = ["-keyout", str(key), "-out", str(certificate)]
    make = ["openssl", "req", *how.split(), "subjectAltName=DNS:pictures.example", *files]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    with serving(context) as address:
        monkeypatch.setattr(socket, "create_connection", lambda _, *args, **options: CONNECT(address, *args, **options))
        refused("https://pictures.example/picture", "no proper answer")  # nobody vouches for it
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch_picture("https://pictures.example/picture").size == (16, 8)
        refused("https://other.example/picture", "no proper answer")
    assert names == ["pictures.example", "pictures.example", "other.example"]
    assert Site.asked == [("pictures.example", "/picture")]
