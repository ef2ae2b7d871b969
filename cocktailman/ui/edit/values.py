"""Values of factors as the page words them, and as its link says them."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cocktailman.errors import InputError
from cocktailman.factors import Factor, Number, Value, Values
from cocktailman.ui.shared.errors import show_error
from cocktailman.ui.shared.factor_labels import category_label


def caption_of(factor: Factor, value: Value) -> str:
    """The value in words, or as a number with its unit."""
    if isinstance(value, tuple):
        return ", ".join(category_label(factor.name, word) for word in value) or "none"
    if isinstance(value, str):
        return value.replace("_", " ")
    return factor.write(value) + (factor.unit if isinstance(factor, Number) else "°")


def read_link(factor: Factor, key: str, before: Values | None = None) -> Any:
    """What the link says of a factor under a key, as widgets hold it; None where it says nothing, or what is said to be
    wrong."""
    if key not in st.query_params:
        return None
    try:
        value = factor.parse(st.query_params[key], (before or {}).get(factor.name))
    except InputError as error:
        show_error(error)
        return None
    return list(value) if isinstance(value, tuple) else value
