"""A visitor's table of styles: one reader, with a schema that says what it takes. Nothing else of the file is read.

file                 text, a name a row, none twice
z1 ... zd, s1 ... sd numbers, as many as the model's style has: `embed` writes them
drink, ingredients   text, where they are there: ingredients as ids of data/ingredients.csv, space-separated
error                numbers, where it is there
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.parquet import MAX_NUMBER, number_column, read_columns, text_column

TEXT = ("file", "drink", "ingredients")

_HOW = "make one with `python -m cocktailman embed FOLDER --model MODEL --out table.parquet`"


def read_own_table(source: bytes | Path, style_dim: int | None = None) -> pd.DataFrame:
    """The columns of the schema, in its order, float32 and str; `drink` and `ingredients` are "" where missing.

    source: what a visitor uploaded, or a file of one's own. style_dim: of the model it should be of, by default any.

    Raises `InputError` where the file is no such table, of a model with another number of style numbers, or too large.
    """
    table = read_columns(source, lambda there: _checked_names(there, style_dim), _HOW)
    columns = {name: text_column(table, name) if name in TEXT else _numbers(table, name) for name in table.column_names}
    found = pd.DataFrame({"drink": "", "ingredients": ""} | columns, index=range(len(table)))
    if not len(found) or found["file"].duplicated().any():
        raise InputError(f"this table is empty, or has a file twice: {_HOW}")
    known = {item.id for item in catalog().ingredients}
    for text in found["ingredients"].unique():
        if strange := set(text.split()) - known:
            raise InputError(f"this table has an ingredient {min(strange)[:40]!r}: take ids of data/ingredients.csv")
    return found.loc[:, [*TEXT, *(name for name in table.column_names if name not in TEXT)]]


def _checked_names(there: list[str], style_dim: int | None) -> list[str]:
    """The columns that are read, of those that there are."""
    numbered = {name for name in there if name[:1] in {"z", "s"} and name[1:].isdecimal()}
    if "file" not in there:
        raise InputError(f"this table has no column called file: {_HOW}")
    if style_dim is None and not numbered:
        raise InputError(f"this table has no styles: {_HOW}")
    style_dim = style_dim or len(numbered) // 2
    styles = [f"{prefix}{number}" for prefix in "zs" for number in range(1, style_dim + 1)]
    if numbered != set(styles):
        raise InputError(
            f"this table's styles are not of {style_dim} numbers as this model's, z1 to z{style_dim} and s1 to "
            f"s{style_dim}: {_HOW}"
        )
    chosen = [*TEXT, *styles, "error"]
    if twice := [name for name in chosen if there.count(name) > 1]:
        raise InputError(f"this table has the column {twice[0]} twice: leave one out")
    return [name for name in chosen if name in there]


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    least = 0 if name[0] in {"s", "e"} else -MAX_NUMBER  # of standard deviations and errors, none is below 0
    return number_column(table, name, least, _HOW, gaps=name == "error")
