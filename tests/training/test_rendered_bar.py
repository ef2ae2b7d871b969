"""The rendered bar: its shapes, drinks, factors and files; one tiny picture where Blender is."""

import json
import subprocess
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cocktailman.catalog import GLASSES, catalog
from cocktailman.errors import InputError
from cocktailman.renders import MASKS, read_renders
from training.renders import drink
from training.renders.camera import framing
from training.renders.environment import PYTHON, ROOT
from training.renders.factors import FREE, draw
from training.renders.make import jobs, picture_id, shard
from training.renders.masks import BITS, box, silhouette
from training.renders.mesh import Mesh, ball, block, tube
from training.renders.pack import UNSEEN, pack, split_of
from training.renders.picture import drink_parts, masks, one_stream, view
from training.renders.vessels import vessel

NAMES = [item.name for item in catalog().cocktails]


def volume(shape: Mesh) -> float:
    """Of a closed shape whose faces look outwards."""
    a, b, c = np.moveaxis(shape.vertices[shape.faces], 1, 0)
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def test_shapes_look_outwards_and_hold_what_they_should():
    assert volume(ball(1.0, 64)) == pytest.approx(4 / 3 * np.pi, rel=0.01)
    assert volume(block((1, 2, 3), power=30, steps=16)) == pytest.approx(6, rel=0.05)
    assert volume(tube([(0, 0, 0), (0, 0, 1), (0, 0, 2)], 0.5, 64)) == pytest.approx(np.pi / 2, rel=0.01)


@pytest.mark.parametrize("glass", GLASSES)
def test_every_vessel_has_a_wall_with_two_sides_and_holds_a_drink(glass):
    made = vessel(glass)
    assert volume(made.part().shape) > 0
    assert made.part().shape.vertices[:, 2].min() == pytest.approx(0, abs=0.06)  # it stands on the table
    assert 0.05 < made.wall < 0.5  # cm
    (liquid,) = drink.liquid_parts([drink.Layer(0, 1, drink.mixture({"gin": 1}))], made, 0.8)
    millilitres = volume(liquid.shape)
    assert 10 < millilitres < 700
    for x, y, z in liquid.shape.vertices:
        assert np.hypot(x, y) <= made.inner_radius(min(z, made.rim_height)) + 2 * drink.OVERLAP


def test_liquids_are_clear_or_cloudy_and_of_the_colour_of_what_they_are_made_of():
    gin, orange = drink.mixture({"gin": 5}), drink.mixture({"orange_juice": 10})
    assert gin.cloud == 0 and max(gin.absorption) < 0.1
    assert orange.cloud > 0.9 and orange.colour[0] > orange.colour[1] > orange.colour[2]
    milky = drink.mixture({"coffee_liqueur": 3, "cream": 3})
    assert milky.cloud > 0.9 and sum(milky.colour) < sum(drink.mixture({"cream": 3}).colour)


def test_layered_drinks_are_layered_by_weight():
    rng = np.random.default_rng(0)
    stack = drink.layers(catalog().cocktail("B-52").recipe, rng)
    assert [round(layer.look.cloud) for layer in stack] == [0, 1, 0]  # coffee liqueur, cream, orange liqueur
    assert len(drink.layers(catalog().cocktail("Negroni").recipe, rng)) == 1
    sunrise = drink.layers(catalog().cocktail("Tequila Sunrise").recipe, rng)
    assert sunrise[0].look.colour[1] < sunrise[-1].look.colour[1]  # redder below


def test_a_camera_frames_what_it_looks_at():
    corners = np.array([(x, y, z) for x in (-4, 4) for y in (-4, 4) for z in (0, 20)], float)
    near = framing(corners, 15, 20, 4, 1.0)
    seen = near.project(corners)
    assert seen.min() >= 0 and seen.max() <= 1 and np.ptp(seen, axis=0).max() > 0.9
    assert near.project(np.array([[0.0, 0.0, 10.0]])) == pytest.approx(np.array([[0.5, 0.5]]))


def test_a_silhouette_is_the_projected_outline():
    camera = framing(ball(3.0).vertices, 0, 0, 0, 1.0)
    mask = silhouette([ball(3.0, 96)], camera, 128)
    across = box(mask)[2] - box(mask)[0]
    assert mask.mean() == pytest.approx(np.pi / 4 * across**2, rel=0.02)
    assert box(np.zeros((8, 8), bool)) == (0, 0, 0, 0)


def test_masks_of_a_picture_agree_with_each_other():
    factors = draw("Negroni", 3)
    glass = vessel(factors.glass)
    parts = drink_parts(factors, glass, one_stream(factors.seed))
    found = masks(parts, glass, view(factors, parts), 96)
    within = {name: (found & bit) > 0 for name, bit in BITS.items()}
    assert BITS == MASKS
    assert within["liquid"].sum() > 50 and not (within["liquid"] & ~within["vessel"]).any()


