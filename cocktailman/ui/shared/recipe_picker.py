"""Choosing a recipe: from a cocktail, by searching, or by looking through the kinds."""

import streamlit as st

from cocktailman.catalog import Recipe, catalog
from cocktailman.errors import InputError

RECIPE = "recipe"  # in the session state: the ids chosen so far; the widgets below only mirror it
KIND_NAMES = {
    "spirit": "Spirits",
    "liqueur": "Liqueurs",
    "wine": "Wine and beer",
    "juice": "Juices",
    "soda": "Sodas",
    "syrup": "Syrups",
    "dairy": "Dairy and egg",
    "garnish": "Garnishes",
    "other": "Other",
}


def recipe_picker() -> Recipe:
    """Draws the widgets and returns the recipe; raises `InputError` where nothing is chosen."""
    chosen = st.session_state.setdefault(RECIPE, [])
    st.session_state["recipe_cocktail"] = None
    st.selectbox(
        "Start from a cocktail",
        [item.name for item in catalog().cocktails],
        key="recipe_cocktail",
        placeholder="choose one, then change it",
        on_change=_take_cocktail,
    )
    st.session_state["recipe_search"] = chosen
    st.multiselect(
        "Ingredients",
        [item.id for kind in catalog().kinds for item in _of_kind(kind)],
        format_func=_searchable,
        key="recipe_search",
        placeholder="type to search",
        wrap=True,
        on_change=lambda: _set(st.session_state["recipe_search"]),
    )
    with st.expander("All ingredients by kind"):
        for kind in catalog().kinds:
            ids = [item.id for item in _of_kind(kind)]
            st.session_state[f"recipe_{kind}"] = [item for item in chosen if item in ids]
            st.pills(
                KIND_NAMES.get(kind, kind.capitalize()),
                ids,
                selection_mode="multi",
                format_func=lambda item: catalog().ingredient(item).name,
                key=f"recipe_{kind}",
                on_change=_take_kind,
                args=(kind,),
            )
    if not chosen:
        raise InputError("no ingredient is chosen: choose at least one, or start from a cocktail")
    return catalog().recipe(chosen)


def _searchable(item: str) -> str:
    ingredient = catalog().ingredient(item)
    return f"{ingredient.name} · {KIND_NAMES.get(ingredient.kind, ingredient.kind).lower()}"


def _of_kind(kind: str):
    return [item for item in catalog().ingredients if item.kind == kind]


def _set(ids: list[str]) -> None:
    st.session_state[RECIPE] = list(ids)


def _take_cocktail() -> None:
    if name := st.session_state["recipe_cocktail"]:
        _set(list(catalog().cocktail(name).recipe))


def _take_kind(kind: str) -> None:
    others = [item for item in st.session_state[RECIPE] if catalog().ingredient(item).kind != kind]
    _set(others + st.session_state[f"recipe_{kind}"])
