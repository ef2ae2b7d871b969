"""A visitor's table of styles: one reader, with a schema that says what it takes. Nothing else of the file is read.

file                 text, a name a row, none twice
z1 ... zd, s1 ... sd numbers, as many as the model's style has: `embed` writes them
drink, ingredients   text, where they are there: ingredients as ids of data/ingredients.csv, space-separated
error                numbers, where it is there
"""

from io import BytesIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cocktailman.catalog import catalog
from cocktailman.errors import InputError

MAX_ROWS = 250_000
MAX_BYTES = 128 * 2**20  # of the columns that are read, as the file says they are when unpacked
MAX_LETTERS = 1000  # of a name, of a list of ingredients
MAX_NUMBER = 1e4  # in standard deviations of the prior: what is farther was no encoder's, and breaks what computes
TEXT = ("file", "drink", "ingredients")

_HOW = "make one with `python -m cocktailman embed`"


def read_own_table(data: bytes, style_dim: int) -> pd.DataFrame:
    """The columns of the schema, in its order, float32 and str; `drink` and `ingredients` are "" where missing.

    Raises `InputError` where the file is no such table, of a model with another number of style numbers, or too large.
    """
    try:
        schema = pq.read_schema(BytesIO(data))
        names = _checked_names(schema.names, style_dim)
        words = [name for name in names if name in TEXT and _is_text(schema.field(name).type)]
        file = pq.ParquetFile(BytesIO(data), read_dictionary=words)  # a word that is in all rows is unpacked once
        _check_size(file, names)
        table = file.read(columns=names)
        columns = {name: _text(table, name) if name in TEXT else _numbers(table, name) for name in names}
    except InputError:
        raise
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise InputError(f"this is no table of styles: {_HOW}") from error
    found = pd.DataFrame({"drink": "", "ingredients": ""} | columns, index=range(len(table)))
    if not len(found) or found["file"].duplicated().any():
        raise InputError(f"this table is empty, or has a file twice: {_HOW}")
    known = {item.id for item in catalog().ingredients}
    for text in found["ingredients"].unique():
        if strange := set(text.split()) - known:
            raise InputError(f"this table has an ingredient {min(strange)[:40]!r}: take ids of data/ingredients.csv")
    return found.loc[:, [*TEXT, *(name for name in names if name not in TEXT)]]


def _checked_names(there: list[str], style_dim: int) -> list[str]:
    """The columns that are read, of those that there are."""
    styles = [f"{prefix}{number}" for prefix in "zs" for number in range(1, style_dim + 1)]
    numbered = {name for name in there if name[:1] in {"z", "s"} and name[1:].isdecimal()}
    if "file" not in there:
        raise InputError(f"this table has no column called file: {_HOW}")
    if numbered != set(styles):
        raise InputError(
            f"this table's styles are not of {style_dim} numbers as this model's, z1 to z{style_dim} and s1 to "
            f"s{style_dim}: {_HOW} for this model"
        )
    chosen = [*TEXT, *styles, "error"]
    if twice := [name for name in chosen if there.count(name) > 1]:
        raise InputError(f"this table has the column {twice[0]} twice: leave one out")
    return [name for name in chosen if name in there]


def _check_size(file: pq.ParquetFile, names: list[str]) -> None:
    """Before anything is unpacked: by what the file says of itself."""
    facts = file.metadata
    if facts.num_rows > MAX_ROWS:
        raise InputError(f"this table has {facts.num_rows:,} rows, more than {MAX_ROWS:,}: bring fewer pictures")
    groups = [facts.row_group(number) for number in range(facts.num_row_groups)]
    parts = [group.column(number) for group in groups for number in range(group.num_columns)]
    size = sum(part.total_uncompressed_size for part in parts if part.path_in_schema.split(".")[0] in names)
    if size > MAX_BYTES:
        raise InputError(
            f"this table takes {size / 2**20:,.0f} MB, more than {MAX_BYTES // 2**20}: bring fewer pictures"
        )


def _text(table: pa.Table, name: str) -> pd.Series:
    """A column of text; what is missing is "". Each different word is looked at once, before there is one a row."""
    column = table.column(name).combine_chunks()
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not _is_text(kind):
        raise InputError(f"the column {name} of this table is not text but {kind}: make it text")
    words = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    longest = max((len(word or "") for word in words.dictionary.to_pylist()), default=0)
    if longest > MAX_LETTERS:
        raise InputError(f"a text in the column {name} has {longest:,} letters, more than {MAX_LETTERS:,}: shorten it")
    return pd.Series(words.to_pandas()).astype(object).fillna("").astype(str)


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _numbers(table: pa.Table, name: str) -> np.ndarray:
    """A column of numbers, none missing (but of `error`), float32."""
    kind = table.column(name).type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        raise InputError(f"the column {name} of this table is not of numbers but {kind}: make it numbers")
    values = table.column(name).to_numpy().astype(np.float64)
    missing = np.isnan(values) if name == "error" else np.zeros(len(values), bool)
    least = 0 if name[0] in {"s", "e"} else -MAX_NUMBER  # of standard deviations and errors, none is below 0
    if not (((values >= least) & (values <= MAX_NUMBER)) | missing).all():
        raise InputError(
            f"the column {name} of this table has numbers that are missing, not finite, or not between {least:,.0f} "
            f"and {MAX_NUMBER:,.0f}: {_HOW}"
        )
    return values.astype(np.float32)
