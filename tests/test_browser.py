"""The main job in a real browser: open the app, go to Generate, choose a cocktail, get another picture of it."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from cocktailman.ui.studio import DISPLAYED

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.common.exceptions import WebDriverException  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

from benchmarks.drive_speed import drag, wait_for_picture  # noqa: E402

CHROMIUM, DRIVER = (shutil.which(name) for name in ("chromium", "chromedriver"))
QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]
QUIET += ["--disable-background-networking", "--disable-component-update", "--window-size=1280,1000"]
PATIENCE = 90  # seconds, on a busy machine

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="needs chromium and chromedriver (see .ci/run)")


@pytest.fixture(scope="module")
def address():
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py", f"--server.port={port}"]
    app = subprocess.Popen([*command, "--server.headless=true"], cwd=Path(__file__).parent.parent)
    try:
        wait_until_healthy(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        app.terminate()
        app.wait(timeout=30)


@pytest.fixture
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in QUIET:
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


def wait_until_healthy(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the app did not start")


def test_paint_a_cocktail(address, browser):
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])  # the page redraws what it shows

    def click(*where: str) -> None:
        wait.until(lambda page: page.find_element(*where).click() or True)

    browser.get(address)
    wait.until(lambda page: len(page.find_elements(By.CSS_SELECTOR, "[data-testid=stImage] img")) == 12)
    click(By.LINK_TEXT, "Bloody Mary")

    def picture() -> tuple[str, int]:
        """The address and the width in pixels of the drink that is shown; no pixels while it loads."""
        script = "const i = document.querySelector(`img[alt*='Tomato']`); return i ? [i.src, i.naturalWidth] : ['', 0]"
        return tuple(browser.execute_script(script))

    wait.until(lambda _: picture()[1] == DISPLAYED)
    assert "tomato_juice" in browser.current_url and "style=" in browser.current_url
    before, _ = picture()
    click(By.XPATH, "//button[contains(., 'At random')]")
    wait.until(lambda _: picture()[0] not in {"", before})
    wait.until(lambda _: picture()[1] == DISPLAYED and "seed=" in browser.current_url)
    assert "style=" not in browser.current_url
    assert not browser.find_elements(By.CSS_SELECTOR, "[data-testid=stException]")


def test_a_held_slider_paints_and_draws_its_path(address, browser):
    browser.get(f"{address}/latent_space?view=PCA&style=0,0,0,0,0,0")
    assert wait_for_picture(browser) == 128
    assert drag(browser, seconds=2) > 1  # a second; how many is for benchmarks.drive_speed
    drawn = "return document.querySelectorAll('.js-plotly-plot canvas.driven-path').length"
    assert browser.execute_script(drawn) == 1
    wait = WebDriverWait(browser, PATIENCE)
    wait.until(lambda page: "style=" in page.current_url and "style=0.00%2C0.00" not in page.current_url)
    assert not browser.find_elements(By.CSS_SELECTOR, "[data-testid=stException], [data-testid=stAlert]")
