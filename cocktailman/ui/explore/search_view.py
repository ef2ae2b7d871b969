"""Search by text: the pictures that a sentence fits best."""

import pandas as pd
import streamlit as st

from cocktailman.inference.embedder import OURS
from cocktailman.inference.tagging import THRESHOLD, search
from cocktailman.ui.explore.collection import Collection
from cocktailman.ui.explore.pictures import show_pictures
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv

TEXT, FOUND = "text", "found"  # in the URL and in the session state
FIRST = "something red in a flute"


def search_view(collection: Collection) -> None:
    """Draws the best pictures for a text."""
    text = st.text_input("What to look for", FIRST, key=TEXT, bind="query-params", persist_state="page")
    count = st.slider("How many", 6, 60, 18, 6, key=FOUND, bind="query-params", persist_state="page")
    order, cosines = search(collection.vectors, text, cache.embedder(OURS))
    best = order[:count].tolist()
    fits = int((cosines >= THRESHOLD).sum())
    st.markdown(
        f"The {len(best)} of **{len(collection):,} pictures** that fit best, each with its cosine; {fits:,} reach "
        f"{THRESHOLD}, from which on a text is taken to be true of a picture."
    )
    show_pictures(collection, best, [f"{cosines[row]:.2f} · {_name(collection, row)}" for row in best])
    table = pd.DataFrame({"file": [collection.files[row] for row in order], "cosine": cosines[order].round(4)})
    save_csv(table, "search.csv", f"All {len(collection):,} pictures, best first, CSV")


def _name(collection: Collection, row: int) -> str:
    return collection.cocktails[row] if collection.cocktails else collection.files[row]
