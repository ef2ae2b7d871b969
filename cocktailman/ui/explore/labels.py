"""The labels that a visitor asks for, from which cosine on they are given, and what they are given to."""

import streamlit as st

from cocktailman.inference.embedder import OURS
from cocktailman.inference.protocols import Array
from cocktailman.inference.tagging import THRESHOLD, Tags, label_vectors, tag
from cocktailman.labels.vocabulary import DEFAULT, check_labels
from cocktailman.ui.explore.collection import Collection
from cocktailman.ui.shared import cache

LABELS, LEAST = "labels", "given_from"  # in the URL and in the session state


def choose_labels() -> tuple[str, ...]:
    """Draws the box of labels; raises `InputError` where they are none, or too many."""
    text = st.text_area(
        "Labels, separated by commas",
        ", ".join(DEFAULT),
        key=LABELS,
        height=88,
        bind="query-params",
        persist_state="page",
        help="each is put into several templates, such as “a photo of a …”, whose vectors are averaged",
    )
    return check_labels(text.split(","))


def choose_threshold() -> float:
    """Draws the slider of the cosine from which a label is given."""
    return st.slider(
        "Threshold (cosine similarity)",
        -0.2,
        0.8,
        THRESHOLD,
        0.01,
        key=LEAST,
        bind="query-params",
        persist_state="page",
        help="calibrated: at 0.25 the best trade of precision and recall on validation renders",
    )


def tags_of(collection: Collection, labels: tuple[str, ...], threshold: float = THRESHOLD) -> Tags:
    """The tags of a collection; some milliseconds for 20,000 pictures."""
    return tag(collection.vectors, labels, _vectors(labels), threshold)


@st.cache_data(show_spinner="Reading the labels …", max_entries=100)
def _vectors(labels: tuple[str, ...]) -> Array:
    return label_vectors(cache.embedder(OURS), labels)
