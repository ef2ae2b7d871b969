"""A user's mistake becomes a sentence on the page, never a traceback."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import streamlit as st

from cocktailman.errors import InputError


@contextmanager
def shown_errors() -> Iterator[None]:
    """Shows an `InputError` raised inside, in place of what was not drawn yet; the session goes on."""
    try:
        yield
    except InputError as error:
        show_error(error)


def show_error(error: InputError) -> None:
    """The error's sentence."""
    sentence = escaped(str(error))
    st.error(sentence[:1].upper() + sentence[1:], icon=":material/error:")


def check_choice(name: str, options: Collection[str]) -> None:
    """Says which values of a URL parameter are none of the options; called before the widget, which drops them."""
    for text in st.query_params.get_all(name):
        if text not in options:
            show_error(InputError(f"the link's {name} ({text[:40]}) is not here: choose below"))


def escaped(text: str) -> str:
    """A text with nothing in it taken for Markdown: a file may be called anything."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$~:])", r"\\\1", text)
