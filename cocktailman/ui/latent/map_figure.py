"""The map of styles: WebGL points in two or three dimensions, and their colours."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
from plotly.colors import qualitative

from cocktailman.drinks import COLOURS, OTHERS, OTHERS_COLOUR, colour_of
from cocktailman.renders import FREE_POUR
from cocktailman.ui.latent.outlines import add_outline

HEIGHT, LINE, ABREAST = 560, 20, 4  # px: the map, a line of its legend, and how many names stand in one
SCALE = "Plasma"


def map_figure(
    places: npt.NDArray[np.float32],
    title: str,
    values: pd.Series,
    selected: npt.NDArray[np.int64] | None = None,
    outline: str | None = None,
    dragmode: str = "pan",
    under: npt.NDArray[np.float32] | None = None,
    passed: npt.NDArray[np.bool_] | None = None,
    hide: bool = False,
) -> go.Figure:
    """Points at `places` (n, 2 or 3), coloured by `values` (n,): numbers, or words with a trace each.

    A point's `customdata` is its row; of `selected` rows the others fade. outline: of `OUTLINES`, around each word.
    `under`: places (m, 2 or 3) of what lies below in grey, and cannot be chosen. passed: which points (n,) are wanted;
    the others are grey and cannot be chosen either, or are not there where `hide`.
    """
    figure = go.Figure()
    if under is not None:
        _add_ground(figure, under, "the model's own")
    rows = np.arange(len(places), dtype=np.int32)
    if passed is not None:
        if not hide:
            _add_ground(figure, places[~passed], "filtered out")
        places, values, rows = places[passed], values.loc[passed], rows[passed]
    chosen = None if selected is None else np.isin(rows, selected)
    if pd.api.types.is_numeric_dtype(values):
        marker = {
            "color": values,
            "colorscale": SCALE,
            "colorbar": {"title": {"text": title, "side": "right"}, "thickness": 10},
        }
        _add_points(figure, places, rows, f"{title} ({len(rows):,})", marker, chosen)
    else:
        codes, words = pd.factorize(values)
        # Those that say least come first, so that they lie below the rest.
        order = sorted(range(len(words)), key=lambda code: (not _says_little(words[code]), words[code]))
        for number, code in enumerate(order):
            name, part = words[code], codes == code
            marker, label = {"color": _colour(name, number)}, f"{name} ({part.sum():,})"
            _add_points(figure, places[part], rows[part], label, marker, None if chosen is None else chosen[part])
            if outline and places.shape[1] == 2 and name not in {OTHERS, FREE_POUR}:
                add_outline(figure, outline, places[part], label, marker["color"])
    names = 1 if pd.api.types.is_numeric_dtype(values) else values.nunique()
    figure.update_layout(
        height=HEIGHT + LINE * (names // ABREAST),
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemsizing": "constant", "traceorder": "normal"},
        clickmode="event+select",
        dragmode=dragmode if places.shape[1] == 2 else "orbit",
        uirevision="style map",  # zoom survives a rerun
        scene={axis: {"title": "", "showticklabels": False} for axis in ("xaxis", "yaxis", "zaxis")},
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def _says_little(name: str) -> bool:
    return name in {OTHERS, FREE_POUR} or name.startswith("without ")


def _colour(name: str, number: int) -> str:
    if _says_little(name):
        return OTHERS_COLOUR
    return colour_of(name) if name in COLOURS else qualitative.Dark24[number % len(qualitative.Dark24)]


def _add_points(
    figure: go.Figure,
    places: npt.NDArray[np.float32],
    rows: npt.NDArray[np.int32],
    name: str,
    marker: dict,
    chosen: npt.NDArray[np.bool_] | None,
) -> None:
    flat = places.shape[1] == 2
    trace = {
        "x": places[:, 0],
        "y": places[:, 1],
        "mode": "markers",
        "name": name,
        "legendgroup": name,  # a click on the legend takes the outline along
        "marker": {"size": 5 if flat else 2.5, "opacity": 0.8, **marker},
        "customdata": rows,
        "hoverinfo": "none",  # the driver shows what the pointer is on: words for every point would double the figure
    }
    if not flat:
        figure.add_scatter3d(z=places[:, 2], **trace)
        return
    if chosen is not None:
        trace |= {"selectedpoints": np.flatnonzero(chosen), "unselected": {"marker": {"opacity": 0.12}}}
    figure.add_scattergl(**trace)


def _add_ground(figure: go.Figure, places: npt.NDArray[np.float32], name: str) -> None:
    look = {"mode": "markers", "hoverinfo": "skip", "name": f"{name} ({len(places):,})"}
    marker = {"size": 3, "color": OTHERS_COLOUR, "opacity": 0.4}
    if places.shape[1] == 2:
        figure.add_scattergl(x=places[:, 0], y=places[:, 1], marker=marker, **look)
    else:
        figure.add_scatter3d(x=places[:, 0], y=places[:, 1], z=places[:, 2], marker=marker | {"size": 1.5}, **look)
