"""The app in a real browser: fixtures, and what a hand does in it."""

import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.running_app import CHROMIUM, DRIVER, free_port, open_browser, running_app

pytest.importorskip("selenium.webdriver")

PATIENCE = 90  # seconds, on a busy machine

needs_browser = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (see .ci/run)")


@pytest.fixture(scope="module")
def address():
    port = free_port()
    with running_app(port):
        yield f"http://localhost:{port}"


@pytest.fixture
def browser():
    with open_browser() as driver:
        yield driver


@pytest.fixture
def phone():
    """A browser of a phone's size, with fingers."""
    with open_browser() as driver:
        size = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        yield driver


def swipe(browser: Any, x: float, y: float, up: float) -> None:
    """A finger put down at a place of the window, moved upwards by so many px and kept there, so that the page does not
    coast on when it is lifted."""

    def touch(kind: str, *points: dict[str, float]) -> None:
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", {"x": x, "y": y})
    for step in range(1, 11):
        touch("touchMove", {"x": x, "y": y - up * step / 10})
        time.sleep(0.02)
    time.sleep(0.2)
    touch("touchEnd")


def draw(browser: Any, places: list[tuple[float, float]], look: Callable[[], None] = lambda: None) -> None:
    """The mouse pressed at the first place of the window, moved over the others, at each of which one may look, and let
    go at the last."""

    def mouse(kind: str, x: float, y: float) -> None:
        event = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", event)

    mouse("mousePressed", *places[0])
    for place in places[1:]:
        mouse("mouseMoved", *place)
        time.sleep(0.05)
        look()
    mouse("mouseReleased", *places[-1])


DROP = """
const [pictures, map] = [arguments[0], document.querySelector(arguments[1])];
const transfer = new DataTransfer();
const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
for (const [name, text] of pictures) transfer.items.add(new File([bytes(text)], name, { type: "image/png" }));
const tell = (kind, to) => to.dispatchEvent(
  new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true, composed: true })
);
tell("dragenter", map);
const { x, y, width, height } = map.getBoundingClientRect();
setTimeout(() => {
  const under = document.elementFromPoint(x + width / 2, y + height / 2);
  for (const kind of ["dragenter", "dragover", "drop"]) tell(kind, under);
}, 300);
"""


def drop_files(browser: Any, selector: str, files: dict[str, bytes]) -> None:
    """Files dragged over an element and let go in its middle, onto whatever then lies there."""
    browser.execute_script(DROP, [[name, b64encode(data).decode()] for name, data in files.items()], selector)
