"""Scenes in several versions: one factor changes and no other; what is packed of them, and drawn."""

import json
from dataclasses import asdict

import numpy as np
import pytest
import torch

from cocktailman.errors import InputError
from cocktailman.factors import DIRECTION, factors, values_of
from cocktailman.sheets import SHEETS
from tests.helpers.editors import drink
from training.datasets.pairs import JUDGED, framed_alike, pack_scenes, read_scenes, split_of
from training.pairnet.data import PairData, PairSet
from training.pairnet.trainer import PairNetTraining
from training.renders.changes import CHANGES, changing
from training.renders.pairs import AS_IT_IS, masks_alone, scene
from training.shared.augment_cutouts import SIDEWAYS, affine_alike, mirrored_factors


def test_of_each_version_of_a_scene_one_factor_changed_and_no_other():
    for number in range(40):
        versions = scene(number, len(CHANGES))
        base = values_of(asdict(versions[AS_IT_IS]))
        assert versions == scene(number, len(CHANGES)) and len(versions) == len(CHANGES) + 1
        for name, facts in versions.items():
            values = values_of(asdict(facts))
            assert [factor for factor in factors() if values[factor] != base[factor]] == [name] * (name != AS_IT_IS)


def test_only_what_is_named_changes():
    among = changing("fill, glass,ice", 2)
    assert {name for number in range(20) for name in scene(number, 2, among)} == {AS_IT_IS, "fill", "glass", "ice"}
    assert changing("", 8) == list(CHANGES)
    for names, message in (("fill,glas", "glas: no factor"), ("fill", "2 changes of 1")):
        with pytest.raises(InputError, match=message):
            changing(names, 2)


def test_half_of_the_first_scenes_are_held_back():
    splits = [split_of(number) for number in range(2 * JUDGED)]
    assert splits[:JUDGED].count("test") == JUDGED // 2 and "test" not in splits[JUDGED:]


def test_a_scene_says_where_the_garnish_sits_that_changes(tmp_path):
    number = next(number for number in range(99) if len(scene(number, 1, ["garnish"])["garnish"].garnish) > 1)
    versions = scene(number, 1, ["garnish"])
    for name in versions:
        drink(16, "#d07020").save(tmp_path / f"{number:04d}-{name}.webp")
    facts = {name: asdict(each) for name, each in versions.items()}
    (tmp_path / f"{number:04d}.json").write_text(json.dumps({"scene": number, "versions": facts}))
    pack_scenes(tmp_path, tmp_path / "packed_scenes.parquet")
    found = {each.values[DIRECTION] for each in read_scenes(tmp_path / "packed_scenes.parquet", split_of(number))[0]}
    longest = max(versions.values(), key=lambda each: len(each.garnish))
    first = values_of(asdict(longest))[DIRECTION]
    turned = abs((found.pop() - first + 180) % 360 - 180)  # type: ignore[operator]
    assert not found and 20 < turned <= 180


def test_masks_say_where_a_glass_and_a_piece_are_that_were_not_there():
    versions = scene(4, 3, ["garnish", "glass", "light_warmth"])
    masks, _ = masks_alone(versions, 48, plain=True)
    base, other = masks[AS_IT_IS]["glass"], masks["glass"]["glass"]
    assert all((masks[name]["glass"] == base).all() for name in (AS_IT_IS, "garnish", "light_warmth"))
    assert (base != other).any() and all(0.03 < mask.mean() < 0.9 for mask in (base, other))
    assert all(("garnish" in masks[name]) == bool(each.garnish) for name, each in versions.items())


def test_a_pair_says_where_that_is_which_comes_or_is_put_on_anew(packed_scenes):
    scenes = read_scenes(packed_scenes, "train") + read_scenes(packed_scenes, "validation")
    listed = PairSet(scenes, 32, drawn=False)
    came = {"garnish": 0, "glass": 0}
    for row, name in enumerate(listed.changed):
        scene, *pair = listed.listed[row]
        before, after = (values_of(scenes[scene][place].facts) for place in pair)
        seen = dict(zip(SHEETS, listed[row][5].flatten(1).any(1).tolist(), strict=True))
        new = set(after["garnish"]) - set(before["garnish"])  # type: ignore[arg-type]
        assert (
            seen["glass"] == (name in {"glass", "fill", "ingredients"})
            and (seen["garnish"] or not new)
            and (new or not seen["garnish"])
        )
        came = {factor: number + seen[factor] for factor, number in came.items()}
    assert min(came.values()) > 0


def test_pairs_come_in_one_frame_with_what_differs(packed_scenes):
    scenes = read_scenes(packed_scenes, "train")
    first, second = framed_alike(scenes[0][:2], 32)
    assert first.size == (32, 32) and first.getchannel("A") == second.getchannel("A")
    listed = PairSet(scenes, 32, drawn=False)
    before, after, _, _, differ, _ = listed[0]
    assert before.shape == (4, 32, 32) and differ.sum() == 1 and (before[:3] != after[:3]).any()
    drawn = PairSet(scenes, 32, drawn=True)
    assert all(torch.equal(a, b) for a, b in zip(drawn[(0, 5)], drawn[(0, 5)], strict=True))
    assert {int(drawn[(0, seed)][4].sum()) for seed in range(30)} == {1, 2}  # two, where both are changed ones
    with pytest.raises(InputError, match="pairs-pack"):
        read_scenes(packed_scenes.with_name("nothing.parquet"), "train")


def test_a_factor_is_drawn_as_often_as_its_weight_says(packed_scenes):
    data = PairData([packed_scenes], 32, repeats=50, draw_weights={"fill": 5.0})
    data.setup("fit")
    changed = data.train.changed
    rows = [row for row, _ in data.train_dataloader().sampler]
    fill, all_of_it = changed.count("fill"), len(changed)
    drawn = np.mean([changed[row] == "fill" for row in rows])
    assert len(rows) == 50 * all_of_it and 0 < fill < all_of_it
    assert drawn == pytest.approx(5 * fill / (all_of_it + 4 * fill), abs=0.05)
    with pytest.raises(InputError, match="no factor 'fil' to change"):
        PairData([packed_scenes], draw_weights={"fil": 2.0})
    with pytest.raises(InputError, match="no factor 'icee' to change"):
        PairNetTraining(32, 4, (16, 16), experts=["icee"])


def test_a_mirror_turns_the_lamp_and_the_garnish_round_and_pictures_alike():
    image = torch.rand(2, 4, 8, 8)
    torch.manual_seed(0)
    one, two = affine_alike([image, image], torch.tensor([1.0, -1.0]), smallest=1.0)
    assert torch.equal(one, two)
    numbers = torch.rand(2, 200)
    turned = mirrored_factors(numbers, torch.tensor([1.0, -1.0]))
    assert torch.equal(turned[0], numbers[0]) and torch.equal(turned[1, SIDEWAYS], -numbers[1, SIDEWAYS])
    assert np.array_equal(np.delete(turned[1].numpy(), SIDEWAYS), np.delete(numbers[1].numpy(), SIDEWAYS))
