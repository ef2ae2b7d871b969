"""A page's parameters in the address bar: read where a link or Back brought them, written at once."""

from collections.abc import Collection, Mapping

import streamlit as st


def asked(page: str, names: Collection[str]) -> dict[str, str] | None:
    """Those of `names` that are there, where a link or Back brought them; None where the page wrote them itself."""
    query = _present(names)
    return None if query == st.session_state.get(_written(page)) else query


def write(page: str, names: Collection[str], query: Mapping[str, str]) -> None:
    """Writes `query`; what else of `names` is there goes."""
    st.session_state[_written(page)] = dict(query)
    if _present(names) != query:
        st.query_params.update(query)
        for name in _present(names).keys() - query.keys():
            del st.query_params[name]


def _present(names: Collection[str]) -> dict[str, str]:
    return {name: st.query_params[name] for name in names if name in st.query_params}


def _written(page: str) -> str:
    return f"{page}_written"  # in the session state
