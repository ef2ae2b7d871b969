"""Private interfaces of Streamlit that nothing public stands in for, each behind one function.

An update may break any of them: `tests/ui/test_private_apis.py` says which, and of which version.
"""

from threading import Lock

from streamlit import runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec


def host_file(data: bytes, key: str, mimetype: str) -> str:
    """The address at which this session's browser finds `data`; it replaces what had the same key."""
    return runtime.get_instance().media_file_mgr.add(data, mimetype, key)


def take_pages_for_navigation() -> bool:
    """Tells Streamlit that the folder `pages` belongs to `st.navigation`; whether it took it for pages of its own."""
    taken = bool(PagesManager.uses_pages_directory)
    PagesManager.uses_pages_directory = False
    return taken


def bound_uploads(most: int) -> None:
    """Has Streamlit keep `most` bytes of the uploads of all sessions: the oldest go, once for the whole process.

    Of itself it bounds a single file, and keeps what a session uploads, asked for or not, until it drops the session.
    """
    manager = runtime.get_instance().uploaded_file_mgr
    if not isinstance(manager, MemoryUploadedFileManager) or "add_file" in vars(manager):
        return
    keep, turn = manager.add_file, Lock()
    sizes: dict[tuple[str, str], int] = {}  # bytes by session and file, the oldest first

    def add_file(session_id: str, file: UploadedFileRec) -> None:
        keep(session_id, file)
        with turn:
            sizes[session_id, file.file_id] = len(file.data)
            for session, id in list(sizes):
                if not manager.get_files(session, [id]):  # the visitor took it away, or is gone
                    del sizes[session, id]
            while sum(sizes.values()) > most:
                session, id = next(iter(sizes))
                manager.remove_file(session, id)
                del sizes[session, id]

    manager.add_file = add_file  # type: ignore[method-assign]
