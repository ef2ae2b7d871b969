"""The lab itself: of each model a driver's seat and a map, and below them the pictures that were chosen."""

import numpy as np
import pandas as pd
import streamlit as st

from cocktailman.latent.projection import View
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.ui.latent.colours import colours
from cocktailman.ui.latent.directions import extra_sliders
from cocktailman.ui.latent.driver import chart_places, driver, limit_of
from cocktailman.ui.latent.filters import HIDE, Filter, choose_filter, filterable
from cocktailman.ui.latent.links import write_link
from cocktailman.ui.latent.map_figure import map_figure
from cocktailman.ui.latent.map_view import projected, view_picker
from cocktailman.ui.latent.neighbours_view import neighbours_view
from cocktailman.ui.latent.outlines import OUTLINE_HELP, OUTLINES
from cocktailman.ui.latent.own_styles import Styles, drop_place, newly_dropped, shipped_styles, styles_of
from cocktailman.ui.latent.selection import choose, chosen_rows, keep_of_chosen, newly_chosen, selection, truth_of
from cocktailman.ui.latent.steering import Mixture, choose_mixture, driven, go_to, leave_from
from cocktailman.ui.latent.understanding import named_numbers
from cocktailman.ui.latent.waiting import waiting
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.errors import shown_errors

DRIVE, TOOLS = "Drive", {"Drive": "pan", "Move": "pan", "Box": "select", "Lasso": "lasso"}  # to what Plotly calls them


def take_points(models: list[Checkpoint], shown: Checkpoint, chart: str) -> None:
    """Of a box or lasso its pictures are chosen; to a clicked one every model drives."""
    selected = st.session_state[chart]["selection"]
    marks = [point["customdata"] for point in selected["points"] if point.get("customdata") is not None]
    rows = [int(mark[0] if isinstance(mark, list) else mark) for mark in marks]
    files = styles_of(shown).table["file"].iloc[rows]
    if selected["box"] or selected["lasso"]:
        choose(files if rows else None)
    elif rows:
        go_to(models, files.iloc[0])


def draw_map(models: list[Checkpoint], model: Checkpoint, view: View, tool: str, wanted: Filter) -> None:
    """The map of one model; points that are not wanted are grey, or not there."""
    styles, chart = styles_of(model), chart_of(model)
    table, (projector, fit) = styles.table, projected(styles, view, around(model))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title, values = colours(styles, model)
        outline = st.segmented_control(
            "Around groups",
            OUTLINES,
            key=f"outline_{model.name}",
            disabled=view.dimensions == 3 or pd.api.types.is_numeric_dtype(values),
            bind="query-params",
            help=OUTLINE_HELP,
        )
        if styles.own:
            help = (
                "your pictures take their places in the map of the model's own, in grey; else they get a map of theirs"
            )
            st.toggle("Among the model's own", True, key=within_of(model), help=help)
    rows = chosen_rows(table)
    others = around(model)
    under = None if others is None else projected(others, view)[0].places_
    if fit is not None:
        waiting(fit, model.name)
    passed = wanted.mask(filterable(styles, model)) if wanted else None
    if passed is not None:
        st.caption(f"{passed.sum():,} of {len(table):,} pictures pass the filter.")
    figure = map_figure(
        projector.places_, title, values, rows, outline, TOOLS[tool], under, passed, st.session_state.get(HIDE, False)
    )
    with st.container(key=f"onto_{chart}"):
        st.plotly_chart(
            figure,
            key=chart,
            on_select=lambda: take_points(models, model, chart),
            selection_mode=("points", "box", "lasso"),
            config={"scrollZoom": True, "displaylogo": False, "modeBarButtonsToRemove": ["zoom2d", "autoScale2d"]},
            alt=f"map of the styles of {len(table):,} pictures under {model.name}, coloured by {title}",
        )
        drop_place(model)
    count = f"{len(table):,}"
    known = f"the {count} {model.domain} {model.name} was trained or tested on"
    st.caption(
        f"Each point is one of {f'your {count} pictures' if styles.own else known}, where the encoder puts it; points "
        "close together were given a similar style. Drag a slider, or across the map; click a point to go to it; drop "
        "pictures of yours onto it."
    )


