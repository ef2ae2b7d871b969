"""The configuration for those who expose the app, in Debian's nginx before a server that says what reached it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
CONFIGURATION = Path(__file__).parents[1] / "deploy" / "nginx.conf"
AROUND = """
daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/site;
}}
"""

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")


class Behind(BaseHTTPRequestHandler):
    """Answers any request with what it got."""

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = f"{self.path} {self.headers['Host']} {self.headers['Upgrade']}".encode()
        self.send_response(101 if self.headers["Upgrade"] else 200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_PUT = answer  # noqa: N815  the names that the library calls

    def log_message(self, *_: object) -> None: ...


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where nginx listens."""
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Behind)
    Thread(target=behind.serve_forever, daemon=True).start()
    site = CONFIGURATION.read_text("utf-8")
    assert site.count("listen 80;") == 1 and site.count("127.0.0.1:8501") == 2
    site = site.replace("listen 80;", f"listen 127.0.0.1:{port};").replace(":8501", f":{behind.server_port}")
    (folder / "site").write_text(site, "utf-8")
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder), "utf-8")
    with subprocess.Popen([str(NGINX), "-p", str(folder), "-c", str(folder / "nginx.conf")]) as server:
        for _ in range(100):
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
        server.terminate()
    behind.shutdown()


def ask(
    port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer, answer.read().decode()


def test_pages_pass_with_headers_that_keep_them_alone(port: int) -> None:
    answer, said = ask(port, "/generate?seed=1")
    assert (answer.status, said) == (200, f"/generate?seed=1 127.0.0.1:{port} None")
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["X-Frame-Options"] == "DENY"
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'self'" and policy["frame-ancestors"] == policy["object-src"] == "'none'"


def test_a_websocket_passes(port: int) -> None:
    answer, _ = ask(port, "/_stcore/stream", Connection="Upgrade", Upgrade="websocket")
    assert answer.status == 101


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/", "/latent_space/_STCORE/metrics?a=b"])
def test_strangers_get_no_metrics(port: int, path: str) -> None:
    answer, said = ask(port, path)
    assert answer.status == 403 and "127.0.0.1" not in said
    assert answer.headers["X-Content-Type-Options"] == "nosniff", "errors have the headers too"


def test_an_upload_is_as_large_as_the_app_takes_and_not_larger(port: int) -> None:
    where = "/_stcore/upload_file/session/file"
    assert ask(port, where, "PUT", bytes(20 * 2**20))[0].status == 200
    assert ask(port, where, "PUT", None, **{"Content-Length": str(22 * 2**20)})[0].status == 413


def test_an_address_uploads_so_many_files_and_no_more(port: int) -> None:
    statuses = [ask(port, "/_stcore/upload_file/session/file", "PUT", b"a")[0].status for _ in range(60)]
    assert 20 <= statuses.count(200) <= 40 and statuses.count(429) == 60 - statuses.count(200)
    assert ask(port, "/generate")[0].status == 200, "and still looks at pages"
