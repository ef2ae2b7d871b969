"""In which style: a style image of the shelf, a mixture of two, or a picture of the visitor's."""

from dataclasses import dataclass

import streamlit as st

from cocktailman.shelf import SHELF, StyleImage, shelf
from cocktailman.ui.shared.brought import NOT_KEPT, bring
from cocktailman.ui.shared.errors import escaped, shown_errors
from cocktailman.ui.shared.link import follow_link, write_link
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.stylise.pictures import SEEN, content_picture

SHELVED, OWN = "From the shelf", "Your own"
NOTHING = "nothing"  # what a style is mixed with, if with nothing
TILE = 92  # px, the width of a style image on the shelf


@dataclass(frozen=True)
class Style:
    """One or two style images, and how much of the second."""

    images: tuple[Photo, ...]
    share: float = 0.0

    @property
    def name(self) -> str:
        return " and ".join(image.name for image in self.images)


def style_source() -> Style | None:
    """Draws the choice of the style and returns it; None where nothing is chosen yet."""
    source = st.segmented_control(
        "Style",
        [SHELVED, OWN],
        default=SHELVED,
        key="style_source",
        required=True,
        bind="query-params",
        persist_state="page",
    )
    return _own() if source == OWN else _shelved()


def _own() -> Style | None:
    help = f"JPEG, PNG, WebP and others, at most 20 MB; {NOT_KEPT}"
    files = bring("A picture whose look is taken", "style_image", help=help)
    if not files:
        st.info("A painting, a fabric, a wall: its colours and textures are carried over.")
        return None
    photo = Photo.of_bytes(files[0].name, files[0].data)
    with shown_errors():
        st.image(content_picture(photo, SEEN), width=2 * TILE, alt=photo.name)
        return Style((photo,))
    return None


def _shelved() -> Style:
    items = shelf()
    follow_link("style", list(items), next(iter(items)))
    follow_link("mixed", [NOTHING, *items], NOTHING)
    name = st.selectbox(
        "Style image",
        list(items),
        key="style",
        format_func=lambda name: items[name].caption,
        label_visibility="collapsed",
        persist_state="page",
    )
    with st.expander("The shelf"):
        _tiles(items)
    second = st.selectbox(
        "Mixed with",
        [NOTHING, *items],
        key="mixed",
        format_func=lambda name: items[name].caption if name in items else "nothing else",
        help="by AdaIN alone: Gatys' method takes the first",
        persist_state="page",
    )
    write_link("style", "mixed")
    chosen = [items[name]]
    share = 0.0
    if second != NOTHING:
        chosen.append(items[second])
        percent = st.slider(
            "Of the second", 0, 100, 50, format="%d %%", key="share", bind="query-params", persist_state="page"
        )
        share = percent / 100
    with st.container(horizontal=True, gap="small"):
        for item in chosen:
            st.image(str(SHELF / item.file), width=2 * TILE, alt=item.caption)
    for item in chosen:
        st.caption(f"{escaped(item.caption)}. {item.licence.capitalize()}; {escaped(item.source)}.")
    return Style(tuple(map(_photo, chosen)), share)


def _tiles(items: dict[str, StyleImage]) -> None:
    with st.container(horizontal=True, gap="small", height=320):
        for name, item in items.items():
            with st.container(width=TILE, gap="xxsmall"):
                st.image(str(SHELF / item.file), width="stretch", alt=item.caption)
                label = name.replace("-", " ")
                st.button(label, key=f"take_{name}", on_click=_take, args=(name,), help=item.caption, type="tertiary")


def _take(name: str) -> None:
    st.session_state["style"] = name


def _photo(item: StyleImage) -> Photo:
    return Photo(item.title, f"shelf {item.name}", item.image)
