"""Where a drink is painted: the picture, the style's controls, and what can be taken away from it.

One fragment: moving a slider reruns this and nothing else of the page.
"""

import json
import math
from collections.abc import Sequence
from operator import attrgetter

import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from cocktailman.catalog import Recipe, catalog
from cocktailman.errors import InputError
from cocktailman.images import png_bytes, read_image
from cocktailman.inference.generator import Generator, Ground
from cocktailman.ui.generate.ground import choose_ground, shown_on, take_ground
from cocktailman.ui.shared import address, cache
from cocktailman.ui.shared.brought import NOT_KEPT, Brought, bring
from cocktailman.ui.shared.errors import show_error, shown_errors
from cocktailman.ui.shared.painting import FIRST_SEED, PARAMETERS, SEEDS, Painting

RANDOM, BY_HAND, PHOTO = "At random", "By hand", "From a photo"
ONE, MANY = "One drink", "A dozen"
FROM_PRIOR, TYPICAL = "The prior", "What is typical"
SHOWN = 512  # px, to which a picture is enlarged to be looked at and saved
DISPLAYED = 448  # px at most, so that controls and picture fit one screen
PAGE = "generate"
DOZEN, COLUMNS = 12, 4  # samples, and columns of the sheet they are saved as
TILE = 144  # px, the width of one of a dozen
REMEMBERED = 32  # photos whose style was found
SLIDER = 168  # px, the width of one of those by hand: two abreast on a phone

# In the session state, what the widgets below mirror:
MODE, SEED, STYLE, SOURCE, VIEW = "style_mode", "style_seed", "style_numbers", "drawn_from", "style_view"
TRUNCATION = "style_truncation"
LOOKED_AT = "style_looked_at"  # in the session state: the style that was painted last
TAKEN = "taken"  # in the session state: which of a dozen is gone on with


def take_painting(painting: Painting) -> None:
    """Sets the controls to a painting's style, or to the seed where it has none."""
    st.session_state[SEED] = painting.seed
    st.session_state[STYLE] = list(painting.style or ())
    st.session_state[MODE] = BY_HAND if painting.style else RANDOM
    st.session_state[SOURCE] = TYPICAL if painting.typical else FROM_PRIOR
    st.session_state[VIEW] = MANY if painting.dozen else ONE
    st.session_state[TRUNCATION] = painting.truncation
    take_ground(painting.ground)


@st.fragment
def studio(model: str, recipe: Recipe) -> None:
    """Paints `recipe` with checkpoint `model`, and draws below it the controls: on a phone the picture comes first."""
    by_hand = st.session_state.get(MODE) == BY_HAND
    place = st.container(key="in_sight" if by_hand else None)  # stays in sight while one goes down its sliders
    with shown_errors():
        generator = cache.generator(model)
        modes = [RANDOM, BY_HAND, PHOTO] if generator.has_encoder else [RANDOM, BY_HAND]
        st.session_state.setdefault(SEED, FIRST_SEED)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            mode = st.segmented_control(
                "Style", modes, key=MODE, required=True, persist_state="session", on_change=_from_what_is_shown
            )
            ground = choose_ground(generator)
        draw = {RANDOM: _at_random, BY_HAND: _by_hand, PHOTO: _from_photo}[mode or RANDOM]
        draw(generator, recipe, place, *ground)


