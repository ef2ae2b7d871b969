"""Private interfaces of Streamlit that nothing public stands in for, each behind one function.

An update may break any of them: `tests/ui/test_private_apis.py` says which, and of which version.
"""

from streamlit import runtime
from streamlit.runtime.pages_manager import PagesManager


def host_file(data: bytes, key: str, mimetype: str) -> str:
    """The address at which this session's browser finds `data`; it replaces what had the same key."""
    return runtime.get_instance().media_file_mgr.add(data, mimetype, key)


def take_pages_for_navigation() -> bool:
    """Tells Streamlit that the folder `pages` belongs to `st.navigation`; whether it took it for pages of its own."""
    taken = bool(PagesManager.uses_pages_directory)
    PagesManager.uses_pages_directory = False
    return taken
