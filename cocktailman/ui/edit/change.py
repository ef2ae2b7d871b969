"""Which factor becomes what: one widget that suits the factor, and the link that carries it."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.factors import CHANGEABLE, DIRECTION, TO_THE_RIGHT, Angle, Factor, Number, Value, Values, Word, factors
from cocktailman.inference.edit_series import PIECES
from cocktailman.ui.edit.values import caption_of, read_link
from cocktailman.ui.shared.link import follow_link, write_link

FACTOR, VALUE = "factor", "value"  # in the URL
FIRST = "light_strength"  # the factor that is offered first: what the model does best
OTHER_GLASS, OTHER_ICE = ("coupe", "rocks"), ("cubes", "none")  # the first that the drink is not in, or has not
DIRECTED = "directed"  # in the session state: the drink whose garnish was placed last
GARNISH = "garnish"  # the kind of ingredient that is not poured: it changes no colour


def choose_factor() -> str:
    """Draws the choice of the factor and returns its name."""
    follow_link(FACTOR, list(CHANGEABLE), FIRST)
    name = st.selectbox(
        "What changes",
        list(CHANGEABLE),
        format_func=lambda name: factors()[name].label,
        key=FACTOR,
        persist_state="page",
    )
    write_link(FACTOR)
    return name


def choose_value(name: str, before: Values) -> Value:
    """Draws what the factor becomes and returns it; the link says it as the command line takes it."""
    factor = factors()[name]
    key = f"value_{name}"
    if key not in st.session_state:
        asked = _of_link(factor, before)
        st.session_state[key] = _default(factor, before) if asked is None else asked
    value = _widget(factor, key, before)
    st.query_params[VALUE] = factor.write(value)
    now = f"Now {caption_of(factor, before[name])}" if name in before else "What it is now is not known: that is fine"
    st.caption(f"{factor.help[:1].upper()}{factor.help[1:]}. {now}.")
    return value


def choose_direction(drink: str, before: Values) -> Values:
    """Draws where on the rim of a drink its garnish sits, or is to sit, and returns what is known, with that."""
    factor = factors()[DIRECTION]
    if st.session_state.get(DIRECTED) != drink:  # of each drink it is asked anew
        asked = None if DIRECTED in st.session_state else read_link(factor, DIRECTION, before)
        now = before.get(DIRECTION, TO_THE_RIGHT)
        st.session_state.update({DIRECTED: drink, DIRECTION: now if asked is None else asked})
    value = _widget(factor, DIRECTION, before)
    st.query_params[DIRECTION] = factor.write(value)
    st.caption(f"{factor.help[:1].upper()}{factor.help[1:]}.")
    return {**before, DIRECTION: value}


def _of_link(factor: Factor, before: Values) -> Any:
    """What the link asks for; None where it asks for nothing, or is said to be wrong."""
    return read_link(factor, VALUE, before) if st.query_params.get(FACTOR) == factor.name else None


def _default(factor: Factor, before: Values) -> Any:
    """Something else than what there is: evening where it is day."""
    now = before.get(factor.name)
    if isinstance(factor, Number):
        middle = (factor.low * factor.high) ** 0.5 if factor.logarithmic else (factor.low + factor.high) / 2
        return factor.low if isinstance(now, float) and now > middle else factor.high
    if isinstance(factor, Angle):
        return -90.0 if isinstance(now, float) and now > 0 else 90.0
    if isinstance(factor, Word):
        return next(word for word in (OTHER_GLASS if factor.name == "glass" else OTHER_ICE) if word != now)
    words = list(now) if isinstance(now, tuple) else []
    if factor.name == "garnish":
        return [PIECES[0]] if PIECES[0] not in words else []
    return [*words, "grenadine"] if "grenadine" not in words else words[1:] or ["gin"]


def _widget(factor: Factor, key: str, before: Values) -> Value:
    if isinstance(factor, Number):
        step = (factor.high - factor.low) / 100 if factor.high < 10 else 50.0
        ends = float(factor.low), float(factor.high)
        return float(st.slider(factor.label, *ends, step=step, format=factor.form + factor.unit, key=key))
    if isinstance(factor, Angle):
        return float(st.slider(factor.label, -180.0, 180.0, step=5.0, format="%.0f°", key=key))
    words = getattr(factor, "words", ())
    if isinstance(factor, Word):
        return str(st.selectbox(factor.label, words, format_func=lambda word: caption_of(factor, word), key=key))
    if factor.name == "ingredients":
        words = [word for word in words if catalog().ingredient(word).kind != GARNISH]
        st.session_state[key] = [word for word in st.session_state[key] if word in words]
    chosen = st.multiselect(factor.label, words, format_func=lambda word: caption_of(factor, (word,)), key=key)
    now = before.get(factor.name, ())
    kept = [word for word in now if word not in words] if isinstance(now, tuple) else []
    return factor.parse(",".join([*chosen, *kept]))
