"""The app as a test runs it: a page, what is on it, and what its fixtures put there."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from cocktailman.renders import read_renders
from cocktailman.ui.shared import cache
from tests.helpers.renders import write_renders

APP = Path(__file__).parents[2] / "streamlit_app.py"


def run(page: str, /, **query: str | list[str]) -> AppTest:
    """The page after its first run, with nothing gone wrong that it did not show."""
    app = AppTest.from_file(APP, default_timeout=60)
    app.switch_page(f"pages/{page}.py")
    for name, value in query.items():
        app.query_params[name] = value
    return calm(app.run())


def calm(app: AppTest) -> AppTest:
    assert not app.exception
    return app


def pictures(app: AppTest) -> list[str]:
    """What each picture on the page is stored as: equal names, equal pixels."""
    return [image.proto.imgs[0].url for image in app.get("image")]


def html(app: AppTest) -> list[str]:
    """The HTML that a page draws, without what all pages wear."""
    return [item.proto.body for item in app.get("html") if not item.proto.body.startswith("<style>")]


def button(app: AppTest, label: str):
    return next(item for item in app.button if item.label == label)


@pytest.fixture
def renders(tmp_path, monkeypatch):
    """The page Data reads 40 renders made here, whatever ships."""
    folder = write_renders(tmp_path / "renders")
    monkeypatch.setattr(cache, "read_renders", lambda *where: read_renders(*(where or (folder,))))
    cache.renders.clear()
    yield folder
    cache.renders.clear()
