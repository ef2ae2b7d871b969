"""Which styles are looked at: those that ship with a model, or of a visitor's pictures, which stay with the visitor."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from cocktailman.drinks import OTHERS, style_groups
from cocktailman.latent.own_table import read_own_table
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.parquet import MAX_ROWS
from cocktailman.ui.latent.encoding import encode_rest, encoding_of, say_what_is_missing
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.brought import NOT_KEPT, bring, brought, len_of_visit, take_in

MAX_NAMED = 40  # drinks of a visitor's table: hundreds of colours tell nothing, and take the browser a minute
MAX_PICTURES = 300  # that are encoded while one waits; where drinks are cut out of them, about one a second
OWN = "yours"  # source and split of a visitor's pictures
UNNAMED = "your pictures"  # of which nobody said what drinks they are
PICTURES = "map_pictures"  # where they are kept
SEEN = "map_pictures_seen"  # in the session state: how often pictures had been brought when the page was drawn last


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


def bring_styles(models: Sequence[Checkpoint]) -> None:
    """Draws the place to bring pictures or a table of one's own; a table is one of the first model's styles."""
    st.session_state[SEEN] = len_of_visit(PICTURES)
    model = models[0]
    with st.popover("Your own pictures", icon=":material/upload:"):
        bring(f"Drop up to {MAX_PICTURES} pictures, here or onto the map", PICTURES, several=True, help=NOT_KEPT)
        command = f"python -m cocktailman embed FOLDER --model {model.name} --out table.parquet"
        st.markdown(f"Of more, encode the folder with `{command}`, then bring the table:")
        bring("Table of styles", f"bring_{model.name}", types=["parquet"], help=NOT_KEPT)
        st.caption(
            f"At most {MAX_ROWS:,} rows. Columns `drink`, `ingredients` (ids, space-separated) and `error` are used "
            "where you add them."
        )


def drop_place(model: Checkpoint) -> None:
    """Draws what takes pictures that are dropped onto a model's map: it lies over it, and is seen while files are
    dragged (`drive/drop.js`)."""
    take_in("Drop pictures to see them on the map", PICTURES, f"_onto_{model.name}", several=True)


def newly_dropped() -> bool:
    """Whether pictures were dropped since the place to bring them was drawn last."""
    return st.session_state.get(SEEN) != len_of_visit(PICTURES)


def take_styles(model: Checkpoint) -> None:
    """Takes what was brought for a model: its table, or the pictures, encoded; raises `InputError` where it cannot."""
    tables, pictures, key = brought(f"bring_{model.name}"), brought(PICTURES), f"own_{model.name}"
    if not tables and len(pictures) > MAX_PICTURES:
        st.warning(f"The first {MAX_PICTURES} of {len(pictures)} pictures are on the map: of more, bring a table.")
    files = tables or pictures[:MAX_PICTURES]
    if not files:
        st.session_state.pop(key, None)
        return
    source = (
        f"{model.name} {hashlib.sha256(b''.join(hashlib.sha256(file.data).digest() for file in files)).hexdigest()}"
    )
    known = styles_of(model).source == source
    if not known:
        st.session_state.pop(key, None)
    if tables:
        if not known:
            table = read_own(tables[0].data, cache.generator(model.name).style_dim)
            st.session_state[key] = Styles(source, table, own=True)
        return
    work = encoding_of(model, source, len(files))
    if not known:
        encode_rest(model, work, files)
        if work.found:
            table = work.table().assign(drink="", ingredients="", source=OWN, split=OWN)
            st.session_state[key] = Styles(source, table, own=True)
    say_what_is_missing(work)


def named_groups(styles: Styles, domain: str) -> pd.Series:
    """What each row of a table belongs to: of a visitor's, the drink it is said to be where frequent, or `OTHERS`, or
    `UNNAMED` where nothing is said."""
    if styles.own:
        drinks: pd.Series = styles.table.loc[:, "drink"]
        frequent = drinks.loc[drinks != ""].value_counts().index[:MAX_NAMED]
        return drinks.where(drinks.isin(frequent), OTHERS).where(drinks != "", UNNAMED)
    return style_groups(styles.table, domain)


def read_own(data: bytes, style_dim: int) -> pd.DataFrame:
    """A visitor's table with all columns that a shipped one has but for its projections; raises as its reader does."""
    return read_own_table(data, style_dim).assign(source=OWN, split=OWN)
