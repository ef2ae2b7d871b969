"""Every page under axe-core, in light and in dark; and the order in which Tab visits the lab."""

import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from benchmarks.drive_speed import wait_for_picture
from benchmarks.running_app import open_browser
from tests.helpers.browser import PATIENCE, address, needs_browser, phone

Axe = pytest.importorskip("axe_core_python.selenium").Axe

pytestmark = needs_browser
__all__ = ["address", "phone"]  # fixtures
PAGES = ("", "recognise", "generate", "stylise", "edit", "latent_space?view=PCA", "compare", "explore", "data")
NOT_OURS = {"duplicate-id-active"}  # Streamlit's tables number their cells alike
READY = """
return !document.querySelector('[data-testid=stStatusWidget], [data-testid=stSpinner], [data-testid=stSkeleton]')
    && document.querySelector('[data-testid=stMain] h1') !== null
"""


@pytest.fixture(scope="module")
def browser():
    with open_browser() as driver:
        driver.set_script_timeout(PATIENCE)
        yield driver


@pytest.mark.parametrize("page", PAGES)
def test_no_page_breaks_a_rule_of_axe(address, browser, page):
    browser.get(f"{address}/{page}")
    wait = WebDriverWait(browser, PATIENCE)
    for theme, rules in {"light": None, "dark": {"runOnly": ["color-contrast"]}}.items():  # the rest is the same
        features = [{"name": "prefers-color-scheme", "value": theme}]
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        wait.until(lambda driver: driver.execute_script(READY))
        time.sleep(1)  # colours fade over
        app = browser.find_element(By.CSS_SELECTOR, "[data-testid=stApp]")
        assert app.value_of_css_property("color-scheme") == theme
        broken = {
            rule["id"]: [node["html"][:200] for node in rule["nodes"]]
            for rule in Axe().run(browser, options=rules)["violations"]
            if rule["id"] not in NOT_OURS
        }
        assert not broken, theme


def test_what_scrolls_sideways_on_a_phone_takes_the_keyboards_focus(address, phone):
    phone.set_script_timeout(PATIENCE)
    phone.get(f"{address}/compare")
    panel = (By.CSS_SELECTOR, ".panel img")
    WebDriverWait(phone, PATIENCE).until(lambda driver: driver.find_elements(*panel))
    wider = "const panel = document.querySelector('.panel'); return panel.scrollWidth > panel.clientWidth"
    assert phone.execute_script(wider)
    assert not Axe().run(phone, options={"runOnly": ["scrollable-region-focusable"]})["violations"]


def test_tab_comes_to_the_sliders_before_the_maps_own_tools(address, browser):
    browser.get(f"{address}/latent_space?view=PCA")
    wait_for_picture(browser)
    follow = browser.execute_script(
        "const seat = document.querySelector('[class*=st-key-seat_]'), tools = document.querySelector('.modebar');"
        "return seat.compareDocumentPosition(tools) & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    assert follow, "Tab follows the document, where no tabindex is above 0"
    assert not browser.execute_script("return [...document.querySelectorAll('[tabindex]')].some(e => e.tabIndex > 0)")
