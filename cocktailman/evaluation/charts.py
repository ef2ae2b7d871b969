"""Plotly figures of two generators: a small one for each metric and each curve; colours seen in light and in dark.

A metric has a chart of its own, and no radar: there, the area depends on the order of the spokes and on how each unit
is scaled, and intervals cannot be seen.
"""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from cocktailman.evaluation.scores import Line, Score
from cocktailman.evaluation.training_curves import PASSED

PAIR = ("#d9663f", "#5f7fd9")  # the colours of the two
REAL = "#8c8c8c"
HEIGHT = 210  # px
MARGIN = {"l": 0, "r": 8, "t": 8, "b": 0}


def bar_chart(line: Line, names: Sequence[str]) -> go.Figure:
    """The two values of a metric with their intervals, from 0 on, and that of real pictures where it is known."""
    shown = [(names[0], line.first, PAIR[0]), (names[1], line.second, PAIR[1]), ("real pictures", line.real, REAL)]
    figure = go.Figure()
    for name, score, colour in shown:
        if score is not None:
            figure.add_bar(
                x=[name],
                y=[score.value],
                error_y=_whiskers(score, colour),
                marker={"color": colour, "opacity": 0.5, "line": {"width": 0}},  # paler than its whiskers
                hovertemplate=f"{name}: {score}<extra></extra>",
            )
    figure.update_layout(height=HEIGHT, margin=MARGIN, showlegend=False, bargap=0.4, dragmode=False)
    figure.update_xaxes(fixedrange=True, title=None)
    figure.update_yaxes(fixedrange=True, nticks=4, title=None)
    return figure


def curve_chart(quantity: str, tables: Mapping[str, pd.DataFrame | None]) -> go.Figure:
    """A quantity over the epochs of each model, a line a stage; a new stage begins with a gap."""
    figure = go.Figure()
    for (name, table), colour in zip(tables.items(), PAIR, strict=True):
        if table is None or quantity not in table:
            continue
        known = table.dropna(subset=[quantity])
        for stage, part in known.groupby("stage"):
            where = f"{name}, stage {stage}, {part['size'].iloc[0]} px, epoch %{{x}}"
            figure.add_scatter(
                x=part[PASSED],
                y=part[quantity],
                mode="lines+markers",
                name=name,
                legendgroup=name,
                showlegend=bool(stage == known["stage"].iloc[0]),
                line={"color": colour, "width": 2},
                marker={"size": 4},
                hovertemplate=f"{where}: %{{y:.4g}}<extra></extra>",
            )
    figure.update_layout(
        height=HEIGHT + 40,
        margin=MARGIN,
        dragmode=False,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom"},
        showlegend=True,
    )
    figure.update_xaxes(title="epochs", fixedrange=True)
    figure.update_yaxes(title=None, fixedrange=True, nticks=5)
    return figure


def _whiskers(score: Score, colour: str) -> dict | None:
    if score.low is None or score.high is None:
        return None
    up, down = score.high - score.value, score.value - score.low
    return {"type": "data", "symmetric": False, "array": [up], "arrayminus": [down], "color": colour, "thickness": 2}
