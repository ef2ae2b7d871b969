"""A table from outside, a Parquet file: of its columns those that are wanted, and of a visitor's not too many bytes."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cocktailman.errors import InputError
from cocktailman.files import printable

MAX_ROWS = 250_000
MAX_BYTES = 128 * 2**20  # of the columns that are read, as the file says they are when unpacked
MAX_LETTERS = 1000  # of a name, of a list of ingredients
MAX_NUMBER = 1e4  # what is farther was no encoder's, and breaks what computes


def read_columns(source: bytes | Path, choose: Callable[[list[str]], list[str]], how: str) -> pa.Table:
    """Of the columns, those that `choose` names; words are read as dictionaries: one that is in all rows is held once.

    source: what a visitor uploaded, which must not be too large, or a file of one's own. how: says how to make such a
    table. Raises `InputError` where it is none, or too large, and what `choose` raises.
    """

    def opened() -> BytesIO | Path:
        return BytesIO(source) if isinstance(source, bytes) else source

    if isinstance(source, Path) and not source.exists():
        raise InputError(f"{printable(source)} does not exist: check the path")
    try:
        schema = pq.read_schema(opened())
        names = choose(schema.names)
        words = [name for name in names if is_text(schema.field(name).type)]
        file = pq.ParquetFile(opened(), read_dictionary=words)
        if isinstance(source, bytes):
            _check_size(file, names)
        return file.read(columns=names)
    except InputError:
        raise
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        name = printable(source.name) if isinstance(source, Path) else "this file"
        raise InputError(f"{name} is no table: {how}") from error


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


def text_column(table: pa.Table, name: str) -> pd.Series:
    """A column of text; what is missing is "". Each different word is looked at once, before there is one a row."""
    column = table.column(name).combine_chunks()
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not is_text(kind):
        raise InputError(f"the column {name} of this table is not text but {kind}: make it text")
    words = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    longest = max((len(word or "") for word in words.dictionary.to_pylist()), default=0)
    if longest > MAX_LETTERS:
        raise InputError(f"a text in the column {name} has {longest:,} letters, more than {MAX_LETTERS:,}: shorten it")
    return pd.Series(words.to_pandas()).astype(object).fillna("").astype(str)


def is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def number_column(table: pa.Table, name: str, least: float, how: str, gaps: bool = False) -> np.ndarray:
    """A column of numbers, float32, none below `least`, and none missing but where there may be `gaps`."""
    kind = table.column(name).type
    if not (pa.types.is_floating(kind) or pa.types.is_integer(kind)):
        kind = kind.value_type if pa.types.is_dictionary(kind) else kind
        raise InputError(f"the column {name} of this table is not of numbers but {kind}: make it numbers")
    values = table.column(name).to_numpy().astype(np.float64)
    missing = np.isnan(values) if gaps else np.zeros(len(values), bool)
    if not (((values >= least) & (values <= MAX_NUMBER)) | missing).all():
        raise InputError(
            f"the column {name} of this table has numbers that are missing, not finite, or not between {least:,.0f} "
            f"and {MAX_NUMBER:,.0f}: {how}"
        )
    return values.astype(np.float32)
