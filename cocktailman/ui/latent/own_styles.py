"""Which styles are looked at: those that ship with a model, or a visitor's own table, which stays with the visitor."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import pandas as pd
import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.drinks import OTHERS, style_groups
from cocktailman.errors import InputError
from cocktailman.latent.tables import std_matrix, style_matrix
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.ui.shared import cache

MAX_NAMED = 40  # drinks of a visitor's table: hundreds of colours tell nothing, and take the browser a minute
OWN = "yours"  # source and split of a visitor's pictures


@dataclass(frozen=True)
class Styles:
    """A table of styles. source: names it, for what is remembered of it; own: whether a visitor brought it."""

    source: str
    table: pd.DataFrame
    own: bool


def styles_of(model: Checkpoint) -> Styles:
    """The styles that this visitor looks at under a model."""
    brought: Styles | None = st.session_state.get(f"own_{model.name}")
    return brought or shipped_styles(model)


def shipped_styles(model: Checkpoint) -> Styles:
    """The styles that ship with a model."""
    return Styles(model.name, cache.styles(model.name), own=False)


def bring_styles(model: Checkpoint) -> None:
    """Draws the place to bring a table of one's own; raises `InputError` where it is none."""
    with st.popover("Your own pictures", icon=":material/upload:"):
        command = f"python -m cocktailman embed FOLDER --model {model.name} --out table.parquet"
        st.markdown(f"Encode a folder of any size with `{command}`, then bring the table:")
        file = st.file_uploader("Table of styles", "parquet", key=f"bring_{model.name}", label_visibility="collapsed")
        st.caption("Columns `drink`, `ingredients` (ids, space-separated) and `error` are used where you add them.")
    if file is None:
        st.session_state.pop(f"own_{model.name}", None)
        return
    data = file.getvalue()
    source = f"{model.name} {hashlib.sha256(data).hexdigest()}"
    if styles_of(model).source != source:
        table = read_own(data, cache.generator(model.name).style_dim)
        st.session_state[f"own_{model.name}"] = Styles(source, table, own=True)


def named_groups(styles: Styles, domain: str) -> pd.Series:
    """What each row of a table belongs to: of a visitor's, the drink it is said to be where frequent, or `OTHERS`."""
    if styles.own:
        drinks: pd.Series = styles.table.loc[:, "drink"]
        frequent = drinks.loc[drinks != ""].value_counts().index[:MAX_NAMED]
        return drinks.where(drinks.isin(frequent), OTHERS)
    return style_groups(styles.table, domain)


def read_own(data: bytes, style_dim: int) -> pd.DataFrame:
    """The table of styles in a parquet file, with all columns that a shipped one has but for its projections.

    Raises `InputError` where it is none, or of a model with another number of style numbers.
    """
    how = "make one with `python -m cocktailman embed`"
    try:
        table = pd.read_parquet(BytesIO(data))
        styles = np.hstack([style_matrix(table), std_matrix(table)])
        files = table["file"].astype(str)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"this is no table of styles: {how}") from error
    if styles.shape[1] != 2 * style_dim:
        raise InputError(f"this table's styles are not of {style_dim} numbers as this model's: {how} for this model")
    if not len(table) or files.duplicated().any() or not np.isfinite(styles).all():
        raise InputError(f"this table is empty, has a file twice, or numbers that are not finite: {how}")
    words = {name: table[name].fillna("").astype(str) for name in ("drink", "ingredients") if name in table}
    table = table.assign(**{"drink": "", "ingredients": ""} | words, file=files, source=OWN, split=OWN)
    known = {item.id for item in catalog().ingredients}
    for text in table["ingredients"].unique():
        if strange := set(text.split()) - known:
            raise InputError(f"this table has an ingredient {min(strange)[:40]!r}: take ids of data/ingredients.csv")
    return table
