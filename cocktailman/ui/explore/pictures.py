"""Pictures of a collection, small, each with what is said of it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from cocktailman.ui.explore.collection import Collection
from cocktailman.ui.shared.csv import without_formulas
from cocktailman.ui.shared.errors import escaped

TILE = 150  # px, the least width of a picture


def show_pictures(collection: Collection, rows: Sequence[int], captions: Sequence[str], tile: int = TILE) -> None:
    """The pictures of these rows, or where there are vectors alone their names, and below each what is said of it."""
    if collection.images is None:
        names = [collection.files[row] for row in rows]
        st.dataframe(without_formulas(pd.DataFrame({"file": names, "caption": captions})), hide_index=True)
        return
    with st.grid(min_column_width=tile) as grid:
        for row, picture, text in zip(rows, collection.images(rows), captions, strict=True):
            with grid.cell(), st.container(gap="xxsmall"):
                st.image(picture, width="stretch", alt=collection.files[row])
                st.caption(escaped(text))


def some_rows(count: int, most: int, seed: int) -> list[int]:
    """Some rows at random, the same for the same seed."""
    return np.random.default_rng(seed).permutation(count)[:most].tolist()
