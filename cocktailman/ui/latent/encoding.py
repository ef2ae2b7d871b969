"""A visitor's pictures on their way to the map: encoded one after the other, with progress, and a way to stop."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from time import monotonic

import numpy as np
import pandas as pd
import streamlit as st

from cocktailman.errors import InputError
from cocktailman.files import distinct
from cocktailman.images import read_image
from cocktailman.latent.tables import add_styles
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.brought import Brought
from cocktailman.ui.shared.errors import show_error

REMEMBERED = 1200  # pictures, and what encoders said of them
SAID = 3  # pictures that cannot be encoded, each with its reason

Posterior = tuple[np.ndarray, np.ndarray]  # mean and standard deviation, (style_dim,) each


@dataclass
class Encoding:
    """How far it has come; source: which pictures, by which model."""

    source: str
    count: int
    found: list[tuple[str, Posterior]] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    stopped: bool = False

    @property
    def done(self) -> int:
        return len(self.found) + len(self.errors)

    def stop(self) -> None:
        self.stopped = True

    def table(self) -> pd.DataFrame:
        """The styles of what was encoded, in the form of a shipped table but for what is known of those."""
        if not self.found:
            return pd.DataFrame()
        means, stds = (np.stack(part) for part in zip(*(posterior for _, posterior in self.found), strict=True))
        return add_styles(pd.DataFrame({"file": distinct([name for name, _ in self.found])}), means, stds)


def encoding_of(model: Checkpoint, source: str, count: int) -> Encoding:
    """The one of this visitor under a model; another source begins another."""
    key = f"encoding_by_{model.name}"
    known: Encoding | None = st.session_state.get(key)
    if known is None or known.source != source:
        st.session_state[key] = known = Encoding(source, count)
    return known


def encode_rest(model: Checkpoint, work: Encoding, files: Sequence[Brought]) -> None:
    """Encodes what is not yet, unless it was stopped; any click begins this anew where it was."""
    begun, before, place = monotonic(), work.done, st.empty()
    with place.container(horizontal=True, vertical_alignment="center"):
        bar = st.progress(0.0)
        label, icon = "Stop, and keep what is there", ":material/stop_circle:"
        st.button(label, key=f"stop_{work.source}", icon=icon, on_click=work.stop)
    for file in files[work.done :]:
        if work.stopped:
            break
        since = work.done - before
        left = f", about {(monotonic() - begun) / since * (work.count - work.done):.0f} s left" if since else ""
        said = f"Encoding {work.done + 1} of {work.count} pictures by {model.name}{left} …"
        bar.progress(work.done / work.count, said)
        try:
            work.found.append((file.name, _posterior(model.name, file)))
        except InputError as error:
            work.errors.append(error)
    place.empty()


def say_what_is_missing(work: Encoding) -> None:
    """Draws which pictures are not on the map, and why."""
    for error in work.errors[:SAID]:
        show_error(error)
    if len(work.errors) > SAID:
        st.error(f"And {len(work.errors) - SAID} more cannot be encoded.", icon=":material/error:")
    if work.stopped and work.done < work.count:
        st.warning(
            f"Stopped: {len(work.found)} of {work.count} pictures are on the map.", icon=":material/stop_circle:"
        )


@st.cache_data(show_spinner=False, max_entries=REMEMBERED, hash_funcs={Brought: attrgetter("data")})
def _posterior(model: str, file: Brought) -> Posterior:
    generator = cache.generator(model)
    picture = generator.seen(read_image(file.data, file.name, transparent=True), file.name)
    found = generator.encode([picture])
    return found.mean[0], found.std[0]
