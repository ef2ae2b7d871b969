"""How the map is looked at: the widgets, and the projection they ask for, fitted once for all visitors."""

import copy

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from cocktailman.latent.fitting import Fit
from cocktailman.latent.projection import METHODS, Projector, View, check_view
from cocktailman.latent.shipped_views import shipped_places
from cocktailman.latent.tables import style_matrix
from cocktailman.ui.latent.own_styles import Styles
from cocktailman.ui.latent.waiting import fits

AXES = "xyz"
QUICK = ("PCA", "Numbers")  # these wait for nobody


def view_picker(style_dim: int) -> View:
    """Draws the choice of a projection and returns it."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        method = st.segmented_control(
            "Projection", METHODS, default=METHODS[0], key="view", required=True, bind="query-params"
        )
        dimensions = st.segmented_control(
            "Dimensions", ["2D", "3D"], default="2D", key="dimensions", required=True, bind="query-params"
        )
        method, count = method or METHODS[0], 3 if dimensions == "3D" else 2
        settings = _settings(method, count, style_dim)
    return View(method, count, **settings)


def _settings(method: str, count: int, style_dim: int) -> dict:
    if method == "PCA":
        return {}
    if method == "Numbers":
        names = [f"z{number + 1}" for number in range(style_dim)]
        chosen = [
            st.selectbox(axis, names, min(place, style_dim - 1), key=f"axis_{axis}", width=80, bind="query-params")
            for place, axis in enumerate(AXES[:count])
        ]
        return {"numbers": tuple(names.index(name) for name in chosen)}
    with st.popover("Settings", icon=":material/tune:"):
        if method == "t-SNE":
            return {"perplexity": float(st.slider("Perplexity", 5, 100, 30, key="perplexity", bind="query-params"))}
        neighbors = st.slider(
            "Neighbours",
            2,
            200,
            15,
            key="neighbors",
            bind="query-params",
            help="few show what is near, many the whole",
        )
        min_dist = st.slider("Least distance", 0.0, 1.0, 0.1, 0.05, key="min_dist", bind="query-params")
        return {"neighbors": neighbors, "min_dist": min_dist}


def projected(styles: Styles, view: View, within: Styles | None = None) -> tuple[Projector, Fit | None]:
    """The projection of styles, or, with `within`, that of others, in which these styles are given their places.

    Where it is not there yet, PCA meanwhile, and the fit that is awaited. Raises `InputError` where the view does not
    fit the styles it is fitted to.
    """
    table = styles.table if within is None else within.table
    check_view(view, *style_matrix(table).shape)
    places, fit = shipped_places(table, view), None
    if places is None and view.method not in QUICK:
        fit = fits().ask((styles.source if within is None else within.source, view), view, style_matrix(table))
        places = fit.places
    known = _projector(view if places is not None or fit is None else View("PCA", view.dimensions), table, places)
    if within is not None:
        known = copy.copy(known)
        known.places_ = known.transform(style_matrix(styles.table))
    return known, None if places is not None else fit


def _projector(view: View, table: pd.DataFrame, places: npt.NDArray[np.float32] | None) -> Projector:
    return Projector(view).fit(style_matrix(table), places)
