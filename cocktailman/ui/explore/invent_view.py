"""Recipes that nobody wrote: what goes together, given whatever the visitor fixes."""

from __future__ import annotations

import json

import pandas as pd
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.inference.inventor import GLASS, NAMES, SPIRIT, YES, Invention, Inventor
from cocktailman.models.checkpoints import find_checkpoint
from cocktailman.models.manifest import verified
from cocktailman.ui.explore.choice import choose_by_label, choose_seed
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv
from cocktailman.ui.shared.errors import check_choice
from cocktailman.ui.shared.painting import Painting

BY, WITH, SEED = "inventor", "with", "seed"  # in the URL and in the session state
LABELS = {"chow-liu": "Chow-Liu tree", "naive-bayes": "Naive Bayes"}
ANY = "any"
INVENTED = 8
NARROW = 150


def invent_view() -> None:
    """Draws the choice of what is fixed, and recipes that follow from it."""
    name = choose_by_label("Invented by", BY, {name: LABELS[name] for name in NAMES})
    inventor = cache.inventor(name)
    given = _given(inventor)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = choose_seed(SEED)
    found = inventor.invent(given, INVENTED, seed)
    fixed = ", ".join(f"{key}: {value.replace('_', ' ')}" for key, value in given.items())
    st.markdown(
        f"**Recipes drawn from the {LABELS[name]} model**{f' ({fixed})' if fixed else ''}, which was fitted on others. "
        f"Each with its glass, how probable both are{' given what is fixed' if fixed else ''}, and what is nearest in "
        "the catalogue."
    )
    for invention in found:
        _row(invention)
    save_csv(_table(found), "invented.csv", "These recipes, CSV")
    st.caption(_compared())


def _given(inventor: Inventor) -> dict[str, str]:
    """What is fixed: spirit, glass, ingredients that must be there."""
    given: dict[str, str] = {}
    with st.grid(min_column_width=NARROW) as grid:
        for name in (SPIRIT, GLASS):
            with grid.cell():
                options = {_word(value): value for value in (ANY, *inventor.values[name])}
                check_choice(name, options)
                chosen = options[st.selectbox(name.capitalize(), list(options), key=name, bind="query-params") or ANY]
                given |= {} if chosen == ANY else {name: chosen}
    ids = {catalog().ingredient(id).name: id for id, values in inventor.values.items() if YES in values}
    check_choice(WITH, ids)
    wanted = [ids[label] for label in st.multiselect("With", list(ids), key=WITH, bind="query-params")]
    return inventor.check_given(given | dict.fromkeys(wanted, YES))


def _word(value: str) -> str:
    return value.replace("+", " + ").replace("_", " ")


def _row(invention: Invention) -> None:
    """A recipe in words, and the way to paint it."""
    glass, nearest = _word(invention.attributes[GLASS]), catalog().nearest_cocktail(invention.ingredients)
    known = f"as in {nearest[0].name}" if nearest[1] == 1 else f"nearest: {nearest[0].name}"
    with st.container(horizontal=True, vertical_alignment="center"):
        painting = Painting(cache.model_names()[0], invention.ingredients)
        st.page_link("pages/generate.py", label="Paint", icon=":material/palette:", query_params=painting.query())
        recipe, odds = catalog().describe(invention.ingredients), float(f"{1 / invention.probability:.2g}")
        st.markdown(f"{recipe} · *{glass}* · 1 in {odds:,.0f} · {known}", width="stretch")


def _table(found: list[Invention]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                SPIRIT: one.attributes[SPIRIT],
                GLASS: one.attributes[GLASS],
                "ingredients": " ".join(one.ingredients),
                "probability": one.probability,
            }
            for one in found
        ]
    )


@st.cache_data(show_spinner=False)
def _compared() -> str:
    """Which of the two gives recipes that were kept from it the higher probability."""
    said = []
    for name in NAMES:
        try:
            facts = json.loads(verified(find_checkpoint(name).folder, "metrics.json").read_text("utf-8"))
        except (OSError, ValueError):
            return "How probable each finds recipes that it was not fitted on was not measured."
        score = facts["log_likelihood"]
        said.append(f"{LABELS[name]} {score['value']:.1f} ({score['low']:.1f} to {score['high']:.1f})")
        alone, count = facts["reference"]["independent"]["value"], score["count"]
    return (
        f"Log-likelihood of {count} recipes that neither was fitted on, in nats a recipe, more is better: "
        f"{', '.join(said)}; attributes drawn independently {alone:.1f}."
    )
