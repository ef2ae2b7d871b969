"""What the points of the map are coloured by."""

import pandas as pd
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.drinks import OTHERS
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.renders import CATEGORICAL, NUMERIC, RENDERED
from cocktailman.ui.latent.own_styles import Styles, named_groups
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.factor_labels import category_label

COCKTAIL, INGREDIENT, GLASS, SPLIT, SOURCE, ERROR = (
    "Cocktail",
    "Ingredient",
    "Glass",
    "Split",
    "Source",
    "Reconstruction error",
)


def colours(styles: Styles, model: Checkpoint) -> tuple[str, pd.Series]:
    """Draws the choice, and returns what it is called and its value for each row: words, or numbers."""
    table, rendered = styles.table, model.domain == RENDERED and not styles.own
    factors = {factor.label: name for name, factor in NUMERIC.items()} if rendered else {}
    factors |= {label: name for name, label in CATEGORICAL.items()} if rendered else {GLASS: ""}
    known = [COCKTAIL, INGREDIENT, *factors, SPLIT]
    if not rendered and not styles.own:
        known.append(SOURCE)
    if "error" in table.select_dtypes("number"):
        known.append(ERROR)
    chosen = st.selectbox(
        "Colour", known, key=f"colour_{model.name}{'_own' * styles.own}", width=200, bind="query-params"
    )
    if chosen == INGREDIENT:
        names = {item.name: item.id for item in catalog().ingredients}
        name = st.selectbox(INGREDIENT, list(names), key=f"ingredient_{model.name}", width=180, bind="query-params")
        recipes = table.loc[:, "ingredients"]
        has = {text: "with" if names[name] in text.split() else "without" for text in recipes.unique()}  # few distinct
        return name, recipes.map(has) + f" {name.lower()}"
    if chosen == COCKTAIL:
        return chosen, named_groups(styles, model.domain)
    if chosen in (SPLIT, SOURCE):
        return chosen, table.loc[:, chosen.lower()]
    if chosen == ERROR:
        return "error (MSE)", table.loc[:, "error"]
    if not rendered:
        return GLASS, _usual_glass(table)
    column = factors[chosen]
    factor: pd.Series = cache.renders().factors.set_index("id").loc[:, column]
    values = factor.reindex(table["file"]).set_axis(table.index)
    return chosen, values if column in NUMERIC else values.map(lambda word: category_label(column, word))


def _usual_glass(table: pd.DataFrame) -> pd.Series:
    """The glass that the catalogue serves a photo's cocktail in: nobody noted the one in the photo."""
    glass = {item.name: f"{item.glass}, usually" for item in catalog().cocktails}
    drinks: pd.Series = table.loc[:, "drink"]
    return drinks.map(lambda drink: glass.get(drink, OTHERS))
