"""The driver's seat: sliders that move the picture while they are dragged, and a path on the map.

All of it happens in the visitor's browser, which gets the decoder as an ONNX file (`drive/`), and so does what the map
shows of the point under the pointer; the server hears of the style when the hand rests.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st
from streamlit.components.v2 import component

from cocktailman.catalog import catalog
from cocktailman.inference.generator import Generator
from cocktailman.latent.projection import Projector
from cocktailman.latent.tables import style_matrix
from cocktailman.renders import Renders
from cocktailman.ui.shared.private_apis import host_file

PARTS = Path(__file__).parent / "drive"
SCRIPTS = (
    "painter.js",
    "mapping.js",
    "chart.js",
    "thumbnail.js",
    "floating.js",
    "touch.js",
    "drop.js",
    "sliders.js",
    "driver.js",
)  # each needs only those before it
BINARY = "application/octet-stream"
LIMIT = 3  # standard deviations of the prior that a slider reaches, or more where pictures lie farther
ROUNDED = 0.0051  # of a style in an address
REMEMBERED = 100  # styles that undo leads back to

_WORKER = f"const WORKER = {json.dumps((PARTS / 'worker.js').read_text('utf-8'))};"
_seat = component(
    "cocktailman_driver",
    html=(PARTS / "driver.html").read_text("utf-8"),
    css=(PARTS / "driver.css").read_text("utf-8"),
    js="\n".join([_WORKER, *((PARTS / name).read_text("utf-8") for name in SCRIPTS)]),
)


@dataclass
class Driven:
    """Where the hand is, or was when it rested last, and where it was before.

    revision: counts the styles that came from elsewhere. past, future: what undo and redo lead to, the next one last.
    """

    style: list[float]
    locked: list[bool]
    path: list[list[float]]
    revision: int = 0
    past: list[list[float]] = field(default_factory=list)
    future: list[list[float]] = field(default_factory=list)

    @classmethod
    def at(cls, style: Sequence[float], locked: Sequence[bool] | None = None, revision: int = 0) -> "Driven":
        numbers = [float(number) for number in style]
        return cls(numbers, list(locked or [False] * len(numbers)), [numbers], revision)

    def jump(self, style: Sequence[float]) -> None:
        """Goes to a style, but for the numbers that are locked; the path begins anew."""
        kept = [old if lock else float(new) for old, new, lock in zip(self.style, style, self.locked, strict=True)]
        self._remember(kept)
        self._move(kept)

    def update(self, state: dict[str, Any]) -> None:
        """Takes what the browser says of a hand that came to rest."""
        self._remember(state["style"])
        self.style, self.locked, self.path = state["style"], state["locked"], state["path"]

    def undo(self) -> None:
        """Goes back to the style before."""
        if self.past:
            self.future.append(self.style)
            self._move(self.past.pop())

    def go_back(self, style: Sequence[float], locked: Sequence[bool]) -> None:
        """To a style of an address: that before, where the numbers there, which are rounded, are its."""
        self.locked = list(locked)
        for steps, step in ((self.past, self.undo), (self.future, self.redo)):
            if steps and np.allclose(steps[-1], style, atol=ROUNDED):
                return step()
        if not np.allclose(self.style, style, atol=ROUNDED):
            self._remember(list(style))
            self._move(list(style))
        return None

    def redo(self) -> None:
        """Takes back what was undone last."""
        if self.future:
            self.past.append(self.style)
            self._move(self.future.pop())

    def _remember(self, next: list[float]) -> None:
        if next != self.style:
            self.past, self.future = [*self.past[1 - REMEMBERED :], self.style], []

    def _move(self, style: list[float]) -> None:
        self.style, self.path, self.revision = style, [style], self.revision + 1


def driver(
    generator: Generator,
    recipe: npt.NDArray[np.float32],
    driven: Driven,
    names: Sequence[str],
    extra: Sequence[dict[str, Any]],
    limit: float,
    chart: dict[str, Any],
    visit: Callable[[int], None],
    key: str,
) -> None:
    """Draws the seat; `driven` hears of what happens in it, `visit` of a row that was clicked on a map in space.

    recipe: a recipe vector (n_ingredients,). names: what each number follows, or "". extra: further sliders,
    a name and a unit vector each. limit: how far a slider and a drag reach. chart: of `chart_places`.
    """

    def hear() -> None:
        driven.update(st.session_state[key]["driven"])

    data = {
        "decoder": host_file(_decoder(generator.name, generator), f"{key}-decoder", BINARY),
        "size": generator.checkpoint.size,
        "recipe": recipe.tolist(),
        "style": driven.style,
        "locked": driven.locked,
        "revision": driven.revision,
        "names": list(names),
        "extra": list(extra),
        "limit": limit,
        "map": chart,
    }
    _seat(
        key=key,
        data=data,
        on_driven_change=hear,
        on_visited_change=lambda: visit(int(st.session_state[key]["visited"])),
    )


def limit_of(table: pd.DataFrame) -> int:
    """How far the styles of a table reach from the prior's mean, in its standard deviations: `LIMIT` at least."""
    return max(LIMIT, int(np.ceil(np.abs(style_matrix(table)).max(initial=0))))


def chart_places(
    table: pd.DataFrame, projector: Projector, chart: str, paint: bool, truth: Renders | None
) -> dict[str, Any]:
    """What the browser needs to draw and to drive on the chart of this key.

    paint: whether a drag across the chart drives, rather than pans or selects; in space none does. truth: what has the
    true pictures of the table's files, where they ship.
    """
    rows, offset = projector.rows_, projector.offset_
    return {
        "chart": f".st-key-{chart}",
        "dimensions": projector.view.dimensions,
        "paint": paint and projector.view.dimensions == 2,
        "styles": host_file(style_matrix(table).tobytes(), f"{chart}-styles", BINARY),
        "places": host_file(np.ascontiguousarray(projector.places_, np.float32).tobytes(), f"{chart}-places", BINARY),
        "drinks": host_file(_drinks(table), f"{chart}-drinks", "application/json"),
        "truth": None if truth is None else _truth(table, truth, chart),
        "rows": None if rows is None else rows.tolist(),
        "offset": None if offset is None else offset.tolist(),
    }


def _drinks(table: pd.DataFrame) -> bytes:
    """JSON of codes, of which drink each row is, and of each drink its name and the places of its ingredients."""
    codes, drinks = pd.factorize(table["drink"] + "\n" + table["ingredients"])
    order = {item.id: place for place, item in enumerate(catalog().ingredients)}
    named = [text.split("\n") for text in drinks]
    distinct = [{"name": name, "recipe": [order[item] for item in recipe.split()]} for name, recipe in named]
    return json.dumps({"codes": codes.tolist(), "distinct": distinct}).encode()


def _truth(table: pd.DataFrame, renders: Renders, chart: str) -> dict[str, str]:
    """Where the true pictures are: all in one file, of which the browser asks for a part; and each row's part of it."""
    pictures, ends = renders.stored
    rows = [renders.row(file) for file in table["file"]]
    parts = np.stack([np.concatenate([[0], ends[:-1]]), ends], 1)[rows].astype(np.uint32)  # (n, 2)
    return {
        "pictures": host_file(pictures, f"{chart}-pictures", BINARY),
        "parts": host_file(parts.tobytes(), f"{chart}-parts", BINARY),
    }


@st.cache_resource(show_spinner="Preparing the decoder for your browser …")
def _decoder(name: str, _generator: Generator) -> bytes:
    return _generator.decoder_onnx()
