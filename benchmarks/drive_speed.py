"""New pictures a second while a slider of the latent lab is held and moved, in headless Chromium, on a running app.

    make app
    python -m benchmarks.drive_speed [--seconds 5] [--repeat 3]

Chromium gets as many mouse moves as it answers. A picture counts once it was painted from a new style at the model's
own size and handed to the page's canvas.
"""

import argparse
import math
import time
from typing import Any

from benchmarks.running_app import open_browser

PATIENCE = 120  # seconds for the page and its decoder to load
SEAT = """
const hosts = [...document.querySelectorAll("[class*='st-key-seat_'] *")].filter((host) => host.shadowRoot);
const seat = hosts.map((host) => host.shadowRoot.querySelector(".seat")).find(Boolean);
const picture = seat?.querySelector(".picture"), slider = seat?.querySelector("input");
"""


def main() -> None:
    """Prints the frames a second of each repetition, best last."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8501/latent_space")
    parser.add_argument("--seconds", type=float, default=5, help="that the slider is held, each time")
    parser.add_argument("--repeat", type=int, default=3)
    chosen = parser.parse_args()
    with open_browser(height=1400) as browser:
        browser.get(chosen.url)
        size = wait_for_picture(browser)
        rates = sorted(drag(browser, chosen.seconds) for _ in range(chosen.repeat))
    print(f"{size} px, new pictures a second while a slider is held and moved: {', '.join(f'{r:.1f}' for r in rates)}")


def wait_for_picture(browser: Any) -> int:
    """Waits until the seat shows a picture, and returns its side in px."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        size = browser.execute_script(SEAT + "return picture?.dataset.frames ? picture.width : 0")
        if size:
            time.sleep(2)  # charts still load
            return size
        time.sleep(0.5)
    raise SystemExit("no picture appeared: is the app running, and is this the page Latent space?")


def frames(browser: Any) -> int:
    """Pictures painted in the seat so far."""
    return int(browser.execute_script(SEAT + "return picture.dataset.frames"))


def drag(browser: Any, seconds: float) -> float:
    """Presses the first slider's knob and moves it to and fro; pictures a second while it was held."""
    script = "slider.scrollIntoView({block: 'center'}); const edge = slider.getBoundingClientRect();"
    left, top, width, height, share = browser.execute_script(
        f"{SEAT}{script} return [edge.x, edge.y, edge.width, edge.height,"
        "(slider.value - slider.min) / (slider.max - slider.min)]"
    )

    def mouse(kind: str, at: float) -> None:
        event = {"type": kind, "x": left + width * at, "y": top + height / 2, "button": "left", "buttons": 1}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", event | {"clickCount": 1})

    mouse("mousePressed", share)
    before, start = frames(browser), time.monotonic()
    while (elapsed := time.monotonic() - start) < seconds:
        mouse("mouseMoved", 0.5 + 0.4 * math.sin(2 * elapsed))
    painted = frames(browser) - before
    mouse("mouseReleased", 0.5)
    time.sleep(1)
    return painted / elapsed


if __name__ == "__main__":
    main()
