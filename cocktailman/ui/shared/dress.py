"""What all pages wear: spacing that the theme cannot say, and a history in which Back undoes the last step."""

from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
STYLE, STEPS = ((HERE / name).read_text("utf-8") for name in ("page.css", "steps.js"))


def dress() -> None:
    """Puts it on; drawn by the entry point, it stays while pages change."""
    with st.container(key="dress"):
        st.html(f"<style>{STYLE}</style><script>{STEPS}</script>", unsafe_allow_javascript=True)