def _at_random(generator: Generator, recipe: Recipe, place: DeltaGenerator, ground: Ground, ground_text: str) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("New style", icon=":material/casino:", on_click=_next_seed)
        st.number_input("Seed", 0, SEEDS - 1, step=1, key=SEED, width=130, persist_state="session")
        many = st.segmented_control("Show", [ONE, MANY], key=VIEW, required=True, persist_state="session") == MANY
    with st.container(horizontal=True, vertical_alignment="bottom"):
        typical, truncation = _typical(generator), _truncation()
    painting = Painting(
        generator.name,
        recipe,
        st.session_state[SEED],
        typical=typical,
        ground=ground_text,
        dozen=many,
        truncation=truncation,
    )
    _write_url(painting)
    count = DOZEN if many else 1
    if typical:
        styles = generator.draw_styles([recipe] * count, painting.seed, truncation)
    else:
        styles = generator.sample_styles(count, painting.seed, truncation)
    st.session_state[LOOKED_AT] = styles[0].tolist()
    if not many:
        [picture] = generator.paint(recipe, styles, SHOWN, ground)
        _show(place, picture, painting, generator, ground)
        return
    pictures = generator.paint(recipe, styles, ground=ground)
    with place.container(horizontal=True, gap="small"):  # wraps to as many a row as there is room for
        for number, picture in enumerate(pictures):
            with st.container(width=TILE, gap="xxsmall"):
                alt = f"sample {number + 1} of {catalog().describe(recipe)}"
                st.image(picture, width="stretch", caption=str(number + 1), alt=alt)
    st.session_state[TAKEN] = None  # a click on it leaves the dozen
    st.pills("Go on by hand from", range(1, count + 1), key=TAKEN, on_change=_take, args=(styles.tolist(),))
    _download(_tiled(pictures, COLUMNS), painting, "Save the dozen")


def _typical(generator: Generator) -> bool:
    """Whether random styles are typical of the recipe; no question where the model knows nothing of that."""
    regressor = generator.regressor
    if regressor is None:
        return st.session_state[SOURCE] == TYPICAL  # for the next model, and for the address
    explained = f"{regressor.r2.mean():.0%} of how styles vary, on {regressor.pictures:,} {generator.checkpoint.domain}"
    source = st.segmented_control(
        "Drawn from",
        [TYPICAL, FROM_PRIOR],
        key=SOURCE,
        required=True,
        persist_state="session",
        help=f"The prior is N(0, I), whatever the recipe. What is typical of this recipe is predicted from its "
        f"ingredients by a ridge regression, which explains {explained} (5-fold cross-validation); styles that the "
        "encoder does not read back from what is painted in them are drawn anew, for what is painted of those is torn.",
    )
    return source == TYPICAL


def _truncation() -> float:
    """How near to the mean random styles are drawn."""
    st.session_state.setdefault(TRUNCATION, 1.0)
    return st.slider(
        "Truncation ψ",
        0.0,
        1.0,
        step=0.05,
        key=TRUNCATION,
        width=240,
        persist_state="session",
        help="What the distance of a style from the mean is multiplied by: less makes better pictures, more alike.",
    )


def _by_hand(generator: Generator, recipe: Recipe, place: DeltaGenerator, ground: Ground, ground_text: str) -> None:
    style = _checked_style(generator)
    bound = float(max(3, math.ceil(max(map(abs, style)))))
    with st.container(horizontal=True):
        for number in range(generator.style_dim):
            key = f"style_{number + 1}"
            st.session_state[key] = style[number]
            st.slider(
                f"z{number + 1}",
                -bound,
                bound,
                step=0.05,
                format="%.2f σ",
                key=key,
                width=SLIDER,
                on_change=_take_sliders,
                args=(generator.style_dim,),
            )
    st.button("Reset", icon=":material/restart_alt:", on_click=_go_on_by_hand, args=([0.0] * generator.style_dim,))
    painting = Painting(generator.name, recipe, st.session_state[SEED], tuple(style), ground=ground_text)
    _write_url(painting)
    [picture] = generator.paint(recipe, generator.check_style(style)[None], SHOWN, ground)
    _show(place, picture, painting, generator, ground)


