"""From ingredients and a style to a painted drink."""

import streamlit as st

from cocktailman.ui.generate.describe import describe_box
from cocktailman.ui.generate.studio import PAGE, studio, take_painting
from cocktailman.ui.shared import address, cache
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import show_error, shown_errors
from cocktailman.ui.shared.model_picker import model_picker
from cocktailman.ui.shared.painting import PARAMETERS, read_query
from cocktailman.ui.shared.recipe_picker import RECIPE, recipe_picker
from cocktailman.ui.shared.words import explain


def follow_link(models: list[str]) -> None:
    """Takes over what the URL says, where it is not what this page wrote itself."""
    query = address.asked(PAGE, PARAMETERS)
    if query is None or (not query and RECIPE in st.session_state):
        return
    painting, errors = read_query(query, models)
    for error in errors:
        show_error(error)
    st.session_state["generate_model"] = painting.model
    st.session_state[RECIPE] = list(painting.recipe)
    take_painting(painting)


require_entry_point()
st.title("Generate")
with shown_errors():
    follow_link(cache.model_names())
    look, choose = st.columns([3, 2], gap="large")
    with choose:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            model = model_picker("generate_model").name
            explain("style vector", "seed", "prior", "what is typical", "truncation")
        describe_box()
        recipe = recipe_picker()
    with look:
        studio(model, recipe)
