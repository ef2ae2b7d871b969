"""The pictures most like the one that is painted, as a ranked list: by style, by features or by pixels."""

import base64
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st
from PIL import Image
from sklearn.metrics import pairwise_distances

from cocktailman.catalog import catalog
from cocktailman.cutouts import over
from cocktailman.inference.embedder import OURS
from cocktailman.latent.tables import style_matrix
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.ui.latent.filters import Filter, filterable
from cocktailman.ui.latent.own_styles import Styles, styles_of
from cocktailman.ui.latent.selection import choose, truth_of
from cocktailman.ui.latent.steering import Mixture, driven, go_to
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv, without_formulas
from cocktailman.ui.shared.recipe_picker import RECIPE

STYLE, FEATURES, PIXELS = "Style", "Features", "Pixels"
METRICS = {
    "Style, Euclidean distance": (STYLE, "euclidean"),
    "Style, cosine distance": (STYLE, "cosine"),
    "Style, city-block distance": (STYLE, "cityblock"),
    "Features, cosine distance": (FEATURES, "cosine"),
    "Pixels, Euclidean distance": (PIXELS, "euclidean"),
}
METRIC_HELP = (
    "Features are those of the embedder of Explore pictures, pixels those of 32 × 32 px; both look at "
    "pictures, the true ones where they ship, else as the model rebuilds them, and only at the nearest in style."
)
SHOWN, CANDIDATES, SIDE, THUMBNAIL = 12, 120, 32, 64  # of features and pixels, only so many are compared

Array = npt.NDArray[np.float32]


def neighbours_view(models: list[Checkpoint], model: Checkpoint, mixture: Mixture, wanted: Filter) -> None:
    """Draws the list, closed until somebody wants it."""
    with st.expander(f"Nearest neighbours under {model.name}", icon=":material/format_list_numbered:"):
        if not st.toggle(
            "Show them", key=f"neighbours_{model.name}", help="the list follows the style that is painted"
        ):
            return
        metric = st.selectbox("By", list(METRICS), key=f"metric_{model.name}", help=METRIC_HELP)
        styles = styles_of(model)
        rows = np.flatnonzero(wanted.mask(filterable(styles, model)))
        if not len(rows):
            st.caption("No picture passes the filter.")
            return
        order, distances = ranked(model, styles, rows, mixture, *METRICS[metric])
        _list(models, model, styles, order[:SHOWN], distances[:SHOWN])
        files = styles.table.iloc[order].assign(rank=range(1, len(order) + 1), distance=distances)
        with st.container(horizontal=True):
            columns = ["rank", "file", "drink", "ingredients", "distance"]
            save_csv(files[columns], f"{model.name}-neighbours.csv", f"All {len(order):,}, CSV")
            first = styles.table["file"].iloc[order[:SHOWN]]
            st.button(
                f"Select these {len(first)}", on_click=choose, args=(first,), key=f"neighbours_choose_{model.name}"
            )


def ranked(
    model: Checkpoint, styles: Styles, rows: npt.NDArray[np.int64], mixture: Mixture, space: str, metric: str
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Of `rows` of a table those nearest to the style that is driven, nearest first, and their distances."""
    target = np.array([driven(model).style], np.float32)
    known = style_matrix(styles.table.iloc[rows])
    if space != STYLE:
        near = np.argsort(pairwise_distances(target, known)[0], kind="stable")[:CANDIDATES]
        rows = rows[near]
        pictures = _pictures(model, styles, rows)
        painted = cache.generator(model.name).paint_vectors(mixture.vector[None], target)
        target, known = (_seen(space, part) for part in (painted, pictures))
    distances = pairwise_distances(target, known, metric=metric)[0]
    order = np.argsort(distances, kind="stable")
    return rows[order], distances[order]


def _seen(space: str, pictures: list[Image.Image]) -> npt.NDArray[np.float32]:
    if space == FEATURES:
        return np.asarray(cache.embedder(OURS).embed(pictures), np.float32)
    small = [picture.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX) for picture in pictures]
    return np.stack([np.asarray(picture, np.float32).ravel() for picture in small]) / np.float32(255)


def _pictures(model: Checkpoint, styles: Styles, rows: npt.NDArray[np.int64]) -> list[Image.Image]:
    """The true pictures of rows where they ship, else as the model rebuilds them."""
    part = styles.table.iloc[rows]
    if truth := truth_of(model, styles):
        return [over(picture) for picture in truth.images([truth.row(file) for file in part["file"]])]
    recipes = [catalog().recipe(text.split() or st.session_state[RECIPE]) for text in part["ingredients"]]
    return cache.generator(model.name).paint_each(recipes, style_matrix(part))


def _list(
    models: list[Checkpoint],
    model: Checkpoint,
    styles: Styles,
    order: npt.NDArray[np.int64],
    distances: npt.NDArray[np.float64],
) -> None:
    part = styles.table.iloc[order]
    table = pd.DataFrame(
        {
            "rank": range(1, len(part) + 1),
            "picture": [_address(picture) for picture in _pictures(model, styles, order)],
            "distance": distances,
            "drink": part["drink"].to_numpy(),
            "file": part["file"].to_numpy(),
        }
    )
    key = f"neighbours_list_{model.name}"

    def go() -> None:
        if rows := st.session_state[key]["selection"]["rows"]:
            go_to(models, part["file"].iloc[rows[0]])

    st.dataframe(
        without_formulas(table),
        key=key,
        hide_index=True,
        row_height=THUMBNAIL,
        on_select=go,
        selection_mode="single-row",
        column_config={
            "picture": st.column_config.ImageColumn("picture", width="small"),
            "distance": st.column_config.NumberColumn(format="%.3f"),
        },
    )
    st.caption("Tick a row to drive to that picture.")


def _address(picture: Image.Image) -> str:
    small, data = picture.convert("RGB").resize((THUMBNAIL, THUMBNAIL)), BytesIO()
    small.save(data, "JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
