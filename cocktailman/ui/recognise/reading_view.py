"""What a drink is made of: ingredients from a threshold on, the cocktails it is likely to be, and what to do with it.

One fragment: the threshold reruns this and nothing else of the page.
"""

import json

import streamlit as st

from cocktailman.catalog import Recipe, catalog
from cocktailman.errors import InputError
from cocktailman.models.registry import Can
from cocktailman.renders import RENDERED
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.errors import show_error, shown_errors
from cocktailman.ui.shared.factor_labels import category_label
from cocktailman.ui.shared.ingredient_bars import ingredient_bars
from cocktailman.ui.shared.painting import Painting
from cocktailman.ui.shared.photo import Drink, Photo, RecognisedPhoto, style_of

THRESHOLD = "threshold"  # in the URL and in the session state
MIN_THRESHOLD, MAX_THRESHOLD = 0.01, 0.99  # of the threshold
COCKTAILS, LIKELY = 5, 0.005  # how many are shown, and how probable the others than the first have to be
ROWS = 14  # ingredients that are shown, or more where more are seen


@st.fragment
def reading_view(photo: Photo, recognised: RecognisedPhoto, drink: Drink) -> None:
    """Draws the reading of a drink in a photo."""
    with shown_errors():
        head = st.container()
        left, right = st.columns([5, 4], gap="medium")
        with left:
            st.header("Ingredients", anchor=False)
            seen = cache.recogniser().classifier.seen(drink.reading, _threshold())
            _ingredients(drink, seen)
        with head:
            if photo.render:
                _truth(photo.render, seen)
        with right:
            st.header("Likely cocktails", anchor=False)
            _cocktails(drink, seen)
            _take_away(photo, recognised, drink, seen)


def _threshold() -> float:
    """The probability from which an ingredient counts as seen: by default the classifier's own."""
    default = round(cache.recogniser().classifier.threshold, 2)
    linked = st.query_params.get(THRESHOLD)
    if linked is not None and not _is_threshold(linked):
        show_error(
            InputError(
                f"the link's threshold ({linked[:40]}) is not one from {MIN_THRESHOLD} to {MAX_THRESHOLD}: choose below"
            )
        )
    return st.slider(
        "Threshold (probability)",
        MIN_THRESHOLD,
        MAX_THRESHOLD,
        default,
        step=0.01,
        key=THRESHOLD,
        help=f"{default:g} is what was best on photos that the classifier was not trained on",
        bind="query-params",
    )


def _is_threshold(text: str) -> bool:
    try:
        return MIN_THRESHOLD <= float(text) <= MAX_THRESHOLD
    except ValueError:
        return False


def _truth(render: str, seen: Recipe) -> None:
    """What a render was made of, and which of it was seen."""
    facts = cache.renders().facts(cache.renders().row(render))
    truth = facts["ingredients"].split()
    names = [f":green[**{catalog().describe([id])} ✓**]" if id in seen else catalog().describe([id]) for id in truth]
    right = len(set(truth) & set(seen))
    st.markdown(
        f"The truth: **{category_label('cocktail', facts['cocktail'])}**, made of {', '.join(names)}. "
        f"{right} of {len(truth)} seen, {len(seen) - right} seen by mistake."
    )


def _ingredients(drink: Drink, seen: Recipe) -> None:
    """Bars by kind; at first only of what is seen and of what comes next."""
    best = cache.recogniser().classifier.ingredients(drink.reading)
    every = st.toggle(f"All {len(best)} ingredients", key="every_ingredient")
    shown = best if every else best[: max(ROWS, len(seen))]
    st.plotly_chart(
        ingredient_bars(dict(shown), st.session_state[THRESHOLD]),
        key="bars",
        config={"displayModeBar": False},
        alt=f"how probable each ingredient is; seen: {catalog().describe(seen) or 'nothing'}",
    )


def _cocktails(drink: Drink, seen: Recipe) -> None:
    """The likeliest cocktails, and how each differs from what is seen."""
    first, *others = cache.recogniser().classifier.cocktails(drink.reading)[:COCKTAILS]
    for name, probability in [first, *(other for other in others if other[1] >= LIKELY)]:
        recipe = catalog().cocktail(name).recipe
        missing = catalog().describe(id for id in recipe if id not in seen)
        extra = catalog().describe(id for id in seen if id not in recipe)
        differences = [f"missing: {missing}" if missing else "", f"extra: {extra}" if extra else ""]
        with st.container(gap="xxsmall"):
            st.progress(probability, f"**{name}** · {probability:.0%}")
            st.caption("; ".join(filter(None, differences)) or "just what is seen")


def _take_away(photo: Photo, recognised: RecognisedPhoto, drink: Drink, seen: Recipe) -> None:
    """The recipe and the style to the page Generate, and all of it as a file."""
    models = cache.checkpoints(Can.ENCODE)
    domain = RENDERED if photo.render else "photos"
    names = [item.name for item in sorted(models, key=lambda item: item.domain != domain)]  # those of its kind first
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = st.selectbox("Painted by", names, key=f"painted_by_{domain}", width=180)
        paint = st.button(
            "Paint this",
            icon=":material/palette:",
            type="primary",
            disabled=not seen,
            help="what is seen, in the style of this picture" if seen else "nothing is seen: lower the threshold",
        )
        st.download_button(
            "JSON",
            lambda: json.dumps(cache.recogniser().facts(photo.name, recognised.recognition(drink)), indent=2),
            "recognised.json",
            "application/json",
            icon=":material/download:",
            help="all of it, as `python -m cocktailman recognise --json` writes it",
        )
    if paint:
        painting = Painting(model, seen, style=style_of(drink.cut_from(recognised.picture), seen, model))
        st.switch_page("pages/generate.py", query_params=painting.query())
