"""Zero-shot tags: what each picture is given, how far it can be trusted, and where the threshold lies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cocktailman.evaluation.tagging import by_group, by_rank, label_scores, overall
from cocktailman.inference.tagging import Tags
from cocktailman.labels.truth import FALSE, TRUE, UNKNOWN, Truth, truth_of
from cocktailman.labels.vocabulary import HELD_OUT, SAME, Label, label_of
from cocktailman.ui.explore.choice import choose_seed
from cocktailman.ui.explore.collection import Collection
from cocktailman.ui.explore.labels import choose_labels, choose_threshold, tags_of
from cocktailman.ui.explore.pictures import show_pictures, some_rows
from cocktailman.ui.shared.csv import save_csv

SEED = "draw"  # in the URL and in the session state
SHOWN, NARROW = 12, 320  # pictures; px, the least width of a chart
QUIET = {"displayModeBar": False}
TRUE_COLOUR, FALSE_COLOUR, PLAIN = "#12a594", "#d6409f", "#8b8d98"
BINS = np.linspace(-0.6, 1, 81)


def tags_view(collection: Collection) -> None:
    """Draws the tags of a collection."""
    labels = choose_labels()
    threshold = choose_threshold()
    tags = tags_of(collection, labels, threshold)
    truth = _truth(collection, labels)
    st.markdown(_in_words(tags, truth))
    pictures = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rows = some_rows(len(collection), SHOWN, choose_seed(SEED))
        with pictures:
            show_pictures(collection, rows, [_said(tags, row) for row in rows])
        save_csv(_pictures_table(collection, tags), "tags.csv", f"Tags of all {len(collection):,} pictures, CSV")
    with st.grid(min_column_width=NARROW) as grid:
        with grid.cell():
            st.markdown("**Cosines of all pairs**", help="of every picture with every label")
            alt = "distribution of the cosines of all pictures with all labels"
            st.plotly_chart(_distribution(tags, truth, threshold), key="tags_distribution", config=QUIET, alt=alt)
            st.caption(
                "What passes the line is given. The less the two humps overlap, the better labels and pictures agree."
                if truth is not None
                else "What passes the line is given."
            )
        with grid.cell():
            st.markdown("**From the best label to the last**")
            alt = "mean cosine of each picture's labels, from the best to the last"
            st.plotly_chart(_ranks(tags, threshold), key="tags_ranks", config=QUIET, alt=alt)
            st.caption("The mean cosine of each picture's best label, its second, and so on: a steep fall is sure.")
    if truth is not None:
        _scores(tags, truth)
    if collection.cocktails:
        _cocktails(tags, collection.cocktails)


def _truth(collection: Collection, labels: tuple[str, ...]) -> Truth | None:
    """(n, labels), `UNKNOWN` for labels of which nothing is known; None where nothing is known of any."""
    if collection.facts is None:
        return None
    nothing = Label("", "", frozenset())
    truth = truth_of(collection.facts, [label_of(text) or nothing for text in labels])
    return None if (truth == UNKNOWN).all() else truth


def _in_words(tags: Tags, truth: Truth | None) -> str:
    ranks = by_rank(tags)
    far = min(10, len(ranks))
    said = (
        f"**{len(tags.given):,} pictures** are given {tags.given.sum(1).mean():.1f} tags on average. The best label "
        f"has a cosine of {ranks.iloc[0]:.2f}, the {'tenth' if far == 10 else 'last'} {ranks.iloc[far - 1]:.2f}."
    )
    if truth is not None:
        precision, recall = overall(tags, truth)
        said += (
            f" Precision {precision:.0%}: so many of the given tags are true; recall {recall:.0%}: so many of the true"
        )
        said += " ones are given."
    return said


def _said(tags: Tags, row: int) -> str:
    return ", ".join(f"{label} {cosine:.2f}" for label, cosine, given in tags.of(row) if given)


def _pictures_table(collection: Collection, tags: Tags) -> pd.DataFrame:
    given = [", ".join(label for label, _, yes in tags.of(row) if yes) for row in range(len(collection))]
    cosines = pd.DataFrame(tags.cosines.round(4), columns=list(tags.labels))
    return pd.concat([pd.DataFrame({"file": collection.files, "tags": given}), cosines], axis=1)


def _distribution(tags: Tags, truth: Truth | None, threshold: float) -> go.Figure:
    figure = go.Figure()
    if truth is None:
        groups = {"all pairs": (np.ones_like(tags.given), PLAIN)}
    else:
        groups = {
            "true": (truth == TRUE, TRUE_COLOUR),
            "not true": (truth == FALSE, FALSE_COLOUR),
        }
    for name, (chosen, colour) in groups.items():
        shares, edges = np.histogram(tags.cosines[chosen], BINS)
        middle, shares = (edges[:-1] + edges[1:]) / 2, shares / max(shares.sum(), 1)
        line = {"color": colour, "shape": "hvh"}
        figure.add_scatter(x=middle, y=shares, name=name, mode="lines", fill="tozeroy", line=line)
    beside = {"xanchor": "left", "xshift": 6, "yanchor": "bottom"}  # of the line, and above what is drawn
    figure.add_vline(threshold, line={"dash": "dot"}, annotation_text=f"given from {threshold:.2f}", annotation=beside)
    figure.update_xaxes(title="cosine")
    figure.update_yaxes(title="share of pairs", tickformat=".0%")
    return _laid_out(figure)


def _ranks(tags: Tags, threshold: float) -> go.Figure:
    ranks = by_rank(tags)
    figure = go.Figure(go.Scatter(x=ranks.index, y=ranks, mode="lines+markers", line={"color": TRUE_COLOUR}))
    figure.add_hline(threshold, line={"dash": "dot"})
    figure.update_xaxes(title="label, best first")
    figure.update_yaxes(title="mean cosine")
    return _laid_out(figure)


def _scores(tags: Tags, truth: Truth) -> None:
    table = label_scores(tags, truth)
    apart = {text.lower() for text in (*HELD_OUT, *SAME)}
    table.insert(1, "in training", [_in_training(text, apart) for text in table["label"]])
    measured = table.dropna(subset=["average_precision"])
    st.markdown(
        f"**How far labels can be trusted**: mean average precision {measured['average_precision'].mean():.2f} over "
        f"{len(measured)} labels, where chance is {measured['share'].mean():.2f}."
    )
    numbers = {name: st.column_config.NumberColumn(format="percent") for name in ("share", "precision", "recall")}
    numbers["average_precision"] = st.column_config.NumberColumn("average precision", format="%.2f")
    st.dataframe(table.round(2), hide_index=True, column_config=numbers)
    save_csv(table, "labels.csv", "This table, CSV")


def _in_training(text: str, apart: set[str]) -> str:
    """Whether captions of training had a label; nothing is said of one that nobody knows."""
    return "" if label_of(text) is None else "no" if text.lower() in apart else "yes"


def _cocktails(tags: Tags, cocktails: list[str]) -> None:
    table = by_group(tags, pd.Series(cocktails))
    st.markdown("**Tags of each cocktail**: the share of its pictures that are given a label")
    figure = go.Figure(
        go.Heatmap(
            z=table,
            x=list(table.columns),
            y=list(table.index),
            colorscale="Teal",
            zmin=0,
            zmax=1,
            hovertemplate="%{y}: %{z:.0%} %{x}<extra></extra>",
            colorbar={"tickformat": ".0%"},
        )
    )
    figure.update_yaxes(autorange="reversed", dtick=1)
    figure.update_xaxes(tickangle=-60, dtick=1)
    figure = _laid_out(figure)
    figure.update_layout(height=120 + 17 * len(table))
    st.plotly_chart(figure, key="tags_cocktails", config=QUIET, alt="share of each cocktail's pictures given a label")
    save_csv(table.reset_index(names="cocktail"), "tags-of-cocktails.csv", "This table, CSV")


def _laid_out(figure: go.Figure) -> go.Figure:
    figure.update_layout(height=280, margin={"l": 0, "r": 0, "t": 20, "b": 0}, legend={"orientation": "h", "y": 1.12})
    return figure
