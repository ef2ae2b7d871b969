"""The pieces garnishes come in, by name: each maker sets its piece on a vessel at azimuth 0, towards +x."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from training.renders import garnish_citrus as citrus
from training.renders import garnish_fruit as fruit
from training.renders import garnish_mint as mint
from training.renders import garnish_rims as rims
from training.renders import garnish_toppings as toppings
from training.renders import garnish_vegetables as vegetables
from training.renders.garnish_straws import straw
from training.renders.parts import Part, Seat
from training.renders.textures import CITRUS

Maker = Callable[[Seat, float, np.random.Generator], list[Part]]  # the number scales it: 1 on a usual rocks glass

CITRUS_MAKERS = {
    "wheel": citrus.wheel,
    "half_wheel": citrus.half_wheel,
    "wedge": citrus.wedge,
    "peel": citrus.peel,
    "floating": citrus.floating,
}
MAKERS: dict[str, Maker] = {
    **{f"{kind}_{cut}": partial(make, kind) for cut, make in CITRUS_MAKERS.items() for kind in CITRUS},
    "mint_sprig": mint.mint_sprig,
    "mint_floating": mint.mint_floating,
    "cherry": fruit.cherry_on_rim,
    "cherry_floating": fruit.cherry_floating,
    "cherry_sunk": fruit.cherry_sunk,
    "olive_pick": vegetables.olive_pick,
    "strawberry": fruit.strawberry,
    "berries": fruit.berries,
    "pineapple_wedge": fruit.pineapple_wedge,
    "pineapple_leaf": fruit.pineapple_leaves,
    "celery_stalk": vegetables.celery_stalk,
    "cucumber_wheel": vegetables.cucumber_wheel,
    "cucumber_floating": vegetables.cucumber_floating,
    "cucumber_ribbon": vegetables.cucumber_ribbon,
    "salt_rim": rims.salt_rim,
    "sugar_rim": rims.sugar_rim,
    "nutmeg": toppings.nutmeg,
    "coffee_beans": toppings.coffee_beans,
    "chocolate": toppings.chocolate,
    "straw": straw,
}
