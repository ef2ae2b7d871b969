"""One drink edited: at once where that is quick, else when asked for, with progress and a way to stop."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import streamlit as st
from PIL import Image

from cocktailman.cutouts import Matte, over
from cocktailman.factors import Values, factors
from cocktailman.images import png_bytes
from cocktailman.inference.edit_series import label_of
from cocktailman.inference.editor import Edited, EditSettings, edited, written_changes
from cocktailman.ui.edit.drinks import Drink
from cocktailman.ui.edit.settings import editor, is_slow
from cocktailman.ui.edit.slider import before_after

ASKED = "edit_asked"  # in the session state: that a slow edit was asked for
LAST = "edit_last"  # in the session state: what was edited last, and what of


def show_edit(drink: Drink, model: str, changes: Values, settings: EditSettings, mask: Matte | None) -> None:
    """Draws the drink before and after, and what saves it."""
    asked = f"{drink.key} {written_changes(drink.values)} {model} {written_changes(changes)} {settings} {_key(mask)}"
    slow = is_slow(model)
    if slow:
        begin, stop = st.columns(2)
        begin.button("Edit", icon=":material/tune:", type="primary", width="stretch", on_click=_ask)
        stop.button("Stop", icon=":material/stop_circle:", width="stretch")  # a click on anything ends what runs
    bar, sketch = st.empty(), st.empty()
    if not slow or st.session_state.pop(ASKED, False):
        found = _edited(drink, model, changes, settings, mask, bar if slow else None, sketch)
        st.session_state[LAST] = asked, drink.name, found, changes
    if LAST not in st.session_state:
        st.info("Press *Edit*: the picture is carried towards noise and back, step by step.")
        return
    was_asked, name, found, changed = st.session_state[LAST]
    if slow and was_asked != asked:
        st.caption("This is the edit before: press *Edit* for the one that is chosen now.")
    _show(name, found, changed)


def _edited(
    drink: Drink, model: str, changes: Values, settings: EditSettings, mask: Matte | None, bar: Any, sketch: Any
) -> Edited:
    def on_step(share: float, picture: Image.Image | None) -> None:
        if bar is not None:
            bar.progress(min(share, 1.0), f"{share:.0%} of the way back")
            if picture is not None:
                sketch.image(over(picture), width=256, alt=f"{drink.name}, being edited")

    found = edited(editor(model), drink.picture, drink.values, changes, settings, mask, on_step)
    if bar is not None:
        bar.empty()
        sketch.empty()
    return found


def _show(name: str, found: Edited, changes: Values) -> None:
    change = "; ".join(
        f"{factors()[name].label}: {label_of(factors()[name], value)}" for name, value in changes.items()
    )
    before_after(over(found.before), over(found.after), f"{name}: {change}", "edit_pair")
    st.caption(f"{change}, by {found.facts['model']} in {float(found.facts['seconds']):.1f} s on this machine.")
    st.download_button(
        "Save as PNG",
        lambda: png_bytes(found.after, {"CocktailMan": json.dumps({"edited": name, **found.facts})}),
        f"edited-{name}.png",
        "image/png",
        icon=":material/download:",
        help="a cut-out, transparent around the drink; what it was made of and how is in the file",
    )


def _key(mask: Matte | None) -> str:
    return "" if mask is None else hashlib.sha256(mask.tobytes()).hexdigest()


def _ask() -> None:
    st.session_state[ASKED] = True
