"""The first screen: what the lab does, painted as one looks at it."""

import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.drinks import DRINKS
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.entry import require_entry_point
from cocktailman.ui.shared.errors import shown_errors
from cocktailman.ui.shared.model_picker import model_picker
from cocktailman.ui.shared.painting import Painting

SHOWN, TILE = 256, 144  # px: as painted, and as wide as seven in a row may be
CARD = 240  # px, the least width of what leads to a page
FIRST_SEED = 7  # what the page opens with: it shows well, and others are a click away

require_entry_point()
st.title("CocktailMan")
st.markdown(
    "**A lab for generative models on cocktails.** Name the ingredients and a decoder paints the drink; "
    "move its style and watch what the model has understood. Nothing below is a photo: "
    "every picture was painted a moment ago, on this machine."
)


@st.fragment
def strip(model: str) -> None:
    """Drinks painted live; a click paints others."""
    seed = st.session_state.setdefault("home_seed", FIRST_SEED)
    generator = cache.generator(model)
    recipes = [catalog().cocktail(name).recipe for name in DRINKS]
    styles = generator.draw_styles(recipes, seed)
    pictures = generator.paint_each(recipes, styles, SHOWN, ground=None)
    with st.container(horizontal=True, gap="small"):  # wraps to as many a row as there is room for
        for name, recipe, style, picture in zip(DRINKS, recipes, styles, pictures, strict=True):
            with st.container(width=TILE, gap="xxsmall"):
                st.image(picture, width="stretch", alt=f"{name}, painted by {model}")
                painting = Painting(model, recipe, style=tuple(style.tolist()))
                help = f"{catalog().describe(recipe)}: open it"
                st.page_link("pages/generate.py", label=name, query_params=painting.query(), help=help)
    st.button("Paint others", icon=":material/casino:", on_click=next_strip)


def next_strip() -> None:
    """Other styles for the same drinks."""
    st.session_state["home_seed"] += 1


CARDS = {
    "recognise": (
        "Recognise",
        "document_scanner",
        "A photo of a drink, yours or one of ours: where the drink is, what is in it, which cocktail it may be. "
        "And then paint it.",
    ),
    "generate": (
        "Generate",
        "palette",
        "Choose ingredients, seen together or never mixed before, and paint the drink: at random, by hand with one "
        "slider for each number of its style, or in the style of a photo of yours.",
    ),
    "stylise": (
        "Stylise",
        "brush",
        "A drink in the manner of a painting: at once, or slowly, while you watch it come into being.",
    ),
    "edit": (
        "Edit",
        "tune",
        "One thing about a drink changed and the rest left alone: its light, and with less success its glass, ice or "
        "garnish.",
    ),
    "latent_space": (
        "Latent space",
        "scatter_plot",
        "The style vectors of thousands of photos on a map. Click a point to see what the model makes of it, and take "
        "its style along.",
    ),
    "compare": (
        "Compare",
        "compare",
        "Two models side by side: the same pictures rebuilt, the same recipes and styles painted, what was measured, "
        "and all of it as one report.",
    ),
    "explore": (
        "Explore pictures",
        "travel_explore",
        "What is in pictures without anyone saying so: tags, search by text, clusters, and pictures that are no drink.",
    ),
    "data": (
        "Data",
        "photo_library",
        "Path-traced drinks, each with its box, its masks and every factor that made it: browse them, count them, and "
        "see how the factors vary.",
    ),
}
TOUR = (
    ("recognise", "Look at a drink and read what it is made of", {}),
    ("generate", "Swap an ingredient, and paint the recipe in other styles", {"recipe": "gin,tonic,mint"}),
    ("latent_space", "Drag a slider: the style is six numbers, and the picture follows them", {}),
    ("compare", "See what two models make of the same drinks, and what was measured", {"panel": "Painted"}),
)


def tour() -> None:
    """Four steps for a first visit."""
    with st.expander("First visit? Four steps through the lab", icon=":material/signpost:"):
        for number, (page, said, query) in enumerate(TOUR, start=1):
            st.page_link(f"pages/{page}.py", label=f"{number}. {said}", query_params=query)


with shown_errors():
    with st.container(horizontal=True):
        model = model_picker("home_model")
    strip(model.name)
    tour()

st.header("Where to go")
with st.grid(min_column_width=CARD, border=True) as grid:
    for page, (title, icon, said) in CARDS.items():
        with grid.cell():
            st.page_link(f"pages/{page}.py", label=f"**{title}**", icon=f":material/{icon}:")
            st.markdown(said)
