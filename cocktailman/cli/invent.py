"""Recipes that nobody wrote: `invent`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def invent(
    given: Annotated[str, typer.Option(help="what is fixed, such as glass=coupe,spirit=gin,lime=yes")] = "",
    count: Annotated[int, typer.Option(min=1, max=10_000)] = 1,
    seed: Annotated[int, typer.Option(min=0)] = 0,
    model: Annotated[str, typer.Option("--model", help="naive-bayes or chow-liu")] = "naive-bayes",
    as_json: Annotated[bool, typer.Option("--json", help="a JSON line for each recipe")] = False,
) -> None:
    """Invent recipes: what goes together by the recipes that were seen, given whatever is fixed."""
    from cocktailman.catalog import catalog
    from cocktailman.inference.inventor import GLASS, SPIRIT, Inventor, given_of

    for found in Inventor.load(model).invent(given_of(given), count, seed):
        if as_json:
            facts = {
                "attributes": dict(found.attributes),
                "ingredients": list(found.ingredients),
                "probability": found.probability,
            }
            print(json.dumps(facts))
        else:
            said = ", ".join(f"{name}: {found.attributes[name].replace('_', ' ')}" for name in (GLASS, SPIRIT))
            print(f"{catalog().describe(found.ingredients)}  ({said}; probability {found.probability:.2g})")
