"""The picture while its slider is dragged: Streamlit hears of a slider when it is let go, the browser at once.

Painted at a few strengths before, it is cross-faded in the browser between the two nearest. That is a preview: AdaIN
mixes features, not pictures; `tests/ui/test_stylise_page.py` holds how near the two are. Once the slider is let go, the
picture of its very strength takes the place.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image
from streamlit.components.v2 import component

from cocktailman.ui.shared.private_apis import host_file

STRENGTHS = (0, 20, 40, 60, 80, 100)  # %, that are painted before
QUALITY = 92  # of JPEG, for a picture that is seen in passing

_follower = component("cocktailman_dragged", js=Path(__file__).with_suffix(".js").read_text("utf-8"))


def follow_slider(series: Sequence[Image.Image], percent: int, slider: str, shown: str) -> None:
    """Lets the picture in the container `shown` follow the slider of this key; percent: what it shows now."""
    pictures = [host_file(_jpeg(picture), f"{slider}-{at}", "image/jpeg") for at, picture in enumerate(series)]
    data = {
        "pictures": pictures,
        "strengths": list(STRENGTHS),
        "percent": percent,
        "slider": f".st-key-{slider}",
        "shown": f".st-key-{shown}",
    }
    _follower(key=f"{slider}_dragged", data=data)


def _jpeg(picture: Image.Image) -> bytes:
    data = BytesIO()
    picture.convert("RGB").save(data, "JPEG", quality=QUALITY)
    return data.getvalue()
