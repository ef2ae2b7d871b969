"""Tables as CSV that spreadsheets show and never run."""

import pandas as pd

FORMULAS = set("=+-@\t\r")  # what a cell that is run begins with


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV, with an apostrophe before any text that a spreadsheet would take for a formula.

    Numbers stay as they are, negative ones too.
    """
    safe = table.rename(columns=_quoted)
    for place, kind in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(place, table.iloc[:, place].astype(object).map(_quoted))
    return safe.to_csv(index=False)


def _quoted(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULAS else value
