"""A URL that a visitor pasted becomes a picture, or a clear error.

The machine that runs this stands where its visitors do not: behind a firewall, beside other machines, in a provider's
network. So it reaches for nothing but the open internet: a name is resolved once, all its addresses are checked, and
the connection goes to a checked address itself, whatever the name means a moment later. Host header, server name and
certificate stay those of the name. How a host is written does not matter: what is checked is where it leads.
"""

import re
import socket
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from ssl import SSLContext
from typing import Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import httpcore2
import idna
from PIL import Image

from cocktailman.errors import InputError
from cocktailman.images import MAX_BYTES, ImageError, read_image

SECONDS = 10  # for all of it, from the first name to the last byte: 20 MB at 17 Mbit/s
MAX_REDIRECTS = 5
MAX_URL = 8000  # letters, as many as most servers take
PORTS = {"http": 80, "https": 443}  # pictures are served there; on other ports, mostly what expects no browser

HEADERS = [
    ("User-Agent", "CocktailMan (reads a picture that a visitor named)"),  # some servers refuse whom they cannot name
    ("Accept", "image/*"),
    ("Accept-Encoding", "identity"),  # what comes uncompressed cannot swell
]

_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f.]*:[0-9a-f:.]*")  # the latter IPv6
_WEB_PAGE = re.compile(rb"(\xef\xbb\xbf)?\s*<(!doctype\s+html|html)\b", re.IGNORECASE)

_NAT64 = ip_network("64:ff9b::/96")
_UNICAST = ip_network("2000::/3")  # all of IPv6 that is given out: the rest is local, special or unused
_NOT_OPEN = (  # what `is_global` of some Python 3.11 lets through, and yet leads inside or nowhere
    ip_network("192.0.0.0/24"),  # protocols' own; 192.0.0.192 tells the secrets of a machine in Oracle's cloud
    ip_network("192.88.99.0/24"),  # relays to 6to4
    ip_network("168.63.129.16/32"),  # Azure's own service for its machines
    ip_network("2001::/23"),  # protocols' own; Teredo, an IPv4 address in disguise
    ip_network("2002::/16"),  # 6to4, another one
    ip_network("3fff::/20"),  # for documentation
)


def fetch_picture(url: str) -> Image.Image:
    """The picture that `url` leads to, as `read_image` returns it.

    Anything wrong raises an `InputError`: no URL of the open internet, a server that is slow or answers anything but a
    picture, a file that is too large.
    """
    internet, url = _OpenInternet(SECONDS), url.strip()
    for _ in range(1 + MAX_REDIRECTS):
        target = _parse(url)
        match _get(target, internet):
            case bytes(data):
                return _read(data, target.host.decode())
            case str(location):
                with suppress(ValueError):  # not to be joined, it is no URL by itself either
                    location = urljoin(url, location)
                url = location
    raise InputError(f"the URL is passed on over {MAX_REDIRECTS} times: open it and copy the picture's own address")


def _parse(url: str) -> httpcore2.URL:
    """The URL in the parts that a request is made of, if it is one to be asked for."""
    if len(url) > MAX_URL:
        raise InputError(f"the URL is longer than {MAX_URL} letters: save the picture and upload it")
    try:
        parts = urlsplit(url)
        host, port, target = _host(parts), parts.port, _target(parts)
        default = PORTS[parts.scheme]
    except (ValueError, KeyError) as error:  # a bracket, number or letter where none can be; another scheme
        raise InputError("that is no URL of the web: paste one that begins with http:// or https://") from error
    if "@" in parts.netloc:
        raise InputError("the URL holds a user name or password: paste one that works without")
    if port not in {None, default}:
        raise InputError(f"the URL asks for port {port}: paste one without a port, or upload the picture")
    return httpcore2.URL(scheme=parts.scheme, host=host, port=default, target=target)


def _host(parts: SplitResult) -> str:
    """The host as certificates name it: ASCII, in small letters, without the dot that may end it."""
    host = parts.hostname or ""
    if not host.isascii():
        host = idna.encode(host, uts46=True).decode()
    host = host.removesuffix(".")
    if not _HOST.fullmatch(host):
        raise ValueError(f"no host: {host!r}")
    return host


