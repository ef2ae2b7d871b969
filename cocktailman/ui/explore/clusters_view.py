"""Clusters: how many fit, whether they are the cocktails, what makes each, and its pictures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cocktailman.errors import InputError
from cocktailman.evaluation.clusters import (
    FEATURES,
    MOST,
    SEEDS,
    STYLE,
    TAGS,
    Agreement,
    Clusters,
    Data,
    agreement,
    best_count,
    cluster,
    contingency,
    densities,
    in_words,
    scores_by_count,
    typical_tags,
)
from cocktailman.latent.tables import style_matrix
from cocktailman.models.registry import Can, kind_of
from cocktailman.renders import FREE_POUR, RENDERED
from cocktailman.ui.explore.choice import choose_by_label
from cocktailman.ui.explore.collection import Collection, by_key
from cocktailman.ui.explore.labels import choose_labels, tags_of
from cocktailman.ui.explore.pictures import show_pictures
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv

BY, COUNT, OPEN = "by", "clusters", "cluster"  # in the URL and in the session state
LABELS = {TAGS: "Tags (k-modes)", FEATURES: "Vectors (k-means)", STYLE: "Styles (k-means)"}
SHOWN, NARROW = 12, 320
QUIET = {"displayModeBar": False}


def clusters_view(collection: Collection) -> None:
    """Draws the clusters of a collection."""
    styles = _styles(collection)
    ways = [by for by in LABELS if by != STYLE or styles is not None]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        by = choose_by_label("Clustered by", BY, {by: LABELS[by] for by in ways})
        known = len(set(collection.cocktails or ()) - {FREE_POUR})
        count = st.number_input(
            "Clusters", 2, MOST, known or 10, key=COUNT, width=130, bind="query-params", persist_state="page"
        )
    with st.popover("Labels", icon=":material/label:"):
        labels = choose_labels()
    if len(collection) < 8:
        raise InputError("there are fewer than eight pictures: bring more to divide them")
    tags = tags_of(collection, labels)
    table = _curves(collection, by, labels)
    if table.empty:
        raise InputError("all these pictures are alike: there is nothing to divide, choose other labels or pictures")
    found = _clusters(collection, by, labels, int(count), 0)
    agreed = None
    if collection.cocktails:
        agreed = _agreement(collection, by, labels, int(count))
        st.markdown(f"**{in_words(table, agreed, known, found.count, by)}**")
        nmi = agreed["NMI"]
        named = sum(name != FREE_POUR for name in collection.cocktails)
        st.caption(
            f"Normalised mutual information {nmi.value:.2f} ({nmi.low:.2f} to {nmi.high:.2f}); {SEEDS} seeds, on the "
            f"{named:,} pictures of a cocktail. {_by_density(collection, by)}"
        )
    else:
        best = best_count(table)
        st.markdown(f"**By silhouette, {best} clusters of {by} fit these {len(collection):,} pictures best.**")
    _charts(table, int(count))
    said = typical_tags(found.of, tags.given, tags.labels)
    _pictures(collection, found, said)
    if collection.cocktails:
        _contingency(found, collection.cocktails)


def _styles(collection: Collection) -> Data | None:
    """The styles of the renders of a collection, under the first model that reads them; None of other pictures."""
    if not collection.key.startswith("renders"):
        return None
    for item in cache.checkpoints():
        if item.domain == RENDERED and kind_of(item.kind).can(Can.ENCODE):
            table = cache.styles(item.name)
            if set(collection.files) <= set(table["file"]):
                return style_matrix(table.set_index("file").loc[collection.files])
    return None


def _data(collection: Collection, by: str, labels: tuple[str, ...]) -> Data:
    if by == TAGS:
        return tags_of(collection, labels).given.astype(np.float32)
    styles = _styles(collection) if by == STYLE else None
    return collection.vectors if styles is None else styles


@st.cache_data(show_spinner="Trying numbers of clusters …", max_entries=50, hash_funcs=by_key)
def _curves(collection: Collection, by: str, labels: tuple[str, ...]) -> pd.DataFrame:
    return scores_by_count(_data(collection, by, labels), by)


@st.cache_data(show_spinner="Dividing the pictures …", max_entries=100, hash_funcs=by_key)
def _clusters(collection: Collection, by: str, labels: tuple[str, ...], count: int, seed: int) -> Clusters:
    return cluster(_data(collection, by, labels), by, count, seed)


@st.cache_data(show_spinner="Comparing with the cocktails …", max_entries=50, hash_funcs=by_key)
def _agreement(collection: Collection, by: str, labels: tuple[str, ...], count: int) -> dict[str, Agreement]:
    names = np.array(collection.cocktails)
    named = names != FREE_POUR
    divisions = [_clusters(collection, by, labels, count, seed).of[named] for seed in range(SEEDS)]
    return agreement(divisions, names[named].tolist())


@st.cache_data(show_spinner="Looking for dense places …", max_entries=50, hash_funcs=by_key)
def _dense(collection: Collection, by: str) -> tuple[int, float]:
    """How many clusters HDBSCAN finds, and the share of pictures in none."""
    found = densities(_data(collection, by, ())).of
    return int(found.max()) + 1, float((found < 0).mean())


def _by_density(collection: Collection, by: str) -> str:
    if by == TAGS:
        return ""
    number, outside = _dense(collection, by)
    return f"HDBSCAN, which looks for dense places and asks for no number, finds {number} and leaves out {outside:.0%}."


def _charts(table: pd.DataFrame, count: int) -> None:
    titles = {
        "cost": (
            "Elbow",
            "How far pictures are from their cluster's centre: where it stops falling fast, more gain little.",
        ),
        "silhouette": (
            "Silhouette",
            "How much nearer pictures are to their own cluster than to the next: high is good.",
        ),
    }
    with st.grid(min_column_width=NARROW) as grid:
        for column, (title, said) in titles.items():
            with grid.cell():
                st.markdown(f"**{title}**")
                figure = go.Figure(go.Scatter(x=table["clusters"], y=table[column], mode="lines+markers"))
                figure.add_vline(count, line={"dash": "dot"})
                figure.update_xaxes(title="clusters")
                figure.update_layout(height=240, margin={"l": 0, "r": 0, "t": 10, "b": 0})
                st.plotly_chart(figure, key=f"clusters_{column}", config=QUIET, alt=f"{title} by number of clusters")
                st.caption(said)
    save_csv(table, "clusters-curves.csv", "Both curves, CSV")


def _pictures(collection: Collection, found: Clusters, said: list[str]) -> None:
    sizes = np.bincount(found.of)
    table = pd.DataFrame({"cluster": range(found.count), "pictures": sizes, "tags": said})
    if collection.cocktails:
        names = pd.Series(collection.cocktails)
        table["cocktails"] = [", ".join(names.loc[found.of == i].value_counts().index[:3]) for i in range(found.count)]
    st.markdown("**What makes each cluster**: tags that more of its pictures have than of all")
    st.dataframe(table, hide_index=True, height=245)
    every = pd.DataFrame({"file": collection.files, "cluster": found.of})
    with st.container(horizontal=True):
        save_csv(table, "clusters.csv", "This table, CSV")
        save_csv(every, "clusters-of-pictures.csv", f"The cluster of all {len(collection):,} pictures, CSV")
    opened = st.number_input("Open cluster", 0, found.count - 1, 0, key=OPEN, width=130, bind="query-params")
    rows = np.random.default_rng(0).permutation(np.flatnonzero(found.of == opened))[:SHOWN].tolist()
    names = collection.cocktails or collection.files
    show_pictures(collection, rows, [names[row] for row in rows])


def _contingency(found: Clusters, cocktails: list[str]) -> None:
    table = contingency(found.of, cocktails)
    st.markdown("**Cocktails and clusters**: how many pictures of each cocktail are in each cluster")
    figure = go.Figure(
        go.Heatmap(
            z=table,
            x=[str(name) for name in table.columns],
            y=list(table.index),
            colorscale="Teal",
            hovertemplate="%{y}: %{z} in cluster %{x}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", dtick=1)
    figure.update_xaxes(type="category", title="cluster")
    figure.update_layout(height=120 + 17 * len(table), margin={"l": 0, "r": 0, "t": 10, "b": 0})
    alt = "how many pictures of each cocktail are in each cluster"
    st.plotly_chart(figure, key="clusters_contingency", config=QUIET, alt=alt)
    st.caption("Were clusters the cocktails, each row and each column would have a single dark cell.")
    save_csv(table.reset_index(), "cocktails-and-clusters.csv", "This table, CSV")
