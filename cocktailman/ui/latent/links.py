"""The lab's state in the URL, besides what widgets keep there themselves: models, recipe, styles and locks."""

from collections.abc import Sequence

import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.registry import Can
from cocktailman.ui.latent.driver import Driven
from cocktailman.ui.latent.models import BESIDE, MODEL
from cocktailman.ui.latent.steering import MIXED, MIXED_FIRST, OTHER, SHARE, driven
from cocktailman.ui.shared import address, cache
from cocktailman.ui.shared.errors import show_error
from cocktailman.ui.shared.painting import read_query
from cocktailman.ui.shared.recipe_picker import RECIPE

PAGE = "latent_space"
PARAMETERS = ("model", "recipe", "beside", "style", "locked", "style2", "locked2")  # in the URL


def read_link() -> None:
    """Takes models, recipe, style and locks from the URL; says what of them cannot be used."""
    query = address.asked(PAGE, PARAMETERS)
    if query is None or (not query and MODEL in st.session_state):
        return
    painting, errors = read_query(query, cache.model_names(Can.DRIVE))
    if "recipe" in query or RECIPE not in st.session_state:
        st.session_state[RECIPE] = list(painting.recipe)
    if "model" in query:
        st.session_state[MODEL] = painting.model
    beside = query.get("beside")
    st.session_state[BESIDE] = beside if beside in cache.model_names(Can.DRIVE) else None
    if beside and not st.session_state[BESIDE]:
        errors.append(InputError(f"the link names a model that is not here ({beside[:40]}): choose one below"))
    names = {"style": st.session_state.get(MODEL, painting.model), "style2": beside}
    for parameter, name in names.items():
        if name in cache.model_names(Can.DRIVE) and parameter in query:
            try:
                _take_style(name, parameter, query)
            except InputError as error:
                errors.append(error)
    query |= {name: st.query_params[name] for name in (OTHER, SHARE) if name in st.query_params}
    st.session_state[MIXED] = None
    if "style" in query and query.get(OTHER) in {item.name for item in catalog().cocktails}:
        share = query.get(SHARE, "")  # the style was moved by it already, as far as the widget will take it
        percent = int(share) if share.isdecimal() and len(share) < 4 else MIXED_FIRST
        st.session_state[MIXED] = (tuple(st.session_state[RECIPE]), query[OTHER], percent / 100)
    for error in errors:
        show_error(error)


def write_link(models: Sequence[Checkpoint]) -> None:
    """Writes the state into the URL."""
    query = {"model": models[0].name, "recipe": ",".join(catalog().recipe(st.session_state[RECIPE]))}
    for model, number in zip(models, ("", "2"), strict=False):
        hand = driven(model)
        query[f"style{number}"] = ",".join(f"{value:.2f}" for value in hand.style)
        if any(hand.locked):
            query[f"locked{number}"] = ",".join(str(place + 1) for place, lock in enumerate(hand.locked) if lock)
    if len(models) > 1:
        query["beside"] = models[1].name
    address.write(PAGE, PARAMETERS, query)


def _take_style(name: str, parameter: str, query: dict[str, str]) -> None:
    painting, errors = read_query({"style": query[parameter]}, [name])
    if errors:
        raise errors[0]
    style = cache.generator(name).check_style(painting.style or ())
    numbers = query.get(parameter.replace("style", "locked"), "").split(",")
    locked = [str(place + 1) in numbers for place in range(len(style))]
    key = f"driven_{name}"
    if key in st.session_state:
        st.session_state[key].go_back(style.tolist(), locked)
    else:
        st.session_state[key] = Driven.at(style.tolist(), locked)
