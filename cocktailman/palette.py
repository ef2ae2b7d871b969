"""Groups of styles, and the colours that pages and documents give them."""

import pandas as pd
from plotly.colors import qualitative

from cocktailman.renders import FREE_POUR, RENDERED

OTHERS = "other recipes"
OTHERS_COLOUR = "rgba(150, 150, 150, 0.45)"
# Named cocktails, coloured like the drink as far as fourteen colours stay apart in light and dark.
COLOURS = {
    "Beer": "#e8a317",
    "Bloody Mary": "#c0160e",
    "Cosmopolitan": "#f0559c",
    "Daiquiri": "#9fc63b",
    "Espresso Martini": "#5b3a29",
    "Gin And Tonic": "#35b6c9",
    "Manhattan": "#8e2b4f",
    "Margarita": "#4c9a2a",
    "Martini": "#5f7fd9",
    "Mojito": "#12b886",
    "Old Fashioned": "#b8651b",
    "Pina Colada": "#e0c341",
    "Rum And Coke": "#7a5bd0",
    "Screwdriver": "#ff7a2f",
}


def colour_of(name: str) -> str:
    """The colour of a cocktail, always the same for the same name; those beyond the fourteen share two dozen."""
    if name in {OTHERS, FREE_POUR}:
        return OTHERS_COLOUR
    return COLOURS.get(name) or qualitative.Dark24[sum(name.encode()) % len(qualitative.Dark24)]


def style_groups(table: pd.DataFrame, domain: str) -> pd.Series:
    """What each row of a style table belongs to: its cocktail; of photos, where many show the same, else `OTHERS`."""
    drink: pd.Series = table.loc[:, "drink"]
    if domain == RENDERED:
        return drink
    return drink.where(drink.isin(COLOURS) & (table["source"] == "bulk"), OTHERS)
