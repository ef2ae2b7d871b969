"""The reliability diagram of a classifier (Guo et al., arXiv 1706.04599, figure 1): how true its probabilities are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from cocktailman.errors import InputError
from cocktailman.evaluation.classification import BINS
from cocktailman.files import written
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.manifest import verified

SIZE = (460, 560)  # px
BAR, DARK, PALE = "#4c78a8", "#333333", "#d0d0d0"


def write_reliability(checkpoint: Checkpoint, folder: Path) -> list[Path]:
    """Draws what `python -m training evaluate` measured; raises `InputError` where it has not."""
    try:
        calibration = json.loads(verified(checkpoint.folder, "metrics.json").read_text("utf-8"))["calibration"]
    except (OSError, ValueError, KeyError) as error:
        command = f"python -m training evaluate {checkpoint.name}"
        raise InputError(f"{checkpoint.name} has not been measured: run `{command}` first") from error
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{checkpoint.name}-reliability.png"
    width, height = SIZE
    try:
        picture = reliability_diagram(calibration).to_image(
            "png", width=width, height=height
        )  # by kaleido, in Chromium
    except (RuntimeError, ImportError) as error:
        raise InputError("Plotly draws pictures with Chromium, which is not here: install chromium") from error
    with written(path) as unfinished:
        unfinished.write_bytes(picture)
    return [path]


def reliability_diagram(calibration: dict[str, Any]) -> go.Figure:
    """The true share of each bin over the probability stated, and the pairs in it, on a logarithmic scale.

    calibration: as `cocktailman.evaluation.classification.reliability` returns it.
    """
    bins = calibration["bins"]
    stated, true, counts = ([item[name] for item in bins] for name in ("stated", "true", "count"))
    middles = [(int(share * BINS) + 0.5) / BINS for share in stated]
    figure = make_subplots(2, 1, shared_xaxes=True, row_heights=[0.8, 0.2], vertical_spacing=0.06)
    figure.add_bar(x=middles, y=true, width=0.75 / BINS, marker_color=BAR, row=1, col=1)
    labels = [f"{count:,}" for count in counts]
    look = {"width": 0.75 / BINS, "marker_color": PALE, "text": labels, "textposition": "outside", "cliponaxis": False}
    figure.add_bar(x=middles, y=counts, row=2, col=1, **look)
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": DARK, "width": 1}, row=1, col=1)
    marker = {"size": 9, "color": "white", "line": {"color": DARK, "width": 1.5}}
    figure.add_scatter(x=stated, y=true, mode="markers", marker=marker, row=1, col=1)
    title = f"true share; expected calibration error {calibration['ece']:.4f}"
    figure.update_layout(
        template="plotly_white",
        title={"text": title, "font_size": 14},
        showlegend=False,
        margin={"l": 50, "r": 20, "t": 40, "b": 40},
    )
    figure.update_xaxes(range=[0, 1], dtick=0.2)
    figure.update_xaxes(title="probability stated; pairs in each bin", row=2, col=1)
    figure.update_yaxes(range=[0, 1], dtick=0.2, row=1, col=1)
    figure.update_yaxes(type="log", visible=False, row=2, col=1)
    return figure
