"""Before and after in one place, with a handle between them that the visitor moves."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from streamlit.components.v2 import component

from cocktailman.images import png_bytes
from cocktailman.ui.shared.private_apis import host_file

PARTS = Path(__file__).parent / "before_after"
_slider = component(
    "cocktailman_before_after",
    html=(PARTS / "slider.html").read_text("utf-8"),
    css=(PARTS / "slider.css").read_text("utf-8"),
    js=(PARTS / "slider.js").read_text("utf-8"),
)


def before_after(before: Image.Image, after: Image.Image, caption: str, key: str) -> None:
    """Draws two pictures of one size, one over the other; `caption` says what the second one is."""
    pictures = {"before": before, "after": after}
    addresses = {
        name: host_file(png_bytes(picture), f"{key}-{name}", "image/png") for name, picture in pictures.items()
    }
    _slider(key=key, data={**addresses, "caption": caption})
