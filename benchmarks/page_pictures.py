"""The pictures of pages in the docs: `python -m benchmarks.page_pictures [--only compare] [--folder docs]`.

Starts the app on a free port, opens each page of `PAGES` in headless Chromium, waits until it is drawn, and saves what
is seen of it as docs/NAME.png, in 256 colours.
"""

import argparse
import io
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from PIL import Image

from benchmarks.running_app import ROOT, free_port, open_browser, running_app

PAGES = {  # by the name of the picture: the address, and the height in px
    "home": ("", 857),
    "generate": ("generate", 857),
    "recognise": ("recognise", 857),
    "stylise": ("stylise", 857),
    "edit": ("edit?shows=series&factor=fill", 720),
    "compare": ("compare?panel=Painted", 1245),
}
PATIENCE = 180  # seconds, for models to load
STILL = 3.0  # seconds in which nothing may change: pictures and charts arrive after the page
DRAWN = """
const busy = document.querySelector("[data-testid=stSpinner], [data-testid=stSkeleton], [data-stale=true]");
const script = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState;
const pictures = [...document.images];
return script === "notRunning" && !busy && pictures.every((image) => image.complete)
    ? document.querySelector("[data-testid=stMain]").innerText + pictures.map((image) => image.src) : null;
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PAGES, default=list(PAGES))
    parser.add_argument("--folder", type=Path, default=ROOT / "docs")
    chosen = parser.parse_args()
    port = free_port()
    with running_app(port):
        for name in chosen.only:
            address, height = PAGES[name]
            with open_browser() as browser:
                picture = photographed(browser, f"http://localhost:{port}/{address}", height)
            picture.save(chosen.folder / f"{name}.png", optimize=True)
            print(chosen.folder / f"{name}.png")


def photographed(browser: Any, address: str, height: int, width: int = 1280) -> Image.Image:
    """What a window of this size shows of a page once it is drawn."""
    screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get(address)
    wait_until_drawn(browser)
    picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
    return picture.quantize(256)


def wait_until_drawn(browser: Any) -> None:
    """Returns once the page has been the same for a while; raises `SystemExit` where it never is."""
    deadline, seen, since = monotonic() + PATIENCE, None, monotonic()
    while monotonic() < deadline:
        now = browser.execute_script(DRAWN)
        if now != seen:
            seen, since = now, monotonic()
        elif seen and monotonic() - since > STILL:
            return
        sleep(0.2)
    raise SystemExit(f"{browser.current_url} was not drawn after {PATIENCE} seconds")


if __name__ == "__main__":
    main()
