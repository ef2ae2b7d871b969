"""The app as `streamlit run` starts it, and a browser that looks at it."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
import psutil

ROOT = Path(__file__).parents[1]
START = 120  # seconds in which the app must answer
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update"]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        return free.getsockname()[1]


@contextmanager
def running_app(port: int) -> Iterator[psutil.Process]:
    """The app, once it answers; its complaints go to standard error."""
    options = {
        "server.port": port,
        "server.headless": "true",
        "server.fileWatcherType": "none",  # as where nobody edits the code
        "logger.level": "warning",
    }
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    command += [f"--{name}={value}" for name, value in options.items()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://localhost:{port}/_stcore/health", process)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Returns once `address` answers; raises `SystemExit` where `process` ends before, or takes too long."""
    deadline = monotonic() + START
    while monotonic() < deadline and process.poll() is None:
        with suppress(httpx2.TransportError):
            if httpx2.get(address, trust_env=False).is_success:
                return
        sleep(0.2)
    raise SystemExit(f"the app did not answer at {address}")


def open_browser(*arguments: str, width: int = 1280, height: int = 1000) -> Any:
    """A headless Chromium, which quits at the end of a `with`."""
    from selenium import webdriver  # not every benchmark looks at the app

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for argument in (*QUIET, f"--window-size={width},{height}", *arguments):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER or ""))
