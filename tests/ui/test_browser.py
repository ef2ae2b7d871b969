"""The main jobs in a real browser: choose a cocktail and get its picture, drag a slider, photograph a drink; Back, a
finger, a lasso, pictures dropped onto the map."""

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from benchmarks.drive_speed import SEAT, drag, wait_for_picture
from benchmarks.running_app import open_browser
from cocktailman.drinks import DRINKS
from cocktailman.latent.tables import read_styles
from cocktailman.renders import read_renders
from cocktailman.ui.generate.studio import DISPLAYED
from cocktailman.ui.latent.filters import Filter
from cocktailman.ui.shared.photo_source import samples
from tests.helpers.browser import PATIENCE, address, browser, draw, drop_files, needs_browser, phone, swipe
from tests.helpers.pictures import png

pytestmark = needs_browser
__all__ = ["address", "browser", "phone"]  # fixtures
LAB = "latent_space?view=PCA&style=0,0,0,0,0,0"
LONELY = """
document.querySelector(".js-plotly-plot").scrollIntoView({ block: "center" });
const chart = document.querySelector(".js-plotly-plot"), { xaxis, yaxis } = chart._fullLayout;
const edge = chart.getBoundingClientRect();
const points = chart._fullData.flatMap((trace) => [...(trace.customdata ?? [])].map((row, at) => [
  row, edge.x + xaxis._offset + xaxis.d2p(trace.x[at]), edge.y + yaxis._offset + yaxis.d2p(trace.y[at]),
]));
const apart = ([row, x, y], [other, a, b]) => row === other ? Infinity : Math.hypot(a - x, b - y);
const space = (point) => Math.min(...points.map((other) => apart(point, other)));
const open = points.filter(([, x, y]) => document.elementFromPoint(x + 5, y + 5)?.matches(".nsewdrag"));
return open.map((point) => [space(point), point]).sort(([one], [other]) => other - one)[0][1];
"""  # the point of the map farthest from all others, among those that nothing lies over: its row and where it is
CENTRE = "document.querySelector('.js-plotly-plot').scrollIntoView({block: 'center'});"
PLOT = "const edge = document.querySelector('.nsewdrag').getBoundingClientRect();"


@pytest.fixture
def browser_with_camera(tmp_path):
    """A browser whose camera sees a drink."""
    renders, film = read_renders(), tmp_path / "drink.mjpeg"  # of one picture, over and over
    drink = renders.image(renders.row(samples(renders)[0]))
    drink.resize((640, 640)).crop((0, 80, 640, 560)).save(film, "JPEG")
    allowed = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with open_browser(*allowed, f"--use-file-for-fake-video-capture={film}") as driver:
        yield driver


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


def test_a_drink_before_the_camera_is_recognised_painted_and_kept(address, browser_with_camera):
    browser_with_camera.get(f"{address}/recognise?source=Camera")
    wait = WebDriverWait(browser_with_camera, PATIENCE, ignored_exceptions=[WebDriverException])
    take = (By.XPATH, "//button[.='Take Photo' and not(@disabled)]")
    wait.until(lambda page: page.find_element(*take).click() or True)
    found = (By.CSS_SELECTOR, "img[alt='camera.jpg, with the drinks found on it']")
    wait.until(lambda page: page.find_element(*found))
    wait.until(lambda page: "Likely cocktails" in page.find_element(By.CSS_SELECTOR, "[data-testid=stMain]").text)
    wait.until(lambda page: page.find_element(By.XPATH, "//button[contains(., 'Paint this')]").click() or True)
    wait.until(lambda page: "/generate" in page.current_url and "style=" in page.current_url)
    browser_with_camera.back()
    wait.until(lambda page: page.find_element(*found))
    wait.until(lambda page: page.current_url.endswith("/recognise?source=Camera"), "a page's parameters are its own")
    assert not browser_with_camera.find_elements(By.CSS_SELECTOR, "[data-testid=stException], [data-testid=stAlert]")


def test_back_undoes_the_last_step_and_leads_past_other_pages(address, browser):
    browser.get(f"{address}/{LAB}")
    wait_for_picture(browser)
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])

    def there(part: str) -> None:
        wait.until(lambda page: part in page.current_url)

    def step(button: str) -> str:
        before = browser.current_url
        wait.until(lambda page: page.find_element(By.XPATH, f"//button[contains(., '{button}')]").click() or True)
        wait.until(lambda page: page.current_url != before)
        return browser.current_url

    first, second = step("At random"), step("At random")
    browser.back()
    there(first)
    wait.until(lambda page: f"style={float(page.execute_script(SEAT + 'return slider.value')):.2f}" in first)
    browser.forward()
    there(second)
    wait.until(lambda page: page.find_element(By.XPATH, "//a[contains(., 'Compare')]").click() or True)
    there("beside=")
    step("Painted")
    step("Traversals")
    browser.back()
    there("panel=Painted")
    browser.back()
    wait.until(lambda page: "/compare" in page.current_url and "panel=" not in page.current_url)
    browser.back()
    there(second)
    assert "panel" not in browser.current_url, "a page's parameters are its own"


