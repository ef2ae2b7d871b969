"""The pictures of the docs, painted by the checkpoints that ship."""

from pathlib import Path

import numpy as np
from PIL import Image

from training.documents.pictures import SHOWN, STYLES, write_beside


def test_two_checkpoints_beside_each_other(tmp_path: Path) -> None:
    sheet = np.asarray(Image.open(write_beside("cvae-photos", "cvae-renders", tmp_path)).convert("RGB"))
    height, width = sheet.shape[:2]
    side = min(height // (1 + 2 * STYLES), width // SHOWN)
    corner = sheet[-side:, -side:]
    assert corner.std() > 5, "the last style of the last drink is painted"
    assert not np.array_equal(corner, sheet[-side:, -2 * side : -side]), "and each drink differs"
