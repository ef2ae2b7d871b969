"""What the style vectors of a checkpoint are like, in words and numbers: normality, distances, what sliders do."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from cocktailman.drinks import OTHERS
from cocktailman.evaluation.disentanglement import UNKNOWN, slider_names
from cocktailman.latent.gaussians import kl_per_dimension, wasserstein_matrix
from cocktailman.latent.groups import active_units, linkage_order
from cocktailman.latent.statistics import JUDGED_FROM, GroupStatistics, group_statistics, verdict
from cocktailman.latent.tables import std_matrix, style_matrix
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.renders import CATEGORICAL, NUMERIC, RENDERED
from cocktailman.ui.latent.own_styles import Styles, named_groups, styles_of
from cocktailman.ui.latent.selection import chosen_styles
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import without_formulas
from cocktailman.ui.shared.errors import shown_errors

MIN_COUNT = 20  # styles of a group that is looked at
TITLES = "How far are cocktails from each other?", "What does each number do?"


@st.fragment
def understanding(models: Sequence[Checkpoint]) -> None:
    """Draws the section, the models of it side by side."""
    st.header("Are the styles of a cocktail dense and normally distributed?")
    _side_by_side(models, _distributions)
    places = st.columns(2, gap="large") if len(models) == 1 else [st.container(), st.container()]
    for place, title, draw in zip(places, TITLES, (_distances, _uses), strict=True):
        with place:
            st.header(title)
            _side_by_side(models, draw)


def _side_by_side(models: Sequence[Checkpoint], draw: Callable[[Checkpoint], None]) -> None:
    for model, column in zip(models, st.columns(len(models), gap="medium"), strict=True):
        with column, shown_errors():
            st.markdown(f"**{model.name}**")
            draw(model)


def _distributions(model: Checkpoint) -> None:
    styles, groups = chosen_styles(styles_of(model)), _groups_of(model)
    regressor = cache.generator(model.name).regressor
    if len(styles.table) < len(styles_of(model).table):
        st.caption(f"Of the {len(styles.table):,} pictures selected on the map.")
    if any(group.count >= JUDGED_FROM for group in groups):
        st.markdown(verdict(groups, None if regressor is None else regressor.r2))
    shown = without_formulas(_summary(groups))
    st.dataframe(shown, hide_index=True, column_config=_columns(), key=f"groups_{model.name}")


def _distances(model: Checkpoint) -> None:
    groups = _groups_of(model)
    if len(groups) > 1:
        alt = f"2-Wasserstein distances between the cocktails' styles under {model.name}"
        figure, key = _wasserstein_heatmap(groups), f"distances_{model.name}"
        st.plotly_chart(figure, config={"displayModeBar": False}, key=key, alt=alt)
    else:
        st.caption(f"Fewer than two cocktails have {MIN_COUNT} pictures here.")


def _uses(model: Checkpoint) -> None:
    st.dataframe(_numbers(model), hide_index=True, key=f"numbers_{model.name}")


def _groups_of(model: Checkpoint) -> list[GroupStatistics]:
    styles = chosen_styles(styles_of(model))
    return _groups(styles.source, model.domain, styles)


@st.cache_data(show_spinner="Measuring the styles …", max_entries=32)
def _groups(source: str, domain: str, _styles: Styles) -> list[GroupStatistics]:
    table = _styles.table
    parts = [
        (str(group), part)
        for group, part in table.groupby(named_groups(_styles, domain))
        if group != OTHERS and len(part) >= MIN_COUNT
    ]
    if not parts and len(table) >= MIN_COUNT:
        parts = [("all pictures", table)]
    return [group_statistics(name, style_matrix(part), std_matrix(part), replicates=0) for name, part in parts]


def _summary(groups: list[GroupStatistics]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "cocktail": [group.name for group in groups],
            "styles": [group.count for group in groups],
            "normal": [group.near_normal for group in groups],
            "skewness": [group.skewness.effect for group in groups],
            "kurtosis": [group.kurtosis.effect for group in groups],
            "p": [group.henze_zirkler.p_value for group in groups],
            "spacing": [group.density.spacing for group in groups],
            "gap": [group.density.gap for group in groups],
            "prior": [group.from_prior for group in groups],
            "chance": [group.chance for group in groups],
        }
    )


def _columns() -> dict:
    number = st.column_config.NumberColumn
    return {
        "cocktail": "Cocktail",
        "styles": number("Styles"),
        "normal": st.column_config.CheckboxColumn(
            "Nearly normal",
            help="no test finds a departure from a normal distribution that is both beyond chance and large",
        ),
        "skewness": number(
            "Skewness",
            format="%.2f",
            help="Mardia's multivariate skewness, scaled to that of one number; 0 is symmetrical",
        ),
        "kurtosis": number(
            "Excess kurtosis", format="%+.2f", help="Mardia's, relative to that of a normal; above 0 tails are heavy"
        ),
        "p": number(
            "Henze-Zirkler p", format="%.3f", help="probability of so large a departure if the styles were normal"
        ),
        "spacing": number(
            "Neighbour distance",
            format="%.2f",
            help="mean distance to the nearest styles, relative to a normal sample's: below 1 they are clustered",
        ),
        "gap": number(
            "Hole size",
            format="%.2f",
            help="from draws of the fitted normal to the nearest styles, relative to a normal sample's: above 1, holes",
        ),
        "prior": number("W₂ to the prior", format="%.2f", help="2-Wasserstein distance from the prior N(0, I)"),
        "chance": number(
            "W₂ by chance", format="%.2f", help="the distance that a sample of the prior of this size would have"
        ),
    }


def _wasserstein_heatmap(groups: list[GroupStatistics]) -> go.Figure:
    """2-Wasserstein distances of the cocktails' Gaussians, those alike beside each other."""
    distances = wasserstein_matrix([group.gaussian for group in groups])
    _, order = linkage_order(distances)
    names = [groups[place].name for place in order]
    figure = go.Figure(go.Heatmap(z=distances[np.ix_(order, order)], x=names, y=names, colorscale="YlOrBr_r"))
    figure.update_layout(height=520, margin={"l": 0, "r": 0, "t": 0, "b": 0})
    figure.update_yaxes(autorange="reversed")
    return figure


def _numbers(model: Checkpoint) -> pd.DataFrame:
    """A row a dimension: how much it is used, what the recipe says of it, and what it follows where that is known."""
    table = chosen_styles(styles_of(model)).table
    means, stds = style_matrix(table), std_matrix(table)
    rows = pd.DataFrame(
        {
            "latent number": [f"z{place + 1}" for place in range(means.shape[1])],
            "KL, nats": kl_per_dimension(means, stds).round(2),
            "active": active_units(means),
        }
    )
    if (regressor := cache.generator(model.name).regressor) is not None:
        rows["R² of the recipe"] = regressor.r2.round(2)
    if model.domain == RENDERED:
        rows["follows"] = _sliders(model.name)
    return rows


def named_numbers(model: Checkpoint) -> list[str]:
    """What each number of a style follows, or "" where nothing is known of it."""
    if model.domain != RENDERED:
        return [""] * cache.generator(model.name).style_dim
    return ["" if name == UNKNOWN else name for name in _sliders(model.name)]


@st.cache_data
def _sliders(name: str) -> list[str]:
    table = cache.styles(name)
    factors = cache.renders().factors.set_index("id").loc[table["file"]].reset_index()
    return [item.label for item in slider_names(style_matrix(table), factors, NUMERIC | CATEGORICAL)]