def _from_photo(generator: Generator, recipe: Recipe, place: DeltaGenerator, ground: Ground, ground_text: str) -> None:
    files = bring("A photo of a drink", "style_photo", help=f"JPEG, PNG, WebP and others, at most 20 MB; {NOT_KEPT}")
    if not files:
        st.info(
            "The encoder reads the style of your photo, inversion brings it nearer, and the decoder paints your recipe "
            "in it."
        )
        return
    photo = read_image(files[0].data, files[0].name, transparent=True)
    style = _style_like(generator.name, files[0], recipe)
    [picture] = generator.paint(recipe, generator.check_style(style)[None], SHOWN, ground)
    photo.thumbnail((SHOWN, SHOWN))
    before, after = place.columns(2)
    before.image(photo, caption="your photo", width="stretch")
    painting = Painting(generator.name, recipe, st.session_state[SEED], tuple(style), ground=ground_text)
    _write_url(painting)  # the photo stays here, its style may travel
    _show(after, picture, painting, generator, ground)
    st.session_state[LOOKED_AT] = style


@st.cache_data(show_spinner="Finding the style …", max_entries=REMEMBERED, hash_funcs={Brought: attrgetter("data")})
def _style_like(model: str, file: Brought, recipe: Recipe) -> list[float]:
    """The style in which a recipe looks most like a photo."""
    photo = read_image(file.data, file.name, transparent=True)
    return cache.generator(model).invert([photo], [recipe])[0].tolist()


def _show(
    place: DeltaGenerator, picture: Image.Image, painting: Painting, generator: Generator, ground: Ground
) -> None:
    place.image(picture, width=DISPLAYED, alt=f"{catalog().describe(painting.recipe)}, painted by {painting.model}")
    cocktail, share = catalog().nearest_cocktail(painting.recipe)
    nearest = f"{cocktail.name} in the catalogue" if share == 1 else f"nearest is {cocktail.name}, {share:.0%} shared"
    size = generator.checkpoint.size
    how = f"Painted at {size} px" + (f", enlarged to {SHOWN} px." if size < SHOWN else ".")
    st.caption(f"{catalog().describe(painting.recipe)} ({nearest}). {how}{shown_on(picture, ground)}")
    _download(picture, painting, "Save as PNG")


def _download(picture: Image.Image, painting: Painting, label: str) -> None:
    name = "-".join(painting.recipe)[:60]

    def png() -> bytes:  # made when asked for: it takes longer than painting
        return png_bytes(picture, {"CocktailMan": json.dumps(painting.query())})

    st.download_button(label, png, f"{name}.png", "image/png", icon=":material/download:")


def _tiled(pictures: list[Image.Image], columns: int) -> Image.Image:
    side = pictures[0].width
    sheet = Image.new(pictures[0].mode, (columns * side, -(-len(pictures) // columns) * side))
    for number, picture in enumerate(pictures):
        sheet.paste(picture, (number % columns * side, number // columns * side))
    return sheet


def _checked_style(generator: Generator) -> list[float]:
    """The style by hand; one that this model cannot take gives way to zeros, with a word about it."""
    style = st.session_state.get(STYLE) or [0.0] * generator.style_dim
    try:
        generator.check_style(style)
    except InputError as error:
        show_error(error)
        style = [0.0] * generator.style_dim
    st.session_state[STYLE] = style
    return style


def _write_url(painting: Painting) -> None:
    address.write(PAGE, PARAMETERS, painting.query())


def _next_seed() -> None:
    st.session_state[SEED] = (st.session_state[SEED] + 1) % SEEDS


def _take_sliders(style_dim: int) -> None:
    st.session_state[STYLE] = [st.session_state[f"style_{number + 1}"] for number in range(style_dim)]


def _from_what_is_shown() -> None:
    """By hand one begins from the picture that was shown."""
    if st.session_state[MODE] == BY_HAND and LOOKED_AT in st.session_state:
        st.session_state[STYLE] = st.session_state[LOOKED_AT]


def _take(styles: Sequence[list[float]]) -> None:
    if number := st.session_state[TAKEN]:
        _go_on_by_hand(styles[number - 1])


def _go_on_by_hand(style: list[float]) -> None:
    st.session_state[STYLE] = style
    st.session_state[MODE] = BY_HAND
