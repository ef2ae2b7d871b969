"""The renders as numbers: class balance, ingredients together and factors, each with its table to take away.

Each view is drawn over the chosen rows, bool of shape (n,), of which there is at least one.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.renders import CATEGORICAL, NUMERIC, Renders
from cocktailman.ui.data import plots, statistics
from cocktailman.ui.data.filters import show_pictures
from cocktailman.ui.data.picture import open_picture
from cocktailman.ui.data.statistics import LABELS
from cocktailman.ui.shared.csv import save_csv
from cocktailman.ui.shared.errors import check_choice
from cocktailman.ui.shared.factor_labels import category_label, value_label

Chosen = npt.NDArray[np.bool_]

CLASSES = ("cocktail", "ingredients", "glass", "ice", "garnish", "table", "background")
MAX_INGREDIENTS = 24  # ingredients that a matrix can show at a glance
PICTURES, SHARE, LIFT = "Pictures", "Share", "Lift"
MEASURES = {
    PICTURES: "How many pictures have both.",
    SHARE: "Of the pictures with the ingredient on the left, the share that has the one above too.",
    LIFT: "How many times as often two meet as they would if they knew nothing of each other; 1 is chance.",
}
STRONG_LIFT = 3  # powers of two, above and below chance, at which a colour is full
POINTS = 5000  # of a scatter: more would hide each other
BINS = 30
ENOUGH = 100  # pictures; over fewer, a correlation says nothing
QUIET = {"displayModeBar": False}


def class_balance(renders: Renders, chosen: Chosen) -> None:
    """How many pictures there are of each cocktail, ingredient, glass and so on, by split."""
    check_choice("by", [LABELS[name] for name in CLASSES])
    column = st.segmented_control(
        "Count by",
        CLASSES,
        format_func=LABELS.__getitem__,
        default=CLASSES[0],
        key="by",
        required=True,
        bind="query-params",
        persist_state="page",
    )
    column = column or CLASSES[0]  # None where a link ends in "by=", `required` or not
    counts = statistics.class_balance(renders, chosen, column)
    if not len(counts):
        st.info(f"None of these {chosen.sum():,} pictures has any.")
        return
    names = [category_label(column, word) for word in counts.index]
    least, most = counts["total"].min(), counts["total"].max()
    st.caption(f"Over {chosen.sum():,} pictures: from {least:,} to {most:,} each. Click a bar to see its pictures.")
    st.plotly_chart(
        plots.stacked_bars(counts, names),
        key=f"balance_{column}",
        on_select=lambda: _on_click(f"balance_{column}", lambda word: show_pictures(column, word)),
        selection_mode="points",
        config=QUIET,
        alt=f"pictures by {LABELS[column].lower()} and split",
    )
    save_csv(counts.reset_index(), f"renders-by-{column}.csv")


def together(renders: Renders, chosen: Chosen) -> None:
    """Which ingredients occur together."""
    count = int(chosen.sum())
    pairs = statistics.pairs_of(renders.indicators["ingredients"].loc[chosen])
    most_first = np.argsort(-np.diag(pairs), kind="stable")
    most_first = most_first[np.diag(pairs)[most_first] > 0]
    pairs = pairs.iloc[most_first, most_first]
    check_choice("measure", MEASURES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.segmented_control(
            "Measure",
            list(MEASURES),
            default=PICTURES,
            key="measure",
            required=True,
            bind="query-params",
            persist_state="page",
        )
        everything = st.toggle(
            f"All {len(pairs)} ingredients, not the {MAX_INGREDIENTS} most frequent",
            key="everything",
            disabled=len(pairs) <= MAX_INGREDIENTS,
            bind="query-params",
            persist_state="page",
        )
    measure = measure or PICTURES  # None where a link ends in "measure="
    st.caption(f"{MEASURES[measure]} Over {count:,} pictures.")
    shown = pairs if everything else pairs.iloc[:MAX_INGREDIENTS, :MAX_INGREDIENTS]
    names = {item.id: item.name for item in catalog().ingredients}
    look, read = st.columns([5, 4], gap="medium")
    with look:
        st.plotly_chart(
            _together_figure(shown, count, measure, names),
            key="together",
            config=QUIET,
            alt="ingredients that occur together",
        )
    with read:
        listed = statistics.listed_pairs(pairs, count)
        _pairs_table(listed, names)
        save_csv(listed, "renders-together.csv")


def _together_figure(pairs: pd.DataFrame, count: int, measure: str, names: dict[str, str]) -> go.Figure:
    if measure == SHARE:
        shares = statistics.shares_of(pairs)
        return plots.matrix(shares, names, "%{customdata:.0%} of those with %{y} have %{x}", plots.MORE, (0, 1))
    if measure == LIFT:
        lifts = statistics.lifts_of(pairs, count)
        powers = lifts.where(lifts > 0).map(np.log2)  # of two; blank where the two never meet
        hover = "%{y} and %{x}: %{customdata:.2f} times chance"
        limits = (-STRONG_LIFT, STRONG_LIFT)
        return plots.matrix(powers, names, hover, plots.LESS_OR_MORE, limits, shown=lifts.to_numpy())
    most = float(np.triu(pairs.to_numpy(), k=1).max(initial=1))
    return plots.matrix(pairs, names, "%{y} and %{x}: %{customdata:,} pictures", plots.MORE, (0, most))


def _pairs_table(listed: pd.DataFrame, names: dict[str, str]) -> None:
    shares = {share: 100 * listed[share] for share in ("of first", "of second")}
    name, number = st.column_config.TextColumn(width=115), partial(st.column_config.NumberColumn, width=62)
    st.dataframe(
        listed.replace({"first": names, "second": names}).assign(**shares),
        hide_index=True,
        height=plots.LINE * MAX_INGREDIENTS + plots.HEAD,
        column_config={
            "first": name,
            "second": name,
            "both": number(help="pictures with both"),
            "of first": number(format="%.0f%%", help="share of the first's pictures"),
            "of second": number(format="%.0f%%", help="share of the second's pictures"),
            "lift": number(format="%.2f", help="how many times as often as by chance"),
        },
    )


def factors(renders: Renders, chosen: Chosen) -> None:
    """How each factor is distributed."""
    table = renders.factors.loc[chosen]
    st.caption(f"Over {len(table):,} pictures; hover for the counts.")
    counted = []
    with st.grid(4, min_column_width=165) as grid:
        for name, factor in NUMERIC.items():
            counts, edges = np.histogram(table.loc[:, name].dropna(), bins=BINS)
            counted.append(pd.DataFrame({"factor": name, "from": edges[:-1], "to": edges[1:], "pictures": counts}))
            with grid.cell():
                _small_chart(factor.label, plots.histogram(counts, edges, factor.form))
        for name, label in CATEGORICAL.items():
            words = table.loc[:, name].value_counts()
            counted.append(pd.DataFrame({"factor": name, "from": words.index, "to": words.index, "pictures": words}))
            with grid.cell():
                _small_chart(label, plots.small_bars(words, [category_label(name, str(word)) for word in words.index]))
    summary = statistics.summary(table)
    numbers = {
        name: st.column_config.NumberColumn(format="%.2f") for name in summary if name not in ("factor", "pictures")
    }
    st.dataframe(summary, hide_index=True, height="content", column_config=numbers)
    with st.container(horizontal=True):
        save_csv(summary.reset_index(names="id"), "renders-factors.csv", "Summary, csv")
        save_csv(pd.concat(counted), "renders-histograms.csv", "Histograms, csv")


def scatter(renders: Renders, chosen: Chosen) -> None:
    """Two factors against each other, a third as colour."""
    label = LABELS.__getitem__
    numbers, colours = list(NUMERIC), [*NUMERIC, *CATEGORICAL, "split"]
    for name, options in (("x", numbers), ("y", numbers), ("colour", colours)):
        check_choice(name, [label(factor) for factor in options])

    def choose(title: str, key: str, options: list[str], first: str) -> str:
        start = options.index(first)
        return st.selectbox(title, options, start, label, key=key, width=220, bind="query-params", persist_state="page")

    with st.container(horizontal=True):
        x = choose("Across", "x", numbers, "camera_azimuth")
        y = choose("Up", "y", numbers, "camera_elevation")
        colour = choose("Colour", "colour", colours, "light_warmth")
    rows = np.flatnonzero(chosen)
    drawn = np.sort(np.random.default_rng(0).choice(rows, POINTS, replace=False)) if len(rows) > POINTS else rows
    points = renders.factors.iloc[drawn]
    drawn_of = (
        f"{len(drawn):,} of the {len(rows):,} pictures, drawn at random"
        if len(drawn) < len(rows)
        else f"{len(rows):,} pictures"
    )
    st.caption(f"A point is a picture; click one to open it. Here are {drawn_of}.")
    hover = points["cocktail"].map(lambda word: category_label("cocktail", word))
    for name in (x, y, colour):
        hover += f"<br>{label(name)} " + points[name].map(partial(value_label, name))
    shades = points[colour] if colour in NUMERIC else points[colour].map(lambda word: category_label(colour, word))
    st.plotly_chart(
        plots.scatter(points, x, y, LABELS, shades, hover),
        key="scatter",
        on_select=lambda: _on_click("scatter", open_picture),
        selection_mode="points",
        config={**QUIET, "scrollZoom": True},
        alt=f"{label(x)} against {label(y)}",
    )
    columns = list(dict.fromkeys(["id", "cocktail", x, y, colour]))
    save_csv(renders.factors.loc[chosen, columns], "renders-scatter.csv")


def independence(renders: Renders, chosen: Chosen) -> None:
    """Whether the factors vary independently, as they are meant to."""
    table = renders.factors.loc[chosen]
    if len(table) < ENOUGH:
        st.info(f"Over {len(table):,} pictures a correlation says nothing: choose at least {ENOUGH}.")
        return
    found, chance = statistics.correlations(table), statistics.correlations(table, shuffled=True)
    st.markdown(_verdict(found, chance))
    st.caption(
        f"Over {len(table):,} pictures. Of two numbers, this is |Pearson's r|. An angle that goes round enters as sine "
        "and cosine, a word as its indicators, and what is shown is the largest correlation these allow (the first "
        "canonical correlation)."
    )
    st.plotly_chart(
        plots.matrix(found, LABELS, "%{y} and %{x}: %{customdata:.3f}", plots.MORE, (0, 1)),
        key="correlations",
        config=QUIET,
        alt="correlations of the factors",
    )
    save_csv(found.reset_index(names="factor"), "renders-correlations.csv")


def _verdict(found: pd.DataFrame, chance: pd.DataFrame) -> str:
    """The largest correlation there is, beside what chance alone makes of as many pictures."""
    sentences = []
    if largest := statistics.largest(found, by_recipe=False):
        luck = statistics.largest(chance, by_recipe=False)
        sentences.append(
            f"**The largest correlation is {largest[0]:.3f}**, between {_lower(largest[1])} and {_lower(largest[2])}"
            + (f"; with every factor shuffled it would be {luck[0]:.3f}." if luck else ".")
        )
    if kept := statistics.largest(found, by_recipe=True):
        sentences.append(
            f"Left out of this: {_lower(kept[1])} and {_lower(kept[2])}, {kept[0]:.3f}, as recipes ask for them."
        )
    return " ".join(sentences)


def _lower(name: str) -> str:
    return LABELS[name].lower()


def _small_chart(label: str, figure: go.Figure) -> None:
    st.markdown(f"**{label}**")
    st.plotly_chart(figure, key=f"distribution_{label}", config=QUIET, alt=f"distribution of {label.lower()}")


def _on_click(key: str, act: Callable[[str], None]) -> None:
    """Acts on the point clicked in a chart; a click beside all points does nothing."""
    if points := st.session_state[key]["selection"]["points"]:
        named = points[0]["customdata"]
        act(named[0] if isinstance(named, list) else named)
