"""Tables to take away as CSV, which spreadsheets show and never run."""

import pandas as pd
import streamlit as st

FORMULAS = set("=+-@\t\r\n＝＋－＠")  # what a cell that is run begins with


def save_csv(table: pd.DataFrame, name: str, label: str = "Save the table as CSV") -> None:
    """The button for it; the file is written when it is asked for."""
    st.download_button(label, lambda: csv_text(table), name, "text/csv", icon=":material/download:", key=f"save_{name}")


def csv_text(table: pd.DataFrame) -> str:
    return without_formulas(table).to_csv(index=False)


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before any text that a spreadsheet would take for a formula.

    Numbers stay as they are, negative ones too. A table of a visitor's words is shown so as well: Streamlit offers what
    it shows as CSV, too.
    """
    safe = table.rename(columns=_quoted)
    for place, kind in enumerate(table.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(place, table.iloc[:, place].astype(object).map(_quoted))
    return safe


def _quoted(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value[:1] in FORMULAS else value
