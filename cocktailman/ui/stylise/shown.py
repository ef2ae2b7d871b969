"""A stylised picture, and what can be taken away from it."""

import json
from collections.abc import Mapping

from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from cocktailman.images import png_bytes

DISPLAYED = 512  # px at most, so that controls and picture fit one screen


def show(place: DeltaGenerator, picture: Image.Image, facts: Mapping[str, str]) -> None:
    """Draws the picture and, below it, what saves it with these facts in the file."""
    place.image(picture, width=DISPLAYED, alt=f"{facts['content']} in the style of {facts['style']}")
    place.caption(f"{picture.width} × {picture.height} px, painted on this machine.")
    place.download_button(
        "Save as PNG",
        lambda: png_bytes(picture, {"CocktailMan": json.dumps(dict(facts))}),
        f"stylised-{facts['method']}.png",
        "image/png",
        icon=":material/download:",
    )
