"""Which points of a map are looked at: searched for, or filtered by cocktail, ingredient or any column."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.latent.tables import style_columns
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.renders import RENDERED
from cocktailman.ui.latent.own_styles import Styles, styles_of
from cocktailman.ui.shared import cache

Mask = npt.NDArray[np.bool_]

SEARCH, COCKTAILS, INGREDIENTS, HIDE = "find", "of_cocktail", "with_ingredient", "hide_others"  # in the URL
COLUMN = "filter_column"  # in the session state, as what is chosen of it
MAX_WORDS = 60  # different words of a column that is offered as a choice


@dataclass(frozen=True)
class Filter:
    """What is asked for; all of it has to hold. between: bounds of a column of numbers; among: words of another."""

    text: str = ""
    cocktails: tuple[str, ...] = ()
    ingredients: tuple[str, ...] = ()
    between: dict[str, tuple[float, float]] = field(default_factory=dict)
    among: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.text.strip() or self.cocktails or self.ingredients or self.between or self.among)

    def mask(self, table: pd.DataFrame) -> Mask:
        """Which rows of a table pass, (n,). A column that a table lacks lets everything of it pass."""
        passed = np.ones(len(table), bool)
        for word in self.text.casefold().split():
            passed &= _searched(table).str.contains(word, regex=False).to_numpy()
        if self.cocktails:
            passed &= table["drink"].isin(self.cocktails).to_numpy()
        for item in self.ingredients:
            passed &= _each(table.loc[:, "ingredients"], lambda text, item=item: item in text.split())
        for name, (low, high) in self.between.items():
            passed &= table[name].between(low, high).to_numpy() if name in table else True
        for name, words in self.among.items():
            passed &= table[name].isin(words).to_numpy() if name in table else True
        return passed


def choose_filter(models: list[Checkpoint]) -> Filter:
    """Draws the widgets and returns what they ask for."""
    tables = [filterable(styles_of(model), model) for model in models]
    drinks = sorted({drink for table in tables for drink in table["drink"].unique() if drink})
    ingredients = {item.name: item.id for item in catalog().ingredients}
    with st.popover("Search and filter", icon=":material/filter_alt:"):
        text = st.text_input("Search", key=SEARCH, bind="query-params", placeholder="cocktail, ingredient, file name …")
        cocktails = st.multiselect("Cocktails", drinks, key=COCKTAILS, bind="query-params")
        wanted = st.multiselect(
            "With all of these ingredients", list(ingredients), key=INGREDIENTS, bind="query-params"
        )
        between, among = _by_column(tables[0])
        st.toggle("Hide the other points", key=HIDE, bind="query-params", help="else they stay on the map in grey")
    return Filter(text, tuple(cocktails), tuple(ingredients[name] for name in wanted), between, among)


def filterable(styles: Styles, model: Checkpoint) -> pd.DataFrame:
    """A table with all that its pictures can be filtered by: of renders the factors too."""
    table = styles.table.drop(columns=[f"s{name[1:]}" for name in style_columns(styles.table)])
    if model.domain != RENDERED or styles.own:
        return table
    factors = cache.renders().factors.set_index("id").reindex(table["file"]).set_axis(table.index)
    return table.join(factors[[name for name in factors if name not in table]])


def _by_column(table: pd.DataFrame) -> tuple[dict[str, tuple[float, float]], dict[str, tuple[str, ...]]]:
    names = [str(name) for name in table if _offered(table.loc[:, name])]
    name = st.selectbox("Any column", names, None, key=COLUMN, placeholder="none")
    if name is None:
        return {}, {}
    column = table.loc[:, name]
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(float)
        low, high = float(np.nanmin(numbers)), float(np.nanmax(numbers))
        bounds = st.slider(f"{name} from and to", low, high, (low, high), key=f"{COLUMN}_{name}")
        return ({} if bounds == (low, high) else {name: bounds}), {}
    chosen = st.multiselect(f"{name} is one of", sorted(column.dropna().unique()), key=f"{COLUMN}_{name}")
    return {}, ({name: tuple(chosen)} if chosen else {})


def _offered(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        return column.nunique() > 1
    return column.map(type).eq(str).all() and 1 < column.nunique() <= MAX_WORDS


def _searched(table: pd.DataFrame) -> pd.Series:
    """All words of each row in one: file, drink, ingredients by id and by name."""
    names = {text: catalog().describe(text.split()) if text else "" for text in table["ingredients"].unique()}
    recipes = table["ingredients"]
    return (table["file"] + " " + table["drink"] + " " + recipes + " " + recipes.map(names.__getitem__)).str.casefold()


def _each(column: pd.Series, test: Callable[[str], bool]) -> Mask:
    known = {text: test(text) for text in column.unique()}  # few distinct
    return column.map(known.__getitem__).to_numpy(bool)