def draw_seat(
    models: list[Checkpoint], model: Checkpoint, view: View, mixture: Mixture, tool: str, wanted: Filter
) -> None:
    """The driver's seat of one model, and where to go from there."""
    styles = styles_of(model)
    projector, _ = projected(styles, view, around(model))
    places = chart_places(styles.table, projector, chart_of(model), tool == DRIVE, truth_of(model, styles))

    def visit(row: int) -> None:
        go_to(models, styles.table["file"].iloc[row])

    generator, hand = cache.generator(model.name), driven(model)
    limit = limit_of(styles.table)
    extra = extra_sliders(model)
    driver(generator, mixture.vector, hand, named_numbers(model), extra, limit, places, visit, f"seat_{model.name}")
    st.caption(f"{mixture.caption}, painted by {model.name} in your browser at {model.size} px.")
    passed = styles.table.loc[wanted.mask(filterable(styles, model))] if wanted else styles.table
    leave_from(model, passed, mixture)


def draw_selection(model: Checkpoint) -> None:
    """The pictures that were chosen on any map, under one model."""
    styles = styles_of(model)
    if (rows := chosen_rows(styles.table)) is not None:
        selection(model, styles, rows)


def visible_files(models: list[Checkpoint], wanted: Filter) -> set[str]:
    """The files that pass on any of the maps."""
    tables = [filterable(styles_of(model), model) for model in models]
    return {file for table in tables for file in table["file"].to_numpy()[np.flatnonzero(wanted.mask(table))]}


def around(model: Checkpoint) -> Styles | None:
    """The styles among which a visitor's own are shown; None where they are by themselves."""
    if not styles_of(model).own or not st.session_state.get(within_of(model), True):
        return None
    return shipped_styles(model)


def within_of(model: Checkpoint) -> str:
    return f"within_{model.name}"


def chart_of(model: Checkpoint) -> str:
    return f"map_{model.name}"


def choose_tool(view: View) -> str:
    """Draws the choice of what a drag across the map does, and returns it."""
    tool = st.segmented_control(
        "On the map",
        list(TOOLS),
        default=DRIVE,
        key="tool",
        required=True,
        bind="query-params",
        disabled=view.dimensions == 3,
        help="Drive: a drag paints every point it passes. Box and lasso choose pictures. A click or a tap on a point "
        "goes to that picture. In 3D there are no tools: a drag turns the map; beside the points a click has no depth, "
        "and does nothing.",
    )
    return tool or DRIVE  # None where a link ends in "tool="


@st.fragment
def lab(models: list[Checkpoint]) -> None:
    """Maps and seats; what happens here reruns these and nothing else of the page."""
    if newly_chosen() or newly_dropped():
        st.rerun()  # what lies below the maps is about the chosen pictures too
    with shown_errors():
        alone = len(models) == 1
        above = st.container()
        # The seat comes first: on a phone above the map, and for the keyboard before the map's own tools.
        columns = st.columns([5, 8] if alone else 2, gap="medium")
        with columns[1] if alone else above, st.container(horizontal=not alone, vertical_alignment="bottom"):
            view = view_picker(min(cache.generator(model.name).style_dim for model in models))
            with st.container(horizontal=True, vertical_alignment="bottom"):
                tool, wanted = choose_tool(view), choose_filter(models)
        if wanted:
            keep_of_chosen(visible_files(models, wanted))
        with columns[0] if alone else above, st.container(horizontal=True, vertical_alignment="bottom"):
            mixture = choose_mixture(models)
        for number, model in enumerate(models):
            with columns[number]:
                if not alone:
                    st.header(model.name, anchor=False)
                draw_seat(models, model, view, mixture, tool, wanted)
            with columns[1 if alone else number]:
                draw_map(models, model, view, tool, wanted)
        for model in models:
            draw_selection(model)
        for model, column in zip(models, st.columns(len(models), gap="medium"), strict=True):
            with column:
                neighbours_view(models, model, mixture, wanted)
        write_link(models)