@given(st.sampled_from([*NAMES, FREE]), st.integers(0, 10**6))
def test_factors_depend_on_cocktail_and_index_alone(cocktail, index):
    first, again = draw(cocktail, index), draw(cocktail, index)
    assert first == again
    assert first.recipe == (catalog().recipe(first.recipe) if cocktail == FREE else catalog().cocktail(cocktail).recipe)
    assert (first.ice == "none") == ("ice" not in first.recipe)


def test_factors_are_drawn_independently_of_each_other():
    drawn = [draw("Mojito", index) for index in range(600)]
    names = ["fill", "garnish_azimuth", "camera_azimuth", "camera_elevation", "camera_distance", "light_warmth"]
    table = np.array([[getattr(item, name) for name in names] for item in drawn])
    assert np.abs(np.corrcoef(table.T) - np.eye(len(names))).max() < 0.15


def test_shards_share_the_work_and_every_start_of_it_is_fair():
    work = jobs(per_cocktail=3, free=40)
    assert len(set(work)) == len(work) == 3 * len(NAMES) + 40
    assert sorted(shard(work, "1/3") + shard(work, "2/3") + shard(work, "3/3")) == sorted(work)
    assert {cocktail for cocktail, _ in work[: len(NAMES)]} == set(NAMES)
    assert len({picture_id(*job) for job in work}) == len(work)
    assert picture_id("Dark 'n' Stormy", 7) == "dark-n-stormy-007"
    for wrong in ("0/4", "5/4", "4", "a/b"):
        with pytest.raises(InputError, match="like 1/4"):
            shard(work, wrong)


def _pretend(folder, cocktail, index):
    """What `make` would write, with a picture of noise."""
    factors, name = draw(cocktail, index), picture_id(cocktail, index)
    noise = np.random.default_rng(index).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    mask = np.full((16, 16), index % 8, np.uint8)
    Image.fromarray(noise).save(folder / f"{name}.webp")
    Image.fromarray(np.repeat(mask[..., None], 3, 2)).save(folder / f"{name}.mask.webp", lossless=True)
    facts = {"id": name} | asdict(factors) | {"box": [0.1, 0.2, 0.3, 0.4], "size": 16, "samples": 1, "seconds": 0.5}
    (folder / f"{name}.json").write_text(json.dumps(facts))


def test_packed_renders_are_read_back(tmp_path):
    (tmp_path / "loose").mkdir()
    for name in NAMES:
        for index in (0, 8, 9):
            _pretend(tmp_path / "loose", name, index)
    pack(tmp_path / "loose", tmp_path / "packed")
    renders = read_renders(tmp_path / "packed")
    row = renders.row("negroni-009")
    assert renders.facts(row)["split"] == "unseen" and renders.facts(row)["ingredients"].split()[0] == "gin"
    assert (renders.mask(row) == 1).all() and renders.image(row).size == (16, 16)
    assert renders.facts(renders.row("mojito-008"))["split"] == "validation"
    with pytest.raises(InputError, match="holds no picture"):
        pack(tmp_path, tmp_path / "packed")


def test_unseen_recipes_are_made_of_what_is_seen():
    seen = {item for name in NAMES if name not in UNSEEN for item in catalog().cocktail(name).recipe}
    assert all(set(catalog().cocktail(name).recipe) <= seen for name in UNSEEN)
    assert [split_of("Mojito", index) for index in (0, 7, 8, 9, 10)] == [
        "train",
        "train",
        "validation",
        "test",
        "train",
    ]


@pytest.mark.skipif(not PYTHON.exists(), reason="Blender is not here: make its environment with `make .venv-renders`")
def test_a_picture_is_rendered_the_same_twice(tmp_path):
    for folder in ("one", "two"):
        asked = "--size 32 --per-cocktail 1 --free 0 --shard 1/37 --samples 2 --threads 1"
        command = f"{PYTHON} -m training.renders renders {asked}"
        done = subprocess.run(
            [*command.split(), "--out", str(tmp_path / folder)], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    first, second = (np.asarray(Image.open(tmp_path / folder / "alexander-000.webp")) for folder in ("one", "two"))
    assert first.shape == (32, 32, 3) and first.std() > 5
    assert (first == second).all()
    facts = json.loads((tmp_path / "one" / "alexander-000.json").read_text())
    x1, y1, x2, y2 = facts["box"]
    assert 0 <= x1 < x2 <= 1 and 0 <= y1 < y2 <= 1
