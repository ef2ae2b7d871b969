"""What a visitor knows of a drink of which nobody else does: a photo's glass, how full it is, and what is in it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cocktailman.factors import TELLABLE, Factor, Number, Value, Values, Word, Words, factors
from cocktailman.mixtures import pours
from cocktailman.sheets import SHEETS
from cocktailman.ui.edit.values import caption_of, read_link

FILL_STEP = 0.05
ANSWERS = "known_answers"  # in the session state: by drink, what was answered, by factor
ASKED_OF = "known_of"  # in the session state: the drink that the widgets ask of


def choose_known(drink: str, known: Values) -> Values:
    """Draws questions for what is not `known` yet of a drink and can be told, and returns all that is known then."""
    missing = [factors()[name] for name in TELLABLE if name not in known]
    answers: dict[str, dict[str, Any]] = st.session_state.setdefault(ANSWERS, {})
    if missing and drink not in answers:  # the link speaks of the first drink that is asked about
        answers[drink] = {} if answers else {factor.name: _of_link(factor) for factor in missing}
    found: dict[str, Value] = {}
    if missing:
        with st.expander("What you know of it"):
            st.caption("Nothing need be said. Where the glass is known, drinks are poured in and out where they stand.")
            found = {name: value for name, value in _asked(drink, missing, answers[drink]).items() if value}
    for name in TELLABLE:  # the link says what is shown, and no more
        if name in found:
            st.query_params[_key(name)] = factors()[name].write(found[name])
        else:
            st.query_params.pop(_key(name), None)
    return {**known, **found}


def _asked(drink: str, missing: list[Factor], answers: dict[str, Any]) -> dict[str, Value | None]:
    """Draws the widgets, with what was answered before, and keeps what is answered now."""
    another = st.session_state.get(ASKED_OF) != drink
    st.session_state[ASKED_OF] = drink
    for factor in missing:  # what is not drawn for a while is forgotten by its widget
        if another or _key(factor.name) not in st.session_state:
            nothing = [] if isinstance(factor, Words) else None
            st.session_state[_key(factor.name)] = answers.get(factor.name) or nothing
    told = {factor.name: _widget(factor) for factor in missing}
    answers.update({factor.name: st.session_state[_key(factor.name)] for factor in missing})
    return told


def _widget(factor: Factor) -> Value | None:
    key = _key(factor.name)
    if isinstance(factor, Words):
        chosen = st.multiselect(
            factor.label,
            _options(factor),
            key=key,
            format_func=lambda word: caption_of(factor, (word,)),
            help=factor.help,
        )
        return factor.parse(",".join(chosen))
    return st.selectbox(
        factor.label,
        _options(factor),
        index=None,
        placeholder="not known",
        key=key,
        format_func=lambda value: caption_of(factor, value),
        help=factor.help,
    )


def _options(factor: Factor) -> tuple[Any, ...]:
    if isinstance(factor, Words):
        return tuple(word for word in factor.words if word in pours().index)  # what is poured gives a drink its colour
    if isinstance(factor, Word):
        return factor.words
    if isinstance(factor, Number) and factor.name == "fill":
        steps = round((factor.high - factor.low) / FILL_STEP)
        return tuple(round(factor.low + FILL_STEP * step, 2) for step in range(steps + 1))
    return tuple(float(view) for view in SHEETS["glass"].views)


def _of_link(factor: Factor) -> Any:
    """What the link says, or the next of what can be chosen; None where it says nothing."""
    value = read_link(factor, _key(factor.name))
    if isinstance(value, float):
        return min(_options(factor), key=lambda option: abs(option - value))
    return [word for word in value if word in _options(factor)] if isinstance(value, list) else value


def _key(name: str) -> str:
    return f"known_{name}"
