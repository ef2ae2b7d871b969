"""The latent lab: see where the styles of a domain's pictures lie, drive through that space live, understand it."""

import pandas as pd
import streamlit as st

from cocktailman.latent.projection import View
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.registry import Can
from cocktailman.ui.latent.colours import colours
from cocktailman.ui.latent.driver import chart_places, driver
from cocktailman.ui.latent.links import read_link, write_link
from cocktailman.ui.latent.map_figure import map_figure
from cocktailman.ui.latent.map_view import projected, view_picker
from cocktailman.ui.latent.outlines import OUTLINE_HELP, OUTLINES
from cocktailman.ui.latent.own_styles import Styles, bring_styles, shipped_styles, styles_of
from cocktailman.ui.latent.selection import choose, chosen_rows, has_truth, newly_chosen, selection
from cocktailman.ui.latent.steering import Mixture, choose_mixture, driven, go_to, leave_from
from cocktailman.ui.latent.understanding import named_numbers, understanding
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.model_picker import model_picker

MODEL, BESIDE = "map_model", "beside"
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


def draw_map(models: list[Checkpoint], model: Checkpoint, view: View, tool: str) -> None:
    """The map of one model."""
    styles, chart = styles_of(model), chart_of(model)
    table, projector = styles.table, projected(styles, view, around(model))
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
    under = None if others is None else projected(others, view).places_
    figure = map_figure(projector.places_, title, values, rows, outline, TOOLS[tool], under)
    st.plotly_chart(
        figure,
        key=chart,
        on_select=lambda: take_points(models, model, chart),
        selection_mode=("points", "box", "lasso"),
        config={"scrollZoom": True, "displaylogo": False},
    )


def draw_seat(models: list[Checkpoint], model: Checkpoint, view: View, mixture: Mixture, tool: str) -> None:
    """The driver's seat of one model, and where to go from there."""
    styles = styles_of(model)
    projector, truth = projected(styles, view, around(model)), cache.renders() if has_truth(model, styles) else None
    places = chart_places(styles.table, projector, chart_of(model), tool == DRIVE, truth)

    def visit(row: int) -> None:
        go_to(models, styles.table["file"].iloc[row])

    generator, hand = cache.generator(model.name), driven(model)
    driver(generator, mixture.vector, hand, named_numbers(model), places, visit, f"seat_{model.name}")
    st.caption(f"{mixture.caption}, painted by {model.name} in your browser at {model.size} px.")
    leave_from(model, styles.table, mixture)


def draw_selection(model: Checkpoint) -> None:
    """The pictures that were chosen on any map, under one model."""
    styles = styles_of(model)
    if (rows := chosen_rows(styles.table)) is not None:
        selection(model, styles, rows)


def around(model: Checkpoint) -> Styles | None:
    """The styles among which a visitor's own are shown; None where they are by themselves."""
    if not styles_of(model).own or not st.session_state.get(within_of(model), True):
        return None
    return shipped_styles(model)


def within_of(model: Checkpoint) -> str:
    return f"within_{model.name}"


def chart_of(model: Checkpoint) -> str:
    return f"map_{model.name}"


@st.fragment
def lab(models: list[Checkpoint]) -> None:
    """Maps and seats; what happens here reruns these and nothing else of the page."""
    if newly_chosen():
        st.rerun()  # what lies below the maps is about the chosen pictures too
    with shown_errors():
        with st.container(horizontal=True, vertical_alignment="bottom"):
            view = view_picker(min(cache.generator(model.name).style_dim for model in models))
            tool = st.segmented_control(
                "On the map",
                list(TOOLS),
                default=DRIVE,
                key="tool",
                required=True,
                bind="query-params",
                disabled=view.dimensions == 3,
                help="Drive: a drag paints every point it passes. Box and lasso choose pictures. In all but Drive, a "
                "click on a point goes to that picture. In 3D there are no tools: a drag turns the map, and a click on "
                "a point goes to that picture; beside the points a click has no depth, and does nothing.",
            )
        tool = tool or DRIVE  # None where a link ends in "tool="
        alone = len(models) == 1
        above = st.container()
        columns = st.columns([8, 5] if alone else 2, gap="medium")
        with columns[1] if alone else above, st.container(horizontal=True, vertical_alignment="bottom"):
            mixture = choose_mixture(models)
        for number, model in enumerate(models):
            with columns[number]:
                if not alone:
                    st.subheader(model.name, anchor=False)
                draw_map(models, model, view, tool)
            with columns[1 if alone else number]:
                draw_seat(models, model, view, mixture, tool)
        for model in models:
            draw_selection(model)
        write_link(models)


require_entry_point()
st.title("Latent space")
with shown_errors():
    read_link(MODEL, BESIDE)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = model_picker(MODEL, Can.DRIVE)
        others = {item.name: item for item in cache.checkpoints(Can.DRIVE) if item.name != model.name}
        beside = st.selectbox("Beside it", list(others), None, key=BESIDE, placeholder="no other model")
        bring_styles(model)
    styles = styles_of(model)
    whose = "of your pictures" if styles.own else f"{model.domain} {model.name} was trained or tested on"
    st.markdown(
        f"Each point is one of the {len(styles.table):,} {whose}, where the encoder puts it; points close together "
        "were given a similar style. Drag a slider, or drag across the map."
    )
    lab([model, others[beside]] if beside in others else [model])
    understanding(model)
