"""Pictures fetched from a server: what arrives, and what is refused or not awaited."""

import shutil
import socket
import ssl
import subprocess
import time
from threading import Event

import numpy as np
import pytest

from cocktailman import web
from cocktailman.web import fetch_picture
from tests.helpers.web_site import CONNECT, OVER_IPV6, PUBLIC, Site, refused, serving


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
