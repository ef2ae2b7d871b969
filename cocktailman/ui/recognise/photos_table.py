"""Several photos at once: a row each, of which one can be opened."""

import base64
from io import BytesIO

import pandas as pd
import streamlit as st
from PIL import Image

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.csv import save_csv, without_formulas
from cocktailman.ui.shared.photo import Photo, RecognisedPhoto, recognise_photo

THUMBNAIL = 96  # px
COLUMNS = ("photo", "file", "note", "drinks", "score", "ingredients", "cocktail", "probability")  # as they are shown


def photos_table(photos: list[Photo]) -> Photo:
    """Draws the table, and returns the photo that is opened: the one clicked on, or at first the first that is one."""
    found = _recognise_all(photos)
    table = pd.DataFrame([_row(photo, recognised) for photo, recognised in zip(photos, found, strict=True)])
    st.caption("Tick a row to open its photo below.")
    event = st.dataframe(
        without_formulas(table.round(2)),
        key="photos",
        column_order=[name for name in COLUMNS if name in table],
        hide_index=True,
        row_height=THUMBNAIL // 2,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row-required",
        column_config=_columns(),
    )
    save_csv(table.drop(columns="photo", errors="ignore"), "recognised.csv")
    first = next((place for place, recognised in enumerate(found) if isinstance(recognised, RecognisedPhoto)), 0)
    opened = next((row for row in event["selection"]["rows"] if row < len(photos)), first)  # one may be gone
    return photos[opened]


def _recognise_all(photos: list[Photo]) -> list[RecognisedPhoto | InputError]:
    """What is seen in each photo, or why it is none; says how far it is."""
    bar = st.progress(0.0)
    found: list[RecognisedPhoto | InputError] = []
    for photo in photos:
        bar.progress(len(found) / len(photos), f"Looking at {len(found) + 1} of {len(photos)} photos …")
        try:
            found.append(recognise_photo(photo))
        except InputError as error:
            found.append(error)
    bar.empty()
    return found


def _row(photo: Photo, recognised: RecognisedPhoto | InputError) -> dict:
    """A photo by column; what does not apply is left out."""
    if isinstance(recognised, InputError):
        return {"file": photo.name, "note": str(recognised)}
    row = {"photo": _thumbnail(recognised), "file": photo.name, "drinks": len(recognised.drinks)}
    if not recognised.drinks:
        return row | {"note": "no drink found"}
    best, classifier = recognised.drinks[0].reading, cache.recogniser().classifier
    seen = [id for id, probability in classifier.ingredients(best) if probability >= classifier.threshold]
    cocktail, probability = classifier.cocktails(best)[0]
    return row | {
        "score": recognised.boxes[0].score,
        "ingredients": catalog().describe(seen),
        "cocktail": cocktail,
        "probability": probability,
    }


def _thumbnail(recognised: RecognisedPhoto) -> str:
    """A small copy as a URL that carries its picture in itself, as a table's cell wants it."""
    small, jpeg = Image.open(BytesIO(recognised.jpeg)), BytesIO()  # decoded no larger than needed
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    small.save(jpeg, "JPEG")
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg.getvalue()).decode()}"


def _columns() -> dict:
    number = st.column_config.NumberColumn
    return {
        "photo": st.column_config.ImageColumn("Photo", width="small"),
        "file": "File",
        "drinks": number("Drinks", help="how many were found", width="small"),
        "score": number("Best score", format="percent", help="of the box that was read", width="small"),
        "ingredients": st.column_config.TextColumn("Ingredients", help="those seen, likeliest first", width="medium"),
        "cocktail": "Likeliest cocktail",
        "probability": number("Probability", format="percent", width="small"),
        "note": st.column_config.TextColumn("Note", width="medium"),
    }
