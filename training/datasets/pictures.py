"""Pictures to train on and to measure with, in memory: the packed photos, or the rendered bar."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from cocktailman.cutouts import centred
from cocktailman.datasets import Pictures
from cocktailman.errors import InputError
from cocktailman.images import to_square
from cocktailman.models.checkpoints import Checkpoint, read_config
from cocktailman.renders import FREE_POUR, RENDERED, RENDERS, STUDIO, Renders, read_renders

PACKED = Path("build/photos-128.parquet")
CUTOUTS = {domain: Path(f"build/cutouts-{domain}-128.parquet") for domain in ("photos", RENDERED)}


def read_pictures(packed: Path, size: int | None = None) -> Pictures:
    """Reads photos or cut-outs from a file that `python -m training pack` or `cutouts-photos` wrote, or renders from a
    folder, shrunk to `size` px.

    What was packed stays as it was. Raises `InputError` where there are none.
    """
    return _renders(read_renders(packed), size) if packed.is_dir() else _photos(packed)


def packed_for(checkpoint: Checkpoint) -> Path:
    """Where the pictures of a checkpoint's domain are, if nobody says otherwise: cut-outs, where it paints these."""
    transparent = read_config(checkpoint).get("channels") == 4
    if checkpoint.domain == RENDERED:
        return STUDIO if transparent else RENDERS
    return CUTOUTS[checkpoint.domain] if transparent else PACKED


def _photos(packed: Path) -> Pictures:
    try:
        table = pd.read_parquet(packed)
    except (OSError, ValueError) as error:  # pyarrow's own errors are both
        problem = "cannot be read" if packed.exists() else "does not exist"
        raise InputError(f"{packed} {problem}: make it with python -m training pack") from error
    images = [Image.open(BytesIO(data)) for data in table.pop("image")]
    mode = "RGBA" if any(image.mode == "RGBA" for image in images) else "RGB"
    pictures = [np.asarray(image.convert(mode)) for image in images]
    return Pictures(np.stack(pictures), table)


def _renders(renders: Renders, size: int | None) -> Pictures:
    images = [_framed(image, size or image.width) for image in renders.images(range(len(renders)))]
    return Pictures(np.stack([np.asarray(image) for image in images]), render_table(renders))


def _framed(image: Image.Image, size: int) -> Image.Image:
    """A render at `size` px; where it is transparent, its drink in the middle of it as that of every cut-out."""
    if image.mode != "RGBA":
        return to_square(image, size)
    return centred(image, size) or image.resize((size, size))


def render_table(renders: Renders) -> pd.DataFrame:
    """The table of `Pictures` for the rendered bar."""
    factors = renders.factors
    return pd.DataFrame(
        {
            "file": factors["id"],
            "source": RENDERED,
            "drink": factors["cocktail"].replace("", FREE_POUR),
            "ingredients": factors["ingredients"],
            "split": factors["split"],
        }
    )
