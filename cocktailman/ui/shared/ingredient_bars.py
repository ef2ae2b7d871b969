"""How probable each ingredient is, as bars."""

from collections.abc import Mapping

import plotly.graph_objects as go

from cocktailman.catalog import catalog
from cocktailman.drinks import OTHERS_COLOUR
from cocktailman.ui.shared.recipe_picker import KIND_NAMES

SEEN_COLOUR = "#d9603b"
NUMBERS = 1.2  # where their column ends, on an axis on which 1 is certain


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
            marker_color=SEEN_COLOUR if seen else OTHERS_COLOUR,
            orientation="h",
            hovertemplate="%{y}: %{x:.1%}<extra></extra>",
            showlegend=False,
        )
    names = [catalog().ingredient(id).name for id in probabilities]
    labels = [f"<b>{share:.0%}</b>" if share >= threshold else f"{share:.0%}" for share in probabilities.values()]
    # In a column of their own: beside the bars the threshold's line would strike them through.
    numbers = {"mode": "text", "textposition": "middle left", "cliponaxis": False, "hoverinfo": "skip"}
    figure.add_scatter(x=[NUMBERS] * len(names), y=names, text=labels, showlegend=False, **numbers)
    figure.add_vline(threshold, line={"width": 1, "dash": "dot", "color": SEEN_COLOUR}, layer="below")
    figure.update_layout(
        height=24 * len(rows) + 10, barmode="overlay", bargap=0.35, margin={"l": 0, "r": 0, "t": 0, "b": 10}
    )
    figure.update_xaxes(range=[0, NUMBERS], visible=False, fixedrange=True)
    figure.update_yaxes(
        categoryorder="array", categoryarray=rows, range=[len(rows) - 0.5, -0.5], tickvals=rows, fixedrange=True
    )
    return figure
