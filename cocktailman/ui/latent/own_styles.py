"""Which styles are looked at: those that ship with a model, or a visitor's own table, which stays with the visitor."""

import hashlib
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cocktailman.drinks import OTHERS, style_groups
from cocktailman.latent.own_table import MAX_ROWS, read_own_table
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
        st.caption(
            f"At most {MAX_ROWS:,} rows. Columns `drink`, `ingredients` (ids, space-separated) and `error` are used "
            "where you add them."
        )
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
    """A visitor's table with all columns that a shipped one has but for its projections; raises as its reader does."""
    return read_own_table(data, style_dim).assign(source=OWN, split=OWN)
