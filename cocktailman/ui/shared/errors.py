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
    st.error(escaped(sentence_case(str(error))), icon=":material/error:")


def sentence_case(text: str) -> str:
    """A text that begins with a capital letter, unless it begins with a name: of a file, a model, a parameter."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.rstrip(",:;").isalpha() else text


def check_choice(name: str, options: Collection[str]) -> None:
    """Says which values of a URL parameter are none of the options; called before the widget, which drops them."""
    for text in st.query_params.get_all(name):
        if text not in options:
            show_error(InputError(f"the link's {name} ({text[:40]}) is not here: choose below"))


def escaped(text: str) -> str:
    """A text with nothing in it taken for Markdown: a file may be called anything."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>$~:])", r"\\\1", text)
