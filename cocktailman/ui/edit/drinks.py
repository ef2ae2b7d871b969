"""What is edited: a render whose factors are known, a drink that a generator paints, or a photo, cut out first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st
from PIL import Image

from cocktailman.cutouts import Matte
from cocktailman.factors import Values, values_of
from cocktailman.renders import MASKS, Renders
from cocktailman.ui.shared import cache
from cocktailman.ui.shared.cut_out import cut_out
from cocktailman.ui.shared.painted_photo import PAINTED, PaintedPhoto, choose_painted
from cocktailman.ui.shared.photo import Photo
from cocktailman.ui.shared.photo_source import photo_source, samples

PARTS = ("liquid", "garnish", "vessel")  # whose masks a render has


@dataclass(frozen=True)
class Drink:
    """A cut-out, mode RGBA, as large as what it was cut from; what is known of it; and the mattes of its parts."""

    name: str
    key: str
    picture: Image.Image
    values: Values
    parts: Mapping[str, Matte] = field(default_factory=dict)


def choose_drink(factor: str) -> Drink | None:
    """Draws the choice of a drink whose factor is to change and returns it; None where nothing is chosen yet.

    Raises `InputError` where there is no drink in what was chosen.
    """
    painted = partial(choose_painted, "painted_by", "painted", "painted_seed", transparent=True)
    photos = photo_source({PAINTED: painted}, cache.studio)
    if len(photos) > 1:
        st.caption(f"The first of {len(photos)} photos is edited.")
    return drink_of(photos[0], factor) if photos else None


def drink_of(photo: Photo, factor: str) -> Drink:
    """The drink of a photo, which may be a render; raises `InputError` where there is none."""
    if photo.render:
        return rendered(learnt_in(factor), photo.render)
    known: Values = {}
    if isinstance(photo, PaintedPhoto):
        known = {"ingredients": tuple(item for item in photo.recipe if item != "ice")}
    return Drink(photo.name, photo.key, cut_out(photo.read(), photo.name).picture, known)


def learnt_in(factor: str) -> Renders:
    """The renders in which the change of a factor shows, and was learnt: light in the bar, all else in the studio,
    whose own light drowns that of the scene."""
    return cache.renders() if factor.startswith("light_") else cache.studio()


def rendered(renders: Renders, id: str) -> Drink:
    """A render of the studio, which has its own coverage, or of the bar, cut out by its own mask."""
    row = renders.row(id)
    mask = renders.mask(row)
    picture = renders.image(row)
    if picture.mode != "RGBA":
        picture.putalpha(Image.fromarray((mask > 0).astype(np.uint8) * 255))
    parts = {part: ((mask & MASKS[part]) > 0).astype(np.float32) for part in PARTS if (mask & MASKS[part]).any()}
    return Drink(id, f"render {renders.pictures} {id}", picture, values_of(renders.facts(row)), parts)


def others_like(drink: Drink, factor: str, count: int) -> list[Drink]:
    """Renders that nothing was trained on, besides this one, each of another cocktail."""
    ids, renders = samples(cache.studio()), learnt_in(factor)
    chosen, cocktails = [], {drink.name.rpartition("-")[0]}
    for id in ids:
        cocktail = id.rpartition("-")[0]
        if cocktail not in cocktails and len(chosen) < count:
            cocktails.add(cocktail)
            chosen.append(rendered(renders, id))
    return chosen
