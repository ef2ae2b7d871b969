"""One side of the lab: a map, the driver's seat beside or below it, and where to go from there."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from cocktailman.catalog import Recipe, catalog
from cocktailman.images import png_bytes
from cocktailman.inference.generator import Generator
from cocktailman.latent.neighbours import nearest
from cocktailman.latent.paths import mixed
from cocktailman.latent.tables import style_matrix
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.ui.latent.driver import Driven
from cocktailman.ui.latent.films import film_of_mixing, film_of_path
from cocktailman.ui.latent.own_styles import styles_of
from cocktailman.ui.latent.pins import pins
from cocktailman.ui.latent.selection import choose
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.painting import FIRST_SEED, Painting
from cocktailman.ui.shared.recipe_picker import RECIPE, recipe_picker

OTHER, SHARE = "mix_cocktail", "mix_share"  # in the session state and in the URL: what is mixed in, and how much, in %
MIXED = "mixed_in"  # in the session state: the recipe, the cocktail and the share that styles were moved by
MIXED_FIRST = 50  # %, until somebody says otherwise
ALIKE = 24  # pictures that are most like this


@dataclass(frozen=True)
class Mixture:
    """What is painted: the recipe, its vector with all that is mixed in, (n_ingredients,), and what it is called."""

    recipe: Recipe
    vector: npt.NDArray[np.float32]
    caption: str


def driven(model: Checkpoint) -> Driven:
    """Where this visitor drives in the space of a model: at first where Generate begins."""
    key = f"driven_{model.name}"
    if key not in st.session_state:
        [first] = cache.generator(model.name).sample_styles(1, FIRST_SEED)
        st.session_state[key] = Driven.at(first.tolist())
    return st.session_state[key]


def go_to(models: Sequence[Checkpoint], file: str) -> None:
    """Drives every model to the picture of a file, and takes its recipe."""
    for model in models:
        table = styles_of(model).table
        found = table.loc[table["file"] == file]
        if len(found):
            driven(model).jump(style_matrix(found)[0].tolist())
            st.session_state[RECIPE] = str(found["ingredients"].to_numpy()[0]).split() or st.session_state[RECIPE]
            st.session_state[OTHER] = st.session_state[MIXED] = None


def choose_mixture(models: Sequence[Checkpoint]) -> Mixture:
    """Draws the choice of a recipe, and of another cocktail to mix in, and returns both as one."""
    with st.popover("Recipe", icon=":material/local_bar:"):
        recipe = recipe_picker()
    names = [item.name for item in catalog().cocktails]
    other = st.selectbox(
        "Mix with",
        names,
        None,
        key=OTHER,
        width=200,
        placeholder="another cocktail",
        bind="query-params",
        on_change=_mix,
        args=(models,),
    )
    if other:
        st.slider(
            f"Share of {other}",
            0,
            100,
            MIXED_FIRST,
            5,
            format="%d %%",
            key=SHARE,
            width=200,
            bind="query-params",
            on_change=_mix,
            args=(models,),
            help="of the recipe and of the style that is typical of it: both are added up in these shares",
        )
    vector = catalog().recipe_vector(recipe)
    if not other:
        return Mixture(recipe, vector, catalog().describe(recipe))
    share = st.session_state[SHARE]
    caption = f"{100 - share} % {catalog().describe(recipe)}; {share} % {other}"
    return Mixture(
        recipe, mixed(vector, catalog().recipe_vector(catalog().cocktail(other).recipe), share / 100), caption
    )


def leave_from(model: Checkpoint, table: pd.DataFrame, mixture: Mixture) -> None:
    """Draws what can be done with the style that was driven to. table: among whose pictures others are looked for."""
    hand, generator, vector = driven(model), cache.generator(model.name), mixture.vector

    def another() -> None:
        rng = np.random.default_rng(abs(hash((hand.revision, *hand.style))) % 2**32)
        hand.jump(rng.standard_normal(generator.style_dim).tolist())

    def typical() -> None:
        hand.jump(_typical(generator, vector))

    def alike() -> None:
        choose(table["file"].iloc[nearest(style_matrix(table), hand.style, ALIKE)])

    def picture() -> bytes:
        return png_bytes(generator.paint_vectors(vector[None], np.array([hand.style], np.float32), 512)[0])

    name = model.name
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("Undo", icon=":material/undo:", on_click=hand.undo, key=f"undo_{name}", disabled=not hand.past)
        st.button("Redo", icon=":material/redo:", on_click=hand.redo, key=f"redo_{name}", disabled=not hand.future)
        pins(model, hand, mixture.recipe, vector)
        st.button("At random", icon=":material/casino:", on_click=another, key=f"random_{name}")
        if generator.regressor is not None:
            help = "the style that the recipe predicts"
            st.button("Typical", icon=":material/star:", on_click=typical, key=f"typical_{name}", help=help)
        help = f"choose the {ALIKE} pictures whose styles are nearest"
        st.button("More like this", icon=":material/search:", on_click=alike, key=f"alike_{name}", help=help)
        st.download_button("Picture", picture, f"{name}.png", "image/png", icon=":material/image:", key=f"png_{name}")
        with st.popover("Film", icon=":material/movie:"):
            film_of_path(generator, hand, vector)
            if other := st.session_state.get(OTHER):
                ends = (
                    catalog().recipe_vector(mixture.recipe),
                    catalog().recipe_vector(catalog().cocktail(other).recipe),
                )
                step = _step(generator, *ends)
                start = np.asarray(hand.style, np.float32) - st.session_state[SHARE] / 100 * step
                film_of_mixing(generator, other, ends, (start, start + step))
        painting = Painting(name, mixture.recipe, style=tuple(hand.style))
        st.page_link("pages/generate.py", label="In Generate", icon=":material/palette:", query_params=painting.query())


def _mix(models: Sequence[Checkpoint]) -> None:
    """Shifts every style by as much as the typical style of the mixture changed."""
    before = st.session_state.get(MIXED)
    other, recipe = st.session_state[OTHER], tuple(st.session_state[RECIPE])
    now = (recipe, other, st.session_state.get(SHARE, MIXED_FIRST) / 100) if other else None
    st.session_state[MIXED] = now
    for model in models:
        hand = driven(model)
        generator = cache.generator(model.name)
        hand.jump((np.asarray(hand.style) + _style_shift(generator, now) - _style_shift(generator, before)).tolist())


def _style_shift(generator: Generator, mix: tuple[Recipe, str, float] | None) -> npt.NDArray[np.float32]:
    if mix is None:
        return np.zeros(generator.style_dim, np.float32)
    recipe, other, share = mix
    ends = catalog().recipe_vector(recipe), catalog().recipe_vector(catalog().cocktail(other).recipe)
    return share * _step(generator, *ends)


def _typical(generator: Generator, vector: npt.NDArray[np.float32]) -> list[float]:
    return [] if generator.regressor is None else generator.regressor.mean(vector).tolist()


def _step(generator: Generator, first: npt.NDArray, second: npt.NDArray) -> npt.NDArray[np.float32]:
    """From the style typical of one recipe vector to that of another; nothing where the model knows of none."""
    if generator.regressor is None:
        return np.zeros(generator.style_dim, np.float32)
    return generator.regressor.mean(second) - generator.regressor.mean(first)