def _target(parts: SplitResult) -> str:
    """Path and query, with what is no ASCII in the usual disguise."""
    return "?".join(quote(part, safe="!$%&'()*+,/:;=?@[]|~") for part in (parts.path or "/", parts.query) if part)


def _get(url: httpcore2.URL, internet: "_OpenInternet") -> bytes | str:
    """What the server sends for `url`, or where it passes us on to."""
    host = url.host.decode()
    headers = [("Host", f"[{host}]" if ":" in host else host), *HEADERS]
    try:
        with (
            httpcore2.HTTPConnection(url.origin, network_backend=internet) as connection,
            connection.stream("GET", url, headers=headers) as response,
        ):
            return _body(response, host)
    except (TimeoutError, httpcore2.TimeoutException) as error:
        raise InputError(f"{host} is too slow: try again later, or save the picture and upload it") from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
        raise InputError(f"{host} gives no proper answer: check the URL, or save the picture and upload it") from error


def _body(response: httpcore2.Response, host: str) -> bytes | str:
    headers = {name.lower(): value for name, value in response.headers}
    if response.status in {301, 302, 303, 307, 308} and b"location" in headers:
        return headers[b"location"].decode("utf-8", "replace")
    if response.status != 200:
        raise InputError(f"{host} answers {response.status}, not a picture: check that the URL opens in a browser")
    if headers.get(b"content-encoding", b"identity").lower() != b"identity":
        raise InputError(f"{host} sends nothing uncompressed: save the picture and upload it")
    if int(headers.get(b"content-length", 0)) > MAX_BYTES:
        raise _too_large(host)
    data = bytearray()
    for chunk in response.iter_stream():
        data += chunk
        if len(data) > MAX_BYTES:
            raise _too_large(host)
    return bytes(data)


def _too_large(host: str) -> InputError:
    return InputError(f"what {host} sends is larger than {MAX_BYTES // 2**20} MB: make it smaller and upload it")


def _read(data: bytes, host: str) -> Image.Image:
    try:
        return read_image(data, f"what {host} sent")
    except ImageError:
        if not _WEB_PAGE.match(data):
            raise
    raise InputError(f"{host} sent a web page: right-click the picture on it and copy the picture's own address")


class _OpenInternet(httpcore2.NetworkBackend):
    """Connections to the open internet alone, all of them together within `seconds`."""

    def __init__(self, seconds: float):
        self._until = time.monotonic() + seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = self._open_addresses(host, port)
        failure: Exception = httpcore2.ConnectError(f"no address of {host}")
        for tried, (address, its_port) in enumerate(addresses):
            turn = self._left() / (len(addresses) - tried)  # one that swallows everything leaves the others theirs
            try:
                stream = httpcore2.SyncBackend().connect_tcp(address, its_port, turn, local_address, socket_options)
                return _TimedStream(stream, self._left)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure

    def _open_addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        """Where `host` leads, asked once, if all of it is open internet.

        The error is the same where there is no such host: what names an inner network has is nobody's business.
        """
        resolver = ThreadPoolExecutor(1)  # a look-up knows no deadline: it is left behind, and ends by itself
        try:
            addresses = resolver.submit(_addresses, host, port).result(self._left())
        except (socket.gaierror, UnicodeError):
            addresses = []
        finally:
            resolver.shutdown(wait=False)
        if not addresses or not all(_is_public(address) for address, _ in addresses):
            raise InputError(f"{host} is not on the open internet: check the URL, or save the picture and upload it")
        return addresses

    def _left(self) -> float:
        """The seconds left, or a `TimeoutError`."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the time that is left: a server gains nothing by sending drops."""

    def __init__(self, stream: httpcore2.NetworkStream, left: Callable[[], float]):
        self._stream, self._left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._left()), self._left)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str, port: int) -> list[tuple[str, int]]:
    """The addresses that the system knows for `host`, which it may also read as one written in an odd way."""
    return [(str(place[0]), int(place[1])) for *_, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _is_public(address: str) -> bool:
    """Whether an address is one of the open internet: of no network, machine or provider's service of its own."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped or ip in _NAT64:
            return _is_public(str(IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in _UNICAST:
            return False
    return ip.is_global and not ip.is_multicast and not any(ip in network for network in _NOT_OPEN)