def test_a_finger_scrolls_over_the_map_unless_it_shall_drive(address, phone):
    phone.get(f"{address}/{LAB}&model=cidvae-photos")
    wait_for_picture(phone)
    wait = WebDriverWait(phone, PATIENCE, ignored_exceptions=[WebDriverException])
    wait.until(lambda page: page.find_element(By.CSS_SELECTOR, ".driven-touch").is_displayed())

    def swiped() -> float:
        """How far the page scrolls when a finger is moved over the middle of the map."""
        x, y = phone.execute_script(f"{CENTRE}{PLOT} return [edge.x + edge.width / 2, edge.y + edge.height / 2]")
        height = "return document.querySelector('[data-testid=stMain]').scrollTop"
        before = phone.execute_script(height)
        swipe(phone, x, y, up=150)
        return phone.execute_script(height) - before

    seen = "const {top, bottom} = picture.getBoundingClientRect(); return top > 0 && bottom < innerHeight"
    assert phone.execute_script(SEAT + seen), "the picture is in sight at once"
    assert swiped() > 50
    assert "style=0.00%2C0.00" in phone.current_url.replace("style=0,0", "style=0.00%2C0.00")
    assert phone.execute_script("return document.querySelector('.driven-floating').hidden") is False
    row, x, y = phone.execute_script(LONELY)
    swipe(phone, x + 5, y + 5, up=0)  # a tap, as near as fingers come
    style = read_styles("cidvae-photos").iloc[row][[f"z{number}" for number in range(1, 7)]]
    wait.until(lambda page: "style=" + "%2C".join(f"{number:.2f}" for number in style) in page.current_url)
    phone.execute_script(CENTRE)
    phone.find_element(By.CSS_SELECTOR, ".driven-touch").click()
    assert abs(swiped()) < 20
    wait.until(lambda page: "style=0.00%2C0.00" not in page.current_url)


def test_a_lasso_takes_only_what_passes_the_filter(address, browser):
    browser.get(f"{address}/{LAB}&tool=Lasso&find=mojito&model=cidvae-photos")
    wait_for_picture(browser)
    x, y, width, height = browser.execute_script(f"{PLOT} return [edge.x, edge.y, edge.width, edge.height]")
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98), (0.02, 0.05)]
    draw(browser, [(x + width * right, y + height * down) for right, down in corners])
    said = f"{Filter('mojito').mask(read_styles('cidvae-photos')).sum():,} pictures selected"
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])
    wait.until(lambda page: said in page.find_element(By.CSS_SELECTOR, "[data-testid=stMain]").text)


def test_pictures_dropped_onto_the_map_are_on_it(address, browser):
    browser.get(f"{address}/latent_space?view=PCA&model=cvae-renders")
    wait_for_picture(browser)
    renders = read_renders()
    files = {f"drink-{row}.png": png(renders.image(row)) for row in (0, 1)}
    drop_files(browser, ".js-plotly-plot", files | {"rum.jpg": b"Two parts rum."})
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])
    said = ("one of your 2 pictures", "rum.jpg is no readable picture")
    main = (By.CSS_SELECTOR, "[data-testid=stMain]")
    wait.until(lambda page: all(part in page.find_element(*main).text for part in said))
    assert not browser.execute_script("return document.querySelector('.files-over')"), "the map is seen again"


def test_a_stylised_picture_follows_its_strength_while_that_is_dragged(address, browser):
    browser.get(f"{address}/_stcore/health")
    browser.get(f"{address}/stylise")
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])
    thumb = "const thumb = document.querySelector('.st-key-strength input').parentElement.parentElement;"
    picture = "return document.querySelector('.st-key-in_sight img').src"
    wait.until(lambda page: page.find_element(By.CSS_SELECTOR, ".st-key-strength_dragged"))
    wait.until(lambda page: "method=" in page.current_url)
    before = browser.execute_script(picture)
    where = "thumb.scrollIntoView({block: 'center'}); const edge = thumb.getBoundingClientRect();"
    x, y = browser.execute_script(f"{thumb}{where} return [edge.x + edge.width / 2, edge.y + edge.height / 2]")
    seen = []

    def look() -> None:
        ink = "document.querySelector('.dragged canvas')?.getContext('2d').getImageData(0, 0, 64, 64).data.join()"
        seen.append(browser.execute_script(f"return {ink}"))

    draw(browser, [(x, y), *((x - step, y) for step in (30, 60, 90))], look)
    assert None not in seen and len(set(seen)) == 3
    wait.until(lambda page: page.execute_script(picture) != before and "strength=" in page.current_url)
    wait.until(lambda page: not page.find_elements(By.CSS_SELECTOR, ".dragged"))
    browser.back()
    wait.until(lambda page: page.execute_script(picture) == before)
    browser.back()  # what the page opened with made no step of its own
    wait.until(lambda page: page.current_url.endswith("/health"))


def test_stop_ends_the_optimisation_and_keeps_what_is_there(address, browser):
    browser.get(f"{address}/stylise?method=gatys")
    wait = WebDriverWait(browser, PATIENCE, ignored_exceptions=[WebDriverException])

    def press(button: str) -> None:
        wait.until(lambda page: page.find_element(By.XPATH, f"//button[contains(., '{button}')]").click() or True)

    press("brushPaint")
    wait.until(lambda page: page.find_element(By.CSS_SELECTOR, ".st-key-in_sight img"))
    press("Stop, and keep what is there")
    wait.until(lambda page: not page.find_elements(By.CSS_SELECTOR, "[data-testid=stProgress]"))
    wait.until(lambda page: page.find_element(By.CSS_SELECTOR, "[data-testid=stDownloadButton]"))
    [picture] = browser.find_elements(By.CSS_SELECTOR, ".st-key-in_sight img")
    assert "in the style of" in picture.get_attribute("alt")
