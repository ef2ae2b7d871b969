"""The style vectors of a domain's pictures on a map; a click shows what the model makes of a point."""

import pandas as pd
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.checkpoints import Checkpoint
from cocktailman.latent.tables import PROJECTIONS, style_matrix
from cocktailman.renders import RENDERED
from cocktailman.ui import cache
from cocktailman.ui.data_picture import PICTURE
from cocktailman.ui.entry import require_entry_point
from cocktailman.ui.errors import shown_errors
from cocktailman.ui.figures import OTHERS, style_groups, style_map
from cocktailman.ui.model_picker import model_picker
from cocktailman.ui.painting import Painting
from cocktailman.ui.style_understanding import understanding

MARKED = "map_row"  # in the session state: the row whose point was clicked last
SHOWN = 512  # px


def marked_row(table: pd.DataFrame) -> int:
    """The row to show: the clicked one, or at first a Mojito, so that nobody meets an empty panel."""
    row = st.session_state.get(MARKED)
    if row is None or row >= len(table):
        row = int((table["drink"] == "Mojito").to_numpy().argmax())
    return row


def take_click() -> None:
    """Keeps the row of a clicked point; a click beside all points changes nothing."""
    if points := st.session_state["map"]["selection"]["points"]:
        row = points[0]["customdata"]
        st.session_state[MARKED] = int(row[0] if isinstance(row, list) else row)


def panel(table: pd.DataFrame, row: int, model: Checkpoint) -> None:
    """What the model makes of one picture."""
    seen = table.iloc[row]
    recipe = catalog().recipe(seen["ingredients"].split())
    style = style_matrix(table.iloc[[row]])
    [picture] = cache.generator(model.name).paint(recipe, style, SHOWN)
    st.subheader(seen["drink"])
    if model.domain == RENDERED:
        truth, rebuilt = st.columns(2, gap="small")
        truth.image(cache.renders().image(cache.renders().row(seen["file"])), "the render", width="stretch")
        rebuilt.image(picture, f"what {model.name} makes of it", width="stretch")
        st.caption(f"{seen['file']} ({seen['split']} split)")
        st.page_link(
            "pages/data.py", label="Its factors", icon=":material/photo_library:", query_params={PICTURE: seen["file"]}
        )
    else:
        st.image(picture, width="stretch", alt=f"reconstruction of {seen['file']}")
        st.caption(
            f"What {model.name} makes of {seen['file']} ({seen['split']} split). The photo itself does not ship."
        )
    st.markdown(catalog().words(recipe))
    numbers = [f"z{number + 1} {value:+.2f}" for number, value in enumerate(style[0])]
    st.markdown(" · ".join(numbers))
    painting = Painting(model.name, recipe, style=tuple(style[0].tolist()))
    st.page_link("pages/generate.py", label="Go on by hand", icon=":material/tune:", query_params=painting.query())


@st.fragment
def explorer(model: Checkpoint) -> None:
    """Map and panel; a click reruns these and nothing else of the page."""
    with shown_errors():
        map_and_panel(model)


def map_and_panel(model: Checkpoint) -> None:
    table = cache.styles(model.name)
    view, show = st.columns([1, 3], vertical_alignment="bottom")
    projection = view.segmented_control("Projection", list(PROJECTIONS), key="map_view", default="UMAP", required=True)
    named = style_groups(table, model.domain)
    known = sorted(set(named) - {OTHERS})
    cocktails = show.multiselect(
        "Only these cocktails", known, key=f"map_only_{model.domain}", placeholder="all of them"
    )
    seen = named.isin(cocktails) if cocktails else pd.Series(True, index=table.index)
    row = marked_row(table)
    x, y = PROJECTIONS[projection or "UMAP"]
    left, right = st.columns([5, 2], gap="large")
    with left:
        figure = style_map(table.loc[seen], x, y, named.loc[seen], row)
        st.plotly_chart(figure, key="map", on_select=take_click, selection_mode="points", config={"scrollZoom": True})
    with right:
        panel(table, row, model)
    st.download_button(
        "Save the table as CSV",
        lambda: table[seen].to_csv(index=False),  # made when asked for: a click on the map need not wait for it
        f"{model.name}-styles.csv",
        "text/csv",
        icon=":material/download:",
    )


require_entry_point()
st.title("Latent space")
with shown_errors():
    model = model_picker("map_model")
    count = len(cache.styles(model.name))
    st.markdown(
        f"Each point is one of the {count:,} {model.domain} {model.name} was trained or tested on, where the encoder "
        "puts it. Points close together were given a similar style. Click one."
    )
    explorer(model)
    understanding(model)
