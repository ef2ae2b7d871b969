"""Private interfaces of Streamlit, and of its Plotly, each as it is used; what fails here names the version."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest

from cocktailman.ui.shared import private_apis

PLOTLY = ("_fullLayout", "_scene", "glplot", "dataScale", "d2p", "p2d", "_offset", "_length")  # as in chart.js


def broken(what: str) -> str:
    return f"Streamlit {streamlit.__version__} has changed {what}, which cocktailman/ui uses and is private"


def test_a_file_is_hosted_for_the_session() -> None:
    def page() -> None:
        import streamlit as st

        from cocktailman.ui.shared.private_apis import host_file

        st.text(host_file(b"bytes", "key", "application/octet-stream"))

    app = AppTest.from_function(page).run(timeout=60)
    assert not app.exception and app.text[0].value, broken("how files are hosted")


def test_the_folder_pages_is_left_to_navigation() -> None:
    try:
        assert isinstance(private_apis.take_pages_for_navigation(), bool)
        assert not private_apis.take_pages_for_navigation()
    except AttributeError as error:
        pytest.fail(f"{broken('PagesManager')}: {error}")


def test_uploads_are_bounded_over_all_sessions_and_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = MemoryUploadedFileManager("/upload")
    monkeypatch.setattr(private_apis.runtime, "get_instance", lambda: SimpleNamespace(uploaded_file_mgr=manager))
    for _ in range(2):  # a run of the app each
        private_apis.bound_uploads(250)

    def upload(session: str, *ids: str) -> None:
        for id in ids:
            manager.add_file(session, UploadedFileRec(id, id, "image/png", bytes(100)))

    def kept(session: str) -> str:
        return "".join(file.file_id for file in manager.get_files(session, "abcdef"))

    upload("one", "a", "b")
    upload("two", "c")
    assert (kept("one"), kept("two")) == ("b", "c"), broken("how uploads are kept")
    manager.remove_session_files("one")
    upload("two", "d")
    assert kept("two") == "cd", "what is gone does not count"
    upload("two", "e", "f")
    assert kept("two") == "ef"


def test_the_plotly_in_the_browser_has_what_the_chart_is_read_by() -> None:
    scripts = Path(streamlit.__file__).parent.joinpath("static/static/js").glob("*lotly*.js")
    text = "".join(script.read_text("utf-8") for script in scripts)
    missing = [name for name in PLOTLY if name not in text]
    assert text and not missing, broken(f"the {missing} of Plotly")
