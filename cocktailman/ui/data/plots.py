"""Plotly figures of the page Data; colours that are seen in light and in dark."""

from collections.abc import Mapping
from itertools import cycle, pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go

from cocktailman.drinks import COLOURS

SPLIT_COLOURS = {"train": "#5f7fd9", "validation": "#35b6c9", "test": "#e8a317", "unseen": "#d1477a"}
BAR = "#d9663f"
MORE = [[0, "rgba(217, 102, 63, 0.06)"], [1, "rgba(217, 102, 63, 1)"]]
LESS_OR_MORE = [[0, "#3f78d9"], [0.5, "rgba(128, 128, 128, 0.08)"], [1, "#d9663f"]]
LINE, LEGEND, AXIS, HEAD = 20, 48, 30, 130  # px: a line of bars or of a matrix, and what goes above and below them
NO_MARGIN = {"l": 0, "r": 0, "t": 8, "b": 0}


def stacked_bars(counts: pd.DataFrame, names: list[str]) -> go.Figure:
    """A line a row of `counts`, called `names`, stacked by `SPLIT_COLOURS`; `customdata` is the row's label."""
    figure = go.Figure()
    for split, colour in SPLIT_COLOURS.items():
        figure.add_bar(
            x=counts[split],
            y=names,
            orientation="h",
            name=f"{split} ({counts[split].sum():,})",
            marker={"color": colour, "line": {"width": 0}},
            unselected={"marker": {"opacity": 1}},
            customdata=counts.index,
            hovertemplate=f"%{{y}}: %{{x:,}} {split}<extra></extra>",
        )
    figure.update_layout(
        barmode="stack",
        bargap=0.25,
        height=LINE * len(counts) + LEGEND + AXIS,
        margin={**NO_MARGIN, "t": LEGEND, "b": AXIS},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "traceorder": "normal"},
        clickmode="event+select",
        dragmode=False,
    )
    figure.update_yaxes(autorange="reversed", dtick=1, title=None)
    figure.update_xaxes(title=None)
    return figure


def matrix(
    values: pd.DataFrame,
    names: Mapping[str, str],
    hover: str,
    colours: list[list],
    limits: tuple[float, float],
    shown: npt.NDArray | None = None,
) -> go.Figure:
    """A square matrix without its diagonal; `hover` uses x, y and customdata, which is `shown` or else the values."""
    inside = values.to_numpy(float, copy=True)
    np.fill_diagonal(inside, np.nan)
    labels = [names[name] for name in values.columns]
    figure = go.Figure(
        go.Heatmap(
            z=inside,
            x=labels,
            y=labels,
            customdata=values.to_numpy() if shown is None else shown,
            hovertemplate=hover + "<extra></extra>",
            hoverongaps=False,
            colorscale=colours,
            zmin=limits[0],
            zmax=limits[1],
            showscale=False,
            xgap=1,
            ygap=1,
        )
    )
    figure.update_layout(height=max(LINE * len(labels), 320) + HEAD, margin=NO_MARGIN, dragmode=False)
    figure.update_yaxes(autorange="reversed", dtick=1, showgrid=False)
    figure.update_xaxes(dtick=1, tickangle=-90, showgrid=False, side="top")
    return figure


def histogram(counts: npt.NDArray[np.int64], edges: npt.NDArray[np.float64], form: str) -> go.Figure:
    """Bars of equal width between `edges`; `form` writes an edge."""
    spans = [f"{form % low} to {form % high}" for low, high in pairwise(edges)]
    figure = go.Figure(
        go.Bar(
            x=(edges[:-1] + edges[1:]) / 2,
            y=counts,
            width=np.diff(edges),
            marker={"color": BAR, "line": {"width": 0}},
            customdata=spans,
            hovertemplate="%{customdata}: %{y:,} pictures<extra></extra>",
        )
    )
    return _small(figure)


def small_bars(counts: pd.Series, names: list[str]) -> go.Figure:
    """A bar a category."""
    bars = go.Bar(
        x=names,
        y=counts,
        marker={"color": BAR, "line": {"width": 0}},
        hovertemplate="%{x}: %{y:,} pictures<extra></extra>",
    )
    return _small(go.Figure(bars))


def scatter(
    points: pd.DataFrame, x: str, y: str, labels: Mapping[str, str], colour: pd.Series, hover: pd.Series
) -> go.Figure:
    """A point a row of `points`, whose `customdata` is its id; `colour` holds numbers or categories."""
    figure = go.Figure()
    marker = {"size": 7, "opacity": 0.75, "line": {"width": 0}}
    if pd.api.types.is_numeric_dtype(colour):
        scale = {"colorscale": "Portland", "color": colour, "colorbar": {"thickness": 10, "title": {"text": ""}}}
        groups = {"": (points.index, {**marker, **scale})}
    else:
        categories = colour.value_counts().index
        shades = dict(zip(categories, cycle(COLOURS.values()), strict=False))
        groups = {
            category: (points.index[colour == category], {**marker, "color": shades[category]})
            for category in categories
        }
    for name, (rows, look) in groups.items():
        figure.add_scattergl(
            x=points.loc[rows, x],
            y=points.loc[rows, y],
            mode="markers",
            name=name,
            marker=look,
            unselected={"marker": {"opacity": 0.4}},
            customdata=points.loc[rows, "id"],
            text=hover.loc[rows],
            hovertemplate="%{text}<extra></extra>",
        )
    figure.update_layout(
        height=560,
        margin=NO_MARGIN,
        showlegend=len(groups) > 1,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "itemsizing": "constant"},
        clickmode="event+select",
        dragmode="pan",
        uirevision=f"{x} {y}",  # zoom survives a rerun
    )
    figure.update_xaxes(title=labels[x])
    figure.update_yaxes(title=labels[y])
    return figure


def _small(figure: go.Figure) -> go.Figure:
    figure.update_layout(height=150, margin=NO_MARGIN, bargap=0.1, dragmode=False)
    figure.update_yaxes(visible=False, fixedrange=True)
    figure.update_xaxes(fixedrange=True, nticks=4, title=None)
    return figure
