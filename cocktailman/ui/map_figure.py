"""The map of styles: WebGL points in two or three dimensions, their colours, and the ellipses of groups."""

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import qualitative

from cocktailman.renders import FREE_POUR
from cocktailman.ui.figures import COLOURS, OTHERS, OTHERS_COLOUR, colour_of

HEIGHT, LINE, ABREAST = 560, 20, 4  # px: the map, a line of its legend, and how many names stand in one
FEWEST = 20  # points of a group that gets an ellipse
TWO_SIGMA = 2  # of a normal in two dimensions, 86 % lie inside
SCALE = "Plasma"


def map_figure(
    places: npt.NDArray[np.float32],
    table: pd.DataFrame,
    title: str,
    values: pd.Series,
    selected: Collection[int] | None = None,
    ellipses: bool = False,
    dragmode: str = "pan",
    under: npt.NDArray[np.float32] | None = None,
) -> go.Figure:
    """Points at `places` (n, 2 or 3), one a row of `table`, coloured by `values`: numbers, or words with a trace each.

    A point's `customdata` is its position in `table`; of `selected` positions the others fade.
    `under`: places (m, 2 or 3) of what lies below in grey, and cannot be chosen.
    """
    figure = go.Figure()
    if under is not None:
        _add_ground(figure, under)
    rows = np.arange(len(table))
    if pd.api.types.is_numeric_dtype(values):
        marker = {
            "color": values,
            "colorscale": SCALE,
            "colorbar": {"title": {"text": title, "side": "right"}, "thickness": 10},
        }
        _add_points(figure, places, rows, table, f"{title} ({len(table):,})", marker, selected)
    else:
        words = values.to_numpy()
        for number, name in enumerate(_ordered(values)):
            part = rows[words == name]
            marker = {"color": _colour(name, number)}
            _add_points(figure, places, part, table, f"{name} ({len(part):,})", marker, selected)
            if ellipses and places.shape[1] == 2 and len(part) >= FEWEST and name not in {OTHERS, FREE_POUR}:
                _add_ellipse(figure, places[part], name, marker["color"])
    names = 1 if pd.api.types.is_numeric_dtype(values) else values.nunique()
    figure.update_layout(
        height=HEIGHT + LINE * (names // ABREAST),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemsizing": "constant"},
        clickmode="event+select",
        dragmode=dragmode if places.shape[1] == 2 else "orbit",
        uirevision="style map",  # zoom survives a rerun
        scene={axis: {"title": "", "showticklabels": False} for axis in ("xaxis", "yaxis", "zaxis")},
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def _ordered(values: pd.Series) -> list[str]:
    """The words, those that say least first, so that they lie below the rest."""
    return sorted(values.unique(), key=lambda name: (not _says_little(name), name))


def _says_little(name: str) -> bool:
    return name in {OTHERS, FREE_POUR} or name.startswith("without ")


def _colour(name: str, number: int) -> str:
    if _says_little(name):
        return OTHERS_COLOUR
    return colour_of(name) if name in COLOURS else qualitative.Dark24[number % len(qualitative.Dark24)]


def _add_points(
    figure: go.Figure,
    places: npt.NDArray[np.float32],
    rows: npt.NDArray[np.int64],
    table: pd.DataFrame,
    name: str,
    marker: dict,
    selected: Collection[int] | None,
) -> None:
    flat = places.shape[1] == 2
    trace = {
        "x": places[rows, 0],
        "y": places[rows, 1],
        "mode": "markers",
        "name": name,
        "marker": {"size": 5 if flat else 2.5, "opacity": 0.8, **marker},
        "customdata": rows,
        "text": table["drink"].to_numpy()[rows],
        "hovertemplate": "%{text}<extra></extra>",
    }
    if not flat:
        figure.add_scatter3d(z=places[rows, 2], **trace)
        return
    if selected is not None:
        chosen = np.flatnonzero(np.isin(rows, list(selected)))
        trace |= {"selectedpoints": chosen, "unselected": {"marker": {"opacity": 0.12}}}
    figure.add_scattergl(**trace)


def _add_ground(figure: go.Figure, places: npt.NDArray[np.float32]) -> None:
    look = {"mode": "markers", "hoverinfo": "skip", "name": f"the model's own ({len(places):,})"}
    marker = {"size": 3, "color": OTHERS_COLOUR, "opacity": 0.4}
    if places.shape[1] == 2:
        figure.add_scattergl(x=places[:, 0], y=places[:, 1], marker=marker, **look)
    else:
        figure.add_scatter3d(x=places[:, 0], y=places[:, 1], z=places[:, 2], marker=marker | {"size": 1.5}, **look)


def _add_ellipse(figure: go.Figure, places: npt.NDArray[np.float32], name: str, colour: str) -> None:
    """Where most of a group lies, were it normal on the map: `TWO_SIGMA` of its covariance."""
    values, vectors = np.linalg.eigh(np.cov(places.T))
    turn = np.linspace(0, 2 * np.pi, 60)
    circle = np.stack([np.cos(turn), np.sin(turn)], 1) * np.sqrt(np.clip(values, 0, None)) * TWO_SIGMA
    outline = circle @ vectors.T + places.mean(0)
    figure.add_scatter(
        x=outline[:, 0],
        y=outline[:, 1],
        mode="lines",
        line={"color": colour, "width": 1.5},
        name=name,
        showlegend=False,
        hoverinfo="skip",
    )
