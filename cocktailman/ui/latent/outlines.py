"""What is drawn around the groups of a flat map: the ellipse of a normal, or where most of the points lie."""

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
import streamlit as st
from scipy.stats import gaussian_kde

from cocktailman.latent.normality import random_part

ELLIPSES, DENSITIES = OUTLINES = ("Ellipses", "Densities")
MIN_COUNT = 20  # points of a group that gets an outline
TWO_SIGMA = 2  # of a normal in two dimensions, 86 % lie inside
SHARES = (0.9, 0.5)  # of a group's points, that its density's lines hold
MAX_SMOOTHED = 2000  # points of a group that its density is estimated from: more would move no line that one sees
GRID = 64  # places a side at which a density is known
OUTLINE_HELP = (
    f"Of groups with {MIN_COUNT} pictures or more. Ellipses: two standard deviations, in which 86 % lie where a group "
    "is normal on the map. Densities: half of a group lies in the inner line, 90 % in the outer, as estimated with a "
    f"Gaussian kernel (Scott's width) from at most {MAX_SMOOTHED:,} of its pictures. Both are of the map: UMAP and "
    "t-SNE make groups look tighter, or farther apart, than their styles are."
)

Array = npt.NDArray[np.float32]


def add_outline(figure: go.Figure, outline: str, places: Array, name: str, colour: str) -> None:
    """Draws one of `OUTLINES` around a group's places (n, 2), where there are enough; name: as in the legend."""
    if len(places) < MIN_COUNT:
        return
    look = {"line": {"color": colour, "width": 1.5}, "legendgroup": name, "showlegend": False, "hoverinfo": "skip"}
    if outline == ELLIPSES:
        x, y = _ellipse(places).T
        figure.add_scatter(x=x, y=y, mode="lines", **look)
    elif (known := _density(places)) is not None:
        x, y, z, (outer, inner) = known
        levels = {"start": outer, "end": inner, "size": inner - outer, "coloring": "none"}
        figure.add_contour(x=x, y=y, z=z, contours=levels, autocontour=False, **look)


def _ellipse(places: Array) -> npt.NDArray[np.float64]:
    """The outline, (60, 2), of `TWO_SIGMA` of the covariance."""
    values, vectors = np.linalg.eigh(np.cov(places.T))
    turn = np.linspace(0, 2 * np.pi, 60)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1) * np.sqrt(np.clip(values, 0, None)) * TWO_SIGMA
    return circle @ vectors.T + places.mean(0)


@st.cache_data(max_entries=512, show_spinner=False)
def _density(places: Array) -> tuple[Array, Array, Array, list[float]] | None:
    """x, y and the density (y, x) on a grid around places (n, 2), and its levels that hold `SHARES` of them.

    The regions of highest density of Hyndman, The American Statistician 50, 1996: a level's share lies where the
    estimate is above it. None where the places lie on a line.
    """
    part = random_part(places, MAX_SMOOTHED, 0)
    try:
        estimate = gaussian_kde(part.T)
    except np.linalg.LinAlgError:
        return None
    margin = 3 * np.sqrt(np.diag(estimate.covariance))
    x, y = np.linspace(part.min(0) - margin, part.max(0) + margin, GRID).T
    z = estimate(np.stack(np.meshgrid(x, y)).reshape(2, -1)).reshape(GRID, GRID)
    levels = np.quantile(estimate(part.T), [1 - share for share in SHARES]).tolist()
    return x.astype(np.float32), y.astype(np.float32), z.astype(np.float32), levels
