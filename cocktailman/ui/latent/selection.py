"""The pictures chosen on a map: shared by all maps of the page, shown small, taken away as a table or as pictures."""

import hashlib
import re
from collections.abc import Collection, Iterable
from io import BytesIO
from zipfile import ZIP_STORED, ZipFile

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.cutouts import over
from cocktailman.files import distinct
from cocktailman.images import png_bytes
from cocktailman.latent.tables import style_matrix
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.renders import RENDERED, Renders
from cocktailman.ui.latent.own_styles import Styles
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv
from cocktailman.ui.shared.recipe_picker import RECIPE

CHOSEN = "map_chosen"  # in the session state: the files of the chosen pictures; None where nothing was chosen
SEEN = "map_chosen_seen"  # in the session state: what was chosen when the whole page was drawn last
SHOWN = 12  # pictures of a selection
TILE = 110  # px, the least width of one
MAX_SAVED = 300  # pictures in one download: they are painted when it is asked for
LONGEST = 60  # letters of a name in it, four bytes each at most: disks take 255
_SUFFIX = re.compile(r"\.[^./]*$")
_NO_NAME = re.compile(r'[\x00-\x1f\x7f\ud800-\udfff/\\:*?"<>|]|^\.*$|^\.+')  # what some system takes in no name


def choose(files: pd.Series | None) -> None:
    """Chooses the pictures of these files; None chooses all again."""
    st.session_state[CHOSEN] = None if files is None else frozenset(files)


def keep_of_chosen(files: Collection[str]) -> None:
    """Of what is chosen keeps what is among these files: what a filter hides is not chosen."""
    if chosen := st.session_state.get(CHOSEN):
        st.session_state[CHOSEN] = chosen.intersection(files) or None


def chosen_rows(table: pd.DataFrame) -> npt.NDArray[np.int64] | None:
    """The positions of the chosen pictures in a style table; None where nothing is chosen, or nothing of this table."""
    files = st.session_state.get(CHOSEN)
    rows = np.flatnonzero(table["file"].isin(files or ()))
    return rows if len(rows) else None


def chosen_styles(styles: Styles) -> Styles:
    """Of a table of styles what is chosen; all of it where nothing is."""
    rows = chosen_rows(styles.table)
    if rows is None:
        return styles
    part = styles.table.iloc[rows]
    mark = hashlib.sha256("\n".join(part["file"]).encode()).hexdigest()
    return Styles(f"{styles.source} {mark}", part, styles.own)


def newly_chosen() -> bool:
    """Whether another choice was made since this was asked last."""
    before, now = st.session_state.get(SEEN), st.session_state.get(CHOSEN)
    st.session_state[SEEN] = now
    return before != now


def truth_of(model: Checkpoint, styles: Styles) -> Renders | None:
    """The true pictures of a table, where they ship: renders do, photos and a visitor's pictures do not. Where all of
    them are in the plain studio they are those that were encoded; else those of the bar."""
    if model.domain != RENDERED or styles.own:
        return None
    studio = cache.studio()
    return studio if set(styles.table["file"]) <= set(studio.factors["id"]) else cache.renders()


def selection(model: Checkpoint, styles: Styles, rows: npt.NDArray[np.int64]) -> None:
    """Draws the chosen rows: a few of them, mixed, and what can be downloaded."""
    table, truth = styles.table, truth_of(model, styles)
    mixed = np.random.default_rng(0).permutation(rows)[:SHOWN]
    of_them = f", {SHOWN} of them below" if len(rows) > SHOWN else ""
    what = "truth left, rebuilt right" if truth else "as the model rebuilds them"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{len(rows):,} pictures selected**{of_them}: {what}.")
        st.space("stretch")
        _downloads(model, table.iloc[rows], truth)
        st.button("Clear the selection", icon=":material/clear:", on_click=choose, args=(None,))
    with st.grid(min_column_width=TILE * (2 if truth else 1)) as grid:
        for row, picture in zip(mixed.tolist(), thumbnails(model, table.iloc[mixed], truth), strict=True):
            with grid.cell():
                st.image(picture, width="stretch", caption=table["drink"].iloc[row] or table["file"].iloc[row])


def thumbnails(model: Checkpoint, part: pd.DataFrame, truth: Renders | None) -> list[Image.Image]:
    """Each picture as the model rebuilds it from the mean of its style, beside the truth where there is one.

    Where nobody knows a picture's recipe, it is rebuilt with the one that is chosen.
    """
    recipes = [catalog().recipe(text.split() or st.session_state[RECIPE]) for text in part["ingredients"]]
    rebuilt = cache.generator(model.name).paint_each(recipes, style_matrix(part))
    if not truth:
        return rebuilt
    pictures = truth.images([truth.row(file) for file in part["file"]])
    return [_beside(over(picture), painted) for picture, painted in zip(pictures, rebuilt, strict=True)]


def _beside(truth: Image.Image, rebuilt: Image.Image) -> Image.Image:
    pair = Image.new("RGB", (2 * rebuilt.width, rebuilt.height))
    pair.paste(truth.resize(rebuilt.size, Image.Resampling.LANCZOS), (0, 0))
    pair.paste(rebuilt, (rebuilt.width, 0))
    return pair


def names_of(files: Iterable[str]) -> list[str]:
    """A PNG's name for each file, of letters that every system takes, no two alike."""
    stems = (_NO_NAME.sub("-", _SUFFIX.sub("", file)) for file in files)
    return [f"{name}.png" for name in distinct(stem[-LONGEST:] for stem in stems)]


def _downloads(model: Checkpoint, part: pd.DataFrame, truth: Renders | None) -> None:
    def pictures() -> bytes:
        few = part.head(MAX_SAVED)
        buffer = BytesIO()
        with ZipFile(buffer, "w", ZIP_STORED) as archive:  # PNG is packed already
            for name, picture in zip(names_of(few["file"]), thumbnails(model, few, truth), strict=True):
                archive.writestr(name, png_bytes(picture))
        return buffer.getvalue()

    save_csv(part, f"{model.name}-chosen.csv", "Table, csv")
    first = f", the first {MAX_SAVED}" if len(part) > MAX_SAVED else ""
    label, name = f"Pictures, zip{first}", f"{model.name}-chosen.zip"
    st.download_button(label, pictures, name, "application/zip", icon=":material/download:", key=f"zip_{model.name}")
