"""The lab's state in the URL, besides what widgets keep there themselves: models, recipe, styles and locks."""

from collections.abc import Sequence

import streamlit as st

from cocktailman.catalog import catalog
from cocktailman.errors import InputError
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.models.registry import Can
from cocktailman.ui.latent.driver import Driven
from cocktailman.ui.latent.steering import MIXED, MIXED_FIRST, OTHER, SHARE, driven
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.errors import show_error
from cocktailman.ui.shared.painting import read_query
from cocktailman.ui.shared.recipe_picker import RECIPE

READ = "map_link_read"  # in the session state: a link is read once, then the page writes it


def read_link(model_key: str, beside_key: str) -> None:
    """Takes models, recipe, style and locks from the URL; says what of them cannot be used."""
    if READ in st.session_state:
        return
    st.session_state[READ] = True
    query = st.query_params.to_dict()
    painting, errors = read_query(query, cache.model_names(Can.DRIVE))
    if "recipe" in query or RECIPE not in st.session_state:
        st.session_state[RECIPE] = list(painting.recipe)
    if "model" in query:
        st.session_state[model_key] = painting.model
    beside = query.get("beside")
    if beside in cache.model_names(Can.DRIVE):
        st.session_state[beside_key] = beside
    elif beside:
        errors.append(InputError(f"the link names a model that is not here ({beside[:40]}): choose one below"))
    names = {"style": st.session_state.get(model_key, painting.model), "style2": beside}
    for parameter, name in names.items():
        if name in cache.model_names(Can.DRIVE) and parameter in query:
            try:
                _take_style(name, parameter, query)
            except InputError as error:
                errors.append(error)
    if "style" in query and query.get(OTHER) in {item.name for item in catalog().cocktails}:
        share = query.get(SHARE, "")  # the style was moved by it already, as far as the widget will take it
        percent = int(share) if share.isdecimal() and len(share) < 4 else MIXED_FIRST
        st.session_state[MIXED] = (tuple(st.session_state[RECIPE]), query[OTHER], percent / 100)
    for error in errors:
        show_error(error)


def write_link(models: Sequence[Checkpoint]) -> None:
    """Writes the state into the URL."""
    st.query_params["model"] = models[0].name
    st.query_params["recipe"] = ",".join(catalog().recipe(st.session_state[RECIPE]))
    for model, number in zip(models, ("", "2"), strict=False):
        hand = driven(model)
        st.query_params[f"style{number}"] = ",".join(f"{value:.2f}" for value in hand.style)
        locked = [str(place + 1) for place, lock in enumerate(hand.locked) if lock]
        _keep(f"locked{number}", ",".join(locked))
    _keep("beside", models[1].name if len(models) > 1 else "")
    if len(models) == 1:
        _keep("style2", "")
        _keep("locked2", "")


def _take_style(name: str, parameter: str, query: dict[str, str]) -> None:
    painting, errors = read_query({"style": query[parameter]}, [name])
    if errors:
        raise errors[0]
    style = cache.generator(name).check_style(painting.style or ())
    numbers = query.get(parameter.replace("style", "locked"), "").split(",")
    locked = [str(place + 1) in numbers for place in range(len(style))]
    st.session_state[f"driven_{name}"] = Driven.at(style.tolist(), locked)


def _keep(name: str, value: str) -> None:
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)
