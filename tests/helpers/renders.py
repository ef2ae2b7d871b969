"""A folder of renders, small but whole."""

from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.renders import EDGES, MASKS, NUMERIC, SPLITS

ROWS, GROUP, SIDE = 40, 16, 32  # pictures, pictures in a group of rows, px
COCKTAILS = [""] * 10 + ["Mojito"] * 15 + ["Negroni"] * 15


def write_renders(folder: Path) -> Path:
    """Writes a folder of renders, small but whole: red tells of the row, and the garnish is in a corner of its own."""
    randomness = np.random.default_rng(0)
    factors = pd.DataFrame({"cocktail": COCKTAILS})
    factors["index"] = factors.groupby("cocktail").cumcount()
    slug = factors["cocktail"].str.lower().replace("", "free-pour")
    factors.insert(0, "id", slug + "-" + factors["index"].astype(str).str.zfill(3))
    factors["split"] = np.where(factors["cocktail"] == "Negroni", "unseen", np.resize(SPLITS[:3], ROWS))
    recipes = {item.name: item.recipe for item in catalog().cocktails} | {"": ("gin", "mint")}
    factors["ingredients"] = [" ".join(recipes[name]) for name in COCKTAILS]
    factors["glass"] = np.resize(("highball", "rocks"), ROWS)
    factors["ice"] = np.resize(("none", "cubes", "crushed"), ROWS)
    factors["garnish"] = np.resize(("", "straw", "lime_wheel mint_sprig"), ROWS)
    factors["table"] = np.resize(("oak", "slate", "zinc", "linen"), ROWS)
    factors["background"] = np.resize(("bar", "window"), ROWS)
    for name in (*NUMERIC, "seconds"):
        factors[name] = randomness.uniform(0, 1, ROWS)
    factors["seed"] = np.arange(ROWS)
    for name, edge in zip(EDGES, (0.25, 0.25, 0.75, 1.0), strict=True):
        factors[name] = np.float32(edge)
    folder.mkdir(exist_ok=True)
    factors.to_parquet(folder / "factors.parquet", index=False)
    pictures = {"id": factors["id"], "image": [picture(row) for row in range(ROWS)], "mask": [webp(mask())] * ROWS}
    pq.write_table(pa.table(pictures), folder / "pictures.parquet", row_group_size=GROUP)
    return folder


def picture(row: int) -> bytes:
    return webp(np.full((SIDE, SIDE), 6 * row, np.uint8))


def mask() -> npt.NDArray[np.uint8]:
    levels = np.zeros((SIDE, SIDE), np.uint8)
    levels[8:, 8:24] = MASKS["vessel"]
    levels[16:, 8:24] |= MASKS["liquid"]
    levels[:4, :4] = MASKS["garnish"]
    return levels


def webp(pixels: npt.NDArray[np.uint8]) -> bytes:
    buffer = BytesIO()
    Image.fromarray(pixels).convert("RGB").save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()
