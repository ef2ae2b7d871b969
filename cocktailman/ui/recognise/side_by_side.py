"""All drinks of a photo beside each other: what each is made of, and what it is likely to be."""

import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.ingredient_bars import ingredient_bars
from cocktailman.ui.shared.photo import RecognisedPhoto

NARROW = 240  # px, the least width of a drink
INGREDIENTS, COCKTAILS = 10, 3  # shown of each


def side_by_side(recognised: RecognisedPhoto) -> None:
    """Draws a column a drink."""
    classifier, picture = cache.recogniser().classifier, recognised.picture
    with st.grid(min_column_width=NARROW) as grid:
        for number, drink in enumerate(recognised.drinks):
            with grid.cell():
                seen = classifier.seen(drink.reading, classifier.threshold)
                st.header(f"Drink {number + 1}", anchor=False)
                alt = f"drink {number + 1}: {catalog().describe(seen) or 'nothing sure'}"
                st.image(drink.cut_from(picture), width="stretch", alt=alt)
                for name, probability in classifier.cocktails(drink.reading)[:COCKTAILS]:
                    st.progress(probability, f"**{name}** · {probability:.0%}")
                best = dict(classifier.ingredients(drink.reading)[:INGREDIENTS])
                chart = ingredient_bars(best, classifier.threshold)
                st.plotly_chart(chart, key=f"bars_{number}", config={"displayModeBar": False}, alt=f"{alt}, as bars")
    st.caption(f"Bold: seen with a probability of {classifier.threshold:.2f} or more.")
