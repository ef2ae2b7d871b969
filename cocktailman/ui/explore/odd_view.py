"""Odd ones out: what does not look like a drink, how sure that is, and where an autoencoder fails."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cocktailman.errors import InputError
from cocktailman.inference.oddness import METHODS
from cocktailman.inference.protocols import Array
from cocktailman.models.checkpoints import find_checkpoint
from cocktailman.models.manifest import verified
from cocktailman.models.registry import kind_of
from cocktailman.ui.explore.choice import choose_by_label
from cocktailman.ui.explore.collection import Collection, by_key
from cocktailman.ui.explore.pictures import show_pictures
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv

METHOD = "method"  # in the URL and in the session state
LABELS = {method: kind_of(method).label.capitalize() for method in METHODS}
REFERENCE = {"detector": "Detector's score", "mahalanobis": "Mahalanobis distance"}
SHOWN, MAPS = 12, 4
NARROW = 320
QUIET = {"displayModeBar": False}


def odd_view(collection: Collection) -> None:
    """Draws the scores of a collection, its oddest pictures, and how far the scores can be trusted."""
    method = choose_by_label("Told by", METHOD, LABELS)
    threshold = cache.odd_one_out(method).threshold
    if collection.images is None and method not in collection.oddness:
        st.info("This table does not say how odd its pictures are: make it anew by the command above.")
    else:
        scores = collection.oddness[method] if method in collection.oddness else _scores(collection, method)
        _oddest(collection, scores, threshold)
        if collection.images and cache.odd_one_out(method).has_maps:
            _maps(collection, scores, method)
    _measured()


@st.cache_data(show_spinner="Looking for odd ones …", max_entries=20, hash_funcs=by_key)
def _scores(collection: Collection, method: str) -> Array:
    """How odd each picture is, (n,)."""
    assert collection.images is not None
    return cache.odd_one_out(method).scores(collection.images(range(len(collection))))


def _oddest(collection: Collection, scores: Array, threshold: float) -> None:
    odd = scores >= threshold
    order = np.argsort(-scores, kind="stable")
    st.markdown(
        f"**{int(odd.sum()):,} of {len(scores):,} pictures do not look like a drink** ({odd.mean():.0%}): they score "
        f"{threshold:.3f} or more. The oddest first:"
    )
    best = order[:SHOWN].tolist()
    show_pictures(collection, best, [f"{scores[row]:.3f}{' · odd' if odd[row] else ''}" for row in best])
    table = pd.DataFrame({"file": collection.files, "score": scores.round(4), "odd": odd}).iloc[order]
    save_csv(table, "oddness.csv", f"Scores of all {len(scores):,} pictures, CSV")


def _maps(collection: Collection, scores: Array, method: str) -> None:
    assert collection.images is not None
    rows = np.argsort(-scores, kind="stable")[:MAPS].tolist()
    pictures = collection.images(rows)
    scorer = cache.odd_one_out(method)
    maps = scorer.error_maps(pictures)
    st.markdown(f"**Where the {method} fails**: the picture, as it is rebuilt, and the error at each pixel")
    with st.grid(min_column_width=NARROW) as grid:
        for picture, errors in zip(pictures, maps, strict=True):
            with grid.cell(), st.container(horizontal=True, gap="small"):
                hot = (255 * np.clip(errors / max(float(np.quantile(maps, 0.99)), 1e-6), 0, 1)).astype(np.uint8)
                for image, what in ((picture, "picture"), (scorer.rebuilt(picture), "rebuilt"), (hot, "error")):
                    st.image(image, width=96, caption=what)
    st.caption("Bright: rebuilt badly. A picture's score is the root of the mean over all its pixels.")


def _measured() -> None:
    found = {LABELS[method]: _metrics(method) for method in METHODS}
    found |= {REFERENCE[name]: facts for own in [*found.values()] for name, facts in own.get("reference", {}).items()}
    first = next(iter(found.values()))
    st.markdown(
        f"**How far scores can be trusted**, on {first['drinks']:,} validation photos of drinks and {first['without']} "
        "without one; each threshold was chosen on the same. *Positive* is a picture without a drink."
    )
    rows = [
        {
            "method": name,
            "drinks": facts["drinks"],
            "AUROC": facts["auroc"]["value"],
            "95 %": f"{facts['auroc']['low']:.3f} to {facts['auroc']['high']:.3f}",
            "TP": facts["tp"],
            "TN": facts["tn"],
            "FP": facts["fp"],
            "FN": facts["fn"],
            "found": facts["recall"],
            "false alarms": facts["false_alarms"],
            "accuracy": facts["accuracy"],
            "FPR at 95 % TPR": facts["false_alarms_at_95"],
        }
        for name, facts in found.items()
    ]
    shown = {
        name: st.column_config.NumberColumn(format="percent")
        for name in ("found", "false alarms", "accuracy", "FPR at 95 % TPR")
    }
    table = pd.DataFrame(rows)
    shown["AUROC"] = st.column_config.NumberColumn(format="%.3f")
    st.dataframe(table.round(3), hide_index=True, column_config=shown)
    save_csv(table, "oddness-measured.csv", "This table, CSV")
    figure = go.Figure()
    for name, facts in found.items():
        false, true = zip(*facts["roc"], strict=True)
        figure.add_scatter(x=false, y=true, name=name, mode="lines")
    figure.update_xaxes(title="drinks called odd", tickformat=".0%")
    figure.update_yaxes(title="others found", tickformat=".0%")
    figure.update_layout(height=340, margin={"l": 0, "r": 0, "t": 10, "b": 0}, legend={"x": 0.5, "y": 0.1})
    st.plotly_chart(figure, key="odd_roc", config=QUIET, alt="receiver operating characteristic of each method")
    st.caption("The nearer a curve comes to the upper left corner, the better it tells what is no drink.")


@st.cache_data(show_spinner=False)
def _metrics(method: str) -> dict[str, Any]:
    try:
        return json.loads(verified(find_checkpoint(method).folder, "metrics.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"{method} was not measured: `python -m training evaluate {method} --photos FOLDER`"
        ) from error
