"""What is compared: two models, and what both are given; all of it but photos travels in the URL."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from cocktailman.errors import InputError
from cocktailman.evaluation.side_by_side import Original, Selection, counterpart
from cocktailman.images import on_white, read_image
from cocktailman.models.checkpoints import Checkpoint
from cocktailman.ui.shared import address, cache
from cocktailman.ui.shared.brought import NOT_KEPT, bring
from cocktailman.ui.shared.errors import show_error, shown_errors
from cocktailman.ui.shared.model_picker import model_picker
from cocktailman.ui.shared.painting import SEEDS, Painting, read_query
from cocktailman.ui.shared.photo_source import PHOTOS
from cocktailman.ui.shared.recipe_picker import RECIPE, recipe_picker

MODEL, BESIDE, SEED = "compare_model", "compare_beside", "compare_seed"  # in the session state
PAGE, PARAMETERS = "compare", ("model", "beside", "recipe", "seed")  # in the URL
MAX_PHOTOS = 12  # each is painted twice at every turn
REMEMBERED = 100  # photos, shrunk, 1 MB each


@dataclass(frozen=True)
class Choice:
    """Two models, and what both are given."""

    first: Checkpoint
    second: Checkpoint
    selection: Selection

    @property
    def names(self) -> tuple[str, str]:
        return self.first.name, self.second.name


def choose() -> Choice:
    """Draws the widgets and returns what they say; raises `InputError` where nothing can be compared."""
    _follow_link()
    first = model_picker(MODEL)
    second = _beside(first)
    with st.popover("Recipe", icon=":material/local_bar:"):
        recipe = recipe_picker()
    seed = st.number_input("Seed", 0, SEEDS - 1, step=1, key=SEED, width=130, persist_state="session")
    st.button("Another", icon=":material/casino:", on_click=_next_seed, help="another seed")
    with st.popover("Your photos", icon=":material/upload:"):
        photos, recognised = _photos([first.name, second.name])
    _write_link(Painting(first.name, recipe, seed), second)
    return Choice(first, second, Selection(recipe, seed, photos, recognised))


def _beside(first: Checkpoint) -> Checkpoint:
    others = {item.name: item for item in cache.checkpoints() if item.name != first.name}
    if st.session_state.get(BESIDE) not in others:
        st.session_state[BESIDE] = counterpart(first, cache.checkpoints()).name
    return others[st.selectbox("Beside it", list(others), key=BESIDE, persist_state="session")]


def _photos(models: Sequence[str]) -> tuple[tuple[Original, ...], bool]:
    """The photos brought that both models can see, and whether the recipe of each is what was recognised in it."""
    uploads = bring(
        "Photos to rebuild, instead of renders",
        PHOTOS,
        several=True,
        help=f"JPEG, PNG, WebP and others, at most 20 MB each, the first {MAX_PHOTOS} of them; {NOT_KEPT}",
    )
    recognised = st.toggle(
        "Recognise what is in each",
        value=True,
        key="compare_recognise",
        help="as on the page Recognise; else, and where nothing is sure, they are painted with the recipe you choose",
    )
    if len(uploads) > MAX_PHOTOS:
        st.caption(f"The first {MAX_PHOTOS} of {len(uploads)} are taken.")
    photos = []
    for upload in uploads[:MAX_PHOTOS]:
        with shown_errors():  # one that cannot be read is left out, and the others stay
            photo = _photo(upload.name, upload.data, recognised)
            for model in models:
                cache.generator(model).seen(photo.image, photo.name)
            photos.append(photo)
    return tuple(photos), recognised


@st.cache_data(show_spinner="Reading the photo …", max_entries=REMEMBERED, ttl="1h")
def _photo(name: str, data: bytes, recognised: bool) -> Original:
    image = read_image(data, name, transparent=True)
    return Original.of_photo(name, image, cache.recogniser().recipe(on_white(image)) if recognised else None)


def _follow_link() -> None:
    """Takes models, recipe and seed from the URL; says what of them cannot be used."""
    names, query = cache.model_names(), address.asked(PAGE, PARAMETERS)
    if query is None or (not query and SEED in st.session_state):
        return
    painting, errors = read_query(query, names)
    if "model" in query:
        st.session_state[MODEL] = painting.model
    if "recipe" in query or RECIPE not in st.session_state:
        st.session_state[RECIPE] = list(painting.recipe)
    st.session_state[SEED] = painting.seed
    if "beside" in query:
        other, more = read_query({"model": query["beside"]}, names)
        st.session_state[BESIDE] = "" if more else other.model
        errors += more
        if not more and other.model == painting.model:
            errors.append(InputError(f"the link sets {other.model} beside itself: choose another model below"))
    for error in errors:
        show_error(error)


def _write_link(painting: Painting, second: Checkpoint) -> None:
    address.write(PAGE, PARAMETERS, {**painting.query(), "beside": second.name})


def _next_seed() -> None:
    st.session_state[SEED] = (st.session_state[SEED] + 1) % SEEDS
