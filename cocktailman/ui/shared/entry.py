"""Every page is reached through streamlit_app.py."""

import streamlit as st

from cocktailman.ui.shared.private_apis import take_pages_for_navigation


def require_entry_point() -> None:
    """Runs the entry point instead, where Streamlit ran the page by itself.

    It does so for whoever opens a link to a page before anybody has opened the app: a folder called `pages` means to it
    an app without `st.navigation`, until that is called for the first time.
    """
    if take_pages_for_navigation():
        st.rerun()
