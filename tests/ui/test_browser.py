"""The main jobs in a real browser: choose a cocktail and get a picture of it, drag a slider, photograph a drink."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from cocktailman.drinks import DRINKS
from cocktailman.renders import read_renders
from cocktailman.ui.generate.studio import DISPLAYED
from cocktailman.ui.shared.photo_source import samples

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
    app = subprocess.Popen([*command, "--server.headless=true"], cwd=Path(__file__).parents[2])
    try:
        wait_until_healthy(f"http://localhost:{port}/_stcore/health")
        yield f"http://localhost:{port}"
    finally:
        app.terminate()
        app.wait(timeout=30)


@pytest.fixture
def browser():
    with opened() as driver:
        yield driver


@pytest.fixture
def browser_with_camera(tmp_path):
    """A browser whose camera sees a drink."""
    renders, film = read_renders(), tmp_path / "drink.mjpeg"  # of one picture, over and over
    drink = renders.image(renders.row(samples(renders)[0]))
    drink.resize((640, 640)).crop((0, 80, 640, 560)).save(film, "JPEG")
    allowed = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with opened(*allowed, f"--use-file-for-fake-video-capture={film}") as driver:
        yield driver


def opened(*arguments: str):
    """Chromium, which quits at the end of a `with`."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in [*QUIET, *arguments]:
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


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
    wait.until(lambda page: len(page.find_elements(By.CSS_SELECTOR, "[data-testid=stImage] img")) == len(DRINKS))
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


def test_a_drink_before_the_camera_is_recognised(address, browser_with_camera):
    browser_with_camera.get(f"{address}/recognise?source=Camera")
    wait = WebDriverWait(browser_with_camera, PATIENCE, ignored_exceptions=[WebDriverException])
    take = (By.XPATH, "//button[.='Take Photo' and not(@disabled)]")
    wait.until(lambda page: page.find_element(*take).click() or True)
    wait.until(lambda page: page.find_element(By.CSS_SELECTOR, "img[alt='camera.jpg, with the drinks found on it']"))
    wait.until(lambda page: "Likely cocktails" in page.find_element(By.CSS_SELECTOR, "[data-testid=stMain]").text)
    assert not browser_with_camera.find_elements(By.CSS_SELECTOR, "[data-testid=stException], [data-testid=stAlert]")
