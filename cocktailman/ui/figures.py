"""Plotly figures that pages share."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go
from plotly.colors import qualitative

from cocktailman.catalog import catalog
from cocktailman.renders import FREE_POUR, RENDERED
from cocktailman.ui.recipe_picker import KIND_NAMES

OTHERS = "other recipes"
OTHERS_COLOUR = "rgba(150, 150, 150, 0.45)"
SEEN_COLOUR = "#d9603b"
# Named cocktails, coloured like the drink as far as fourteen colours stay apart in light and dark.
COLOURS = {
    "Beer": "#e8a317",
    "Bloody Mary": "#c0160e",
    "Cosmopolitan": "#f0559c",
    "Daiquiri": "#9fc63b",
    "Espresso Martini": "#5b3a29",
    "Gin And Tonic": "#35b6c9",
    "Manhattan": "#8e2b4f",
    "Margarita": "#4c9a2a",
    "Martini": "#5f7fd9",
    "Mojito": "#12b886",
    "Old Fashioned": "#b8651b",
    "Pina Colada": "#e0c341",
    "Rum And Coke": "#7a5bd0",
    "Screwdriver": "#ff7a2f",
}


def colour_of(name: str) -> str:
    """The colour of a cocktail, always the same for the same name; those beyond the fourteen share two dozen."""
    if name in {OTHERS, FREE_POUR}:
        return OTHERS_COLOUR
    return COLOURS.get(name) or qualitative.Dark24[sum(name.encode()) % len(qualitative.Dark24)]


def style_groups(table: pd.DataFrame, domain: str) -> pd.Series:
    """What each row of a style table belongs to: its cocktail; of photos, where many show the same, else `OTHERS`."""
    drink: pd.Series = table.loc[:, "drink"]
    if domain == RENDERED:
        return drink
    return drink.where(drink.isin(COLOURS) & (table["source"] == "bulk"), OTHERS)


def style_map(table: pd.DataFrame, x: str, y: str, group: pd.Series, marked: int | None = None) -> go.Figure:
    """Points of `table` at columns `x` and `y`, a trace a value of `group`, with its count in the legend.

    A point's `customdata` is its label in the index of `table`; the point labelled `marked` is ringed, if it is there.
    WebGL, so that many points stay quick.
    """
    figure = go.Figure()
    for name in sorted(group.unique(), key=lambda name: (name not in {OTHERS, FREE_POUR}, name)):  # below the rest
        part = table[group == name]
        figure.add_scattergl(
            x=part[x],
            y=part[y],
            mode="markers",
            name=f"{name} ({len(part):,})",
            marker={"size": 5, "color": colour_of(name), "opacity": 0.8},
            customdata=part.index,
            text=part["drink"],
            hovertemplate="%{text}<extra></extra>",
        )
    if marked in table.index:
        figure.add_scattergl(
            x=[table.at[marked, x]],
            y=[table.at[marked, y]],
            mode="markers",
            marker={"size": 16, "color": "rgba(0, 0, 0, 0)", "line": {"width": 3, "color": "#ef5a3c"}},
            hoverinfo="skip",
            showlegend=False,
        )
    figure.update_layout(
        height=620,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemsizing": "constant"},
        clickmode="event+select",
        dragmode="pan",
        uirevision="style map",  # zoom survives a rerun
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    return figure


def ingredient_bars(probabilities: Mapping[str, float], threshold: float) -> go.Figure:
    """A bar for each ingredient, by id, below the name of its kind, likeliest first; set off from the threshold on."""
    figure = go.Figure()
    rows: list[str] = []
    for kind in catalog().kinds:
        items = [item for item in catalog().ingredients if item.kind == kind and item.id in probabilities]
        if items:
            rows += [f"<b>{KIND_NAMES.get(kind, kind.capitalize())}</b>"]
            rows += [item.name for item in sorted(items, key=lambda item: -probabilities[item.id])]
    for seen in (True, False):
        shown = {id: share for id, share in probabilities.items() if (share >= threshold) == seen}
        figure.add_bar(
            x=list(shown.values()),
            y=[catalog().ingredient(id).name for id in shown],
            customdata=list(shown),
            text=[f"<b>{share:.0%}</b>" if seen else f"{share:.0%}" for share in shown.values()],
            textposition="outside",
            cliponaxis=False,
            marker_color=SEEN_COLOUR if seen else OTHERS_COLOUR,
            orientation="h",
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
            showlegend=False,
        )
    figure.add_vline(threshold, line={"width": 1, "dash": "dot", "color": SEEN_COLOUR}, layer="below")
    figure.update_layout(
        height=24 * len(rows) + 10, barmode="overlay", bargap=0.35, margin={"l": 0, "r": 36, "t": 0, "b": 10}
    )
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(
        categoryorder="array", categoryarray=rows, range=[len(rows) - 0.5, -0.5], tickvals=rows, fixedrange=True
    )
    return figure
