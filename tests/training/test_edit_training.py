"""Pairs of renders: one factor changes and no other; what learns from them, and what measures edits by them."""

import json
from copy import deepcopy
from dataclasses import asdict, replace
from pathlib import Path

import lightning as L
import numpy as np
import pytest
import torch
from PIL import Image
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import default_collate

from cocktailman.errors import InputError
from cocktailman.evaluation.editing import FactorReader, Pair, errors_by_factor, measure_edits, seen_changes
from cocktailman.factors import DIRECTION, LOOK, TELLABLE, encoded_width, factors, places, values_of
from cocktailman.models.checkpoints import save_network
from cocktailman.models.pairnet.network import PairNet, PairNetConfig, _with_liquid
from cocktailman.models.pairnet.pieces import laid_on
from cocktailman.sheets import SHEETS
from tests.helpers.editors import drink
from training.datasets.pairs import JUDGED, framed_alike, pack_scenes, read_scenes, split_of
from training.flow.trainer import FlowTraining
from training.pairnet import trainer
from training.pairnet.data import PairData, PairSet
from training.pairnet.measure import pairs_of
from training.pairnet.trainer import PairNetTraining, UsualChange
from training.pairnet.widened import widened
from training.renders.changes import CHANGES, changing
from training.renders.pairs import AS_IT_IS, masks_alone, scene
from training.shared.augment_cutouts import SIDEWAYS, affine_alike, mirrored_factors

MIXED = {"clear": ("gin", "tonic"), "red": ("gin", "red_bitter", "grenadine"), "milky": ("milk", "irish_cream")}
COLOURS = ("#d07020", "#20a040", "#3050c0", "#c02060", "#e0e060")


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve scenes of drawn drinks, whose colour says which version they are, packed."""
    folder = tmp_path_factory.mktemp("scenes")
    for number in range(12):
        versions = scene(number, 4)
        for colour, name in zip(COLOURS, versions, strict=True):
            drink(48, colour).save(folder / f"{number:04d}-{name}.webp", lossless=True)
        facts = {name: asdict(each) for name, each in versions.items()}
        (folder / f"{number:04d}.json").write_text(json.dumps({"scene": number, "versions": facts}))
    out = folder / "packed.parquet"
    pack_scenes(folder, out)
    return out


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


def told(network: PairNet, *names: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Factors of one picture, of which those named are known."""
    known = torch.tensor([[float(name in names) for name in factors()]])
    return torch.linspace(-1, 1, network.config.factor_dim)[None], known


def test_each_factor_is_changed_by_its_expert_and_several_by_one_after_the_other():
    torch.manual_seed(0)
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16, experts=["ice", "garnish"])).eval()
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    image, before = torch.rand(1, 4, 32, 32), told(network, *factors())
    general, ice, garnish = (part for part, _ in network._networks(image))
    alone = PairNet(replace(network.config, experts=[])).eval()
    alone.load_state_dict({name: value for name, value in network.state_dict().items() if "experts" not in name})
    with torch.no_grad():
        for part, name in ((alone, "fill"), (ice, "ice"), (garnish, "garnish")):
            after = told(network, name)
            assert torch.allclose(network(image, before, after), part(image, before, after), atol=1e-6), name
        together = network(image, before, told(network, "garnish", "ice"))
        in_turn = garnish(ice(image, before, told(network, "ice")), before, told(network, "garnish"))
        assert torch.allclose(together, in_turn, atol=1e-6)
        asked = [torch.cat(pair) for pair in zip(told(network, "ice"), told(network, "fill"), strict=True)]
        batch = network(image.repeat(2, 1, 1, 1), (before[0].repeat(2, 1), before[1].repeat(2, 1)), tuple(asked))
        assert torch.allclose(batch[:1], ice(image, before, told(network, "ice")), atol=1e-6)
    assert general is network


def test_experts_begin_as_the_network_of_all_factors_and_it_stays_while_they_learn(packed, tmp_path):
    save_network(PairNet(PairNetConfig(size=32, patch=4, widths=[16, 16])), "pairnet", "start", "renders", tmp_path)
    training = PairNetTraining(32, 4, (16, 16), experts=["fill"], start_from=tmp_path / "start")
    before = {name: value.clone() for name, value in training.network.state_dict().items()}
    assert all(
        torch.equal(value, before[f"experts.fill.{name}"]) for name, value in before.items() if "exp" not in name
    )
    weights = {name: 0.0 for name in CHANGES if name != "fill"}
    data = PairData([packed], 32, batch_size=4, draw_weights=weights, both_changed=0.0)
    L.Trainer(max_steps=3, logger=False, enable_checkpointing=False, enable_progress_bar=False).fit(training, data)
    moved = {name for name, value in training.network.state_dict().items() if not torch.equal(value, before[name])}
    assert moved and all(name.startswith("experts.fill.") for name in moved)


def test_a_network_that_is_told_more_begins_as_the_one_before():
    """One as it was before there were places for what is new: two columns of numbers, one of what is known."""
    torch.manual_seed(0)
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16)).eval()
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    told_of, new = places()[DIRECTION], list(factors()).index(DIRECTION)
    assert new == len(factors()) - 1  # what comes later comes last
    older, as_before = network.state_dict(), deepcopy(network)  # as before, with no weight for what is new
    own = as_before.state_dict()
    for name in (f"{part}.layers.0.weight" for part in ("before", "after")):
        gone = [*range(told_of.start, told_of.stop), encoded_width() + new]
        kept = [column for column in range(encoded_width() + len(factors())) if column not in gone]
        older[name] = older[name][:, kept]
        own[name][:, gone] = 0
    older["unet.stem.weight"] = older["unet.stem.weight"][:, : 4 * 16]
    own["unet.stem.weight"][:, 4 * 16 :] = 0
    for name in ("unet.head.weight", "unet.head.bias"):
        older[name] = older[name][: 8 * 16]
        own[name][8 * 16 :] = 0
    network.load_state_dict(widened(older, network.state_dict()))
    image, numbers, known = torch.rand(1, 4, 32, 32), torch.rand(1, encoded_width()), torch.ones(1, len(factors()))
    asked = torch.zeros_like(known)
    asked[0, 0] = 1
    with torch.no_grad():
        made = network(image, (numbers, known), (numbers, asked))
        assert torch.equal(made, as_before(image, (numbers, known), (numbers, asked)))
        elsewhere = numbers.clone()
        elsewhere[0, told_of] *= -1
        assert torch.equal(network(image, (elsewhere, known), (numbers, asked)), made)  # it has not learnt what is new
        assert not torch.allclose(network(image, (numbers, known), (numbers + 1, asked)), made)  # but what it had


def test_liquids_are_painted_in_the_colours_that_their_mixture_has():
    looks = {
        name: torch.from_numpy(factors()["ingredients"].encode(items)[None, -LOOK:]) for name, items in MIXED.items()
    }
    known = torch.ones(1, 1)
    before, red, milky = (torch.cat([looks[name], known], 1) for name in ("clear", "red", "milky"))
    image = torch.full((1, 4, 2, 2), 0.6)
    image[:, 3] = 0.8
    depth, cloud = torch.zeros(1, 4, 2, 2), torch.zeros(1, 4, 2, 2)
    depth[:, 0], cloud[:, 1] = 0.5, 1.0
    assert torch.equal(_with_liquid(image, torch.zeros_like(depth), before, red), image)
    tinted = _with_liquid(image, depth, before, red)[0, :, 0, 0]
    ratio = (looks["red"][0, :3] + 1) / (looks["clear"][0, :3] + 1)
    assert torch.allclose(tinted[:3], 0.6 * ratio.clamp(max=4.4), atol=1e-3) and tinted[0] > tinted[2] + 0.1
    covered = _with_liquid(image, cloud, before, milky)[0, :, 0, 0]
    assert torch.allclose(covered[:3], 0.8 * (looks["milky"][0, 4:7] + 1) / 2, atol=1e-5) and covered[3] == 0.8
    unknown = torch.zeros_like(before)
    assert torch.equal(_with_liquid(image, depth + cloud, unknown, unknown), image)  # of no mixture nothing is poured


def test_errors_are_shares_of_what_the_same_factor_usually_changes():
    usual, differ = UsualChange(), torch.eye(len(factors()))[[0, 0, 1]]
    assert usual(torch.tensor([1.0, 3.0, 8.0]), differ).tolist() == [2.0, 2.0, 8.0]
    assert usual(torch.tensor([5.0]), differ[:1]).tolist() == [3.0]
    both = usual(torch.tensor([2.0]), differ[1:2] + differ[2:])
    assert both.tolist() == [pytest.approx((11 / 4 + 10 / 2) / 2)]  # of two factors the mean


def test_a_scene_says_where_the_garnish_sits_that_changes(tmp_path):
    number = next(number for number in range(99) if len(scene(number, 1, ["garnish"])["garnish"].garnish) > 1)
    versions = scene(number, 1, ["garnish"])
    for name in versions:
        drink(16, "#d07020").save(tmp_path / f"{number:04d}-{name}.webp")
    facts = {name: asdict(each) for name, each in versions.items()}
    (tmp_path / f"{number:04d}.json").write_text(json.dumps({"scene": number, "versions": facts}))
    pack_scenes(tmp_path, tmp_path / "packed.parquet")
    found = {each.values[DIRECTION] for each in read_scenes(tmp_path / "packed.parquet", split_of(number))[0]}
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


def test_a_pair_says_where_that_is_which_comes_or_is_put_on_anew(packed):
    scenes = read_scenes(packed, "train") + read_scenes(packed, "validation")
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


def test_a_network_learns_where_pieces_go(packed, monkeypatch):
    torch.manual_seed(0)
    logged: dict[str, list[float]] = {}
    monkeypatch.setattr(
        PairNetTraining,
        "log",
        lambda self, name, value, **options: logged.setdefault(name, []).append(float(value.detach())),
    )
    training = PairNetTraining(32, 4, (16, 16), pieces=["garnish", "glass"], learning_rate=5e-3)
    listed = PairSet(read_scenes(packed, "train"), 32, drawn=False)
    batch = default_collate([pair for pair in listed if pair[5].any()])  # type: ignore[attr-defined]
    assert batch[5].flatten(2).any(2).any(0).all()  # of both factors
    optimizer = torch.optim.AdamW(training.parameters(), 5e-3)
    for step in range(40):
        torch.manual_seed(step % 4)
        optimizer.zero_grad()
        training.training_step(batch, 0).backward()
        optimizer.step()
    for name in ("garnish", "glass"):
        first, last = (float(np.mean(logged[f"train/misplaced_{name}"][part])) for part in (slice(4), slice(-4, None)))
        assert 0 < last < 0.7 * first, (name, first, last)


@pytest.mark.parametrize("true_places", [False, True])
def test_pieces_lie_where_they_are_in_truth_only_where_that_is_asked_for(packed, monkeypatch, true_places):
    torch.manual_seed(0)
    monkeypatch.setattr(PairNetTraining, "log", lambda *args, **options: None)
    training = PairNetTraining(
        32, 4, (16, 16), pieces=["garnish", "glass"], true_places=true_places, factor_dropout=0, all_dropout=0
    )
    batch = default_collate([pair for pair in PairSet(read_scenes(packed, "train"), 32, False) if pair[5].any()])  # type: ignore[attr-defined]
    shown, made = [], training.network.made
    monkeypatch.setattr(training.network, "made", lambda *args: (shown.append(args), made(*args))[1])
    training.training_step(batch, 0)
    (image, before, after, true) = shown[0]
    if not true_places:
        assert true is None
        return
    for name, place in true.items():
        there = (batch[5][:, list(SHEETS).index(name)] > 0).flatten(1).any(1)
        put = laid_on(training.network.pieces_of(name).coming(before, after), place, image)
        assert there.any() and (put[there, 3].flatten(1).amax(1) > 0.1).all() and not put[~there].any()


def test_what_is_told_of_the_picture_before_is_all_a_part_or_what_visitors_tell():
    like, names = torch.zeros(2000, len(factors())), list(factors())

    def told_in(**options: float) -> dict[str, float]:
        known = PairNetTraining(32, 4, (16, 16), **options)._known(like)  # type: ignore[arg-type]
        return dict(zip(names, known.mean(0).tolist(), strict=True))

    assert set(told_in(factor_dropout=0, all_dropout=0).values()) == {1.0}
    assert set(told_in(factor_dropout=0, all_dropout=1).values()) == {0.0}
    torch.manual_seed(0)
    shares = told_in(factor_dropout=0.1, all_dropout=0.5, told_of_photos=0.5)
    for name, share in shares.items():
        assert share == pytest.approx(0.45 + 0.25 * (name in TELLABLE), abs=0.06), name


def test_pictures_on_which_a_glass_is_put_are_not_turned_round(packed, monkeypatch):
    """A mug has its handle to the right."""
    monkeypatch.setattr(PairNetTraining, "log", lambda *args, **options: None)
    torch.manual_seed(0)
    training = PairNetTraining(32, 4, (16, 16), pieces=["glass"])
    turned = []

    def moved(pictures, mirrored, smallest):
        turned.append(mirrored)
        return affine_alike(pictures, mirrored, smallest)

    monkeypatch.setattr(trainer, "affine_alike", moved)
    batch = default_collate([*PairSet(read_scenes(packed, "train"), 32, False)])  # type: ignore[misc]
    for _ in range(4):
        training.training_step(batch, 0)
    put_on = (batch[5][:, list(SHEETS).index("glass")] > 0).flatten(1).any(1)
    mirrored = torch.stack(turned) < 0
    assert put_on.any() and not mirrored[:, put_on].any() and mirrored[:, ~put_on].any()


def test_changes_that_nobody_would_see_are_left_out():
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16, least_change=4 / 255)).eval()
    assert network.unet.head.bias is not None
    image = torch.full((1, 4, 32, 32), 0.4)
    told = torch.rand(1, network.config.factor_dim), torch.ones(1, len(factors()))
    for added, same in ((3 / 255, True), (5 / 255, False)):
        with torch.no_grad():
            network.unet.head.bias[4 * 16 :] = added  # everywhere
        assert torch.equal(network.edited(image, told, told), image) == same


def test_pairs_come_in_one_frame_with_what_differs(packed):
    scenes = read_scenes(packed, "train")
    first, second = framed_alike(scenes[0][:2], 32)
    assert first.size == (32, 32) and first.getchannel("A") == second.getchannel("A")
    listed = PairSet(scenes, 32, drawn=False)
    before, after, _, _, differ, _ = listed[0]
    assert before.shape == (4, 32, 32) and differ.sum() == 1 and (before[:3] != after[:3]).any()
    drawn = PairSet(scenes, 32, drawn=True)
    assert all(torch.equal(a, b) for a, b in zip(drawn[(0, 5)], drawn[(0, 5)], strict=True))
    assert {int(drawn[(0, seed)][4].sum()) for seed in range(30)} == {1, 2}  # two, where both are changed ones
    with pytest.raises(InputError, match="pairs-pack"):
        read_scenes(packed.with_name("nothing.parquet"), "train")


def test_a_factor_is_drawn_as_often_as_its_weight_says(packed):
    data = PairData([packed], 32, repeats=50, draw_weights={"fill": 5.0})
    data.setup("fit")
    changed = data.train.changed
    rows = [row for row, _ in data.train_dataloader().sampler]
    fill, all_of_it = changed.count("fill"), len(changed)
    drawn = np.mean([changed[row] == "fill" for row in rows])
    assert len(rows) == 50 * all_of_it and 0 < fill < all_of_it
    assert drawn == pytest.approx(5 * fill / (all_of_it + 4 * fill), abs=0.05)
    with pytest.raises(InputError, match="no factor 'fil' to change"):
        PairData([packed], draw_weights={"fil": 2.0})
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


@pytest.mark.parametrize("kind", [PairNetTraining, FlowTraining])
def test_a_training_learns_one_batch(kind, packed, monkeypatch):
    monkeypatch.setattr(kind, "log", lambda *args, **options: None)
    torch.manual_seed(0)
    training = kind(size=32, patch=4, widths=(16, 16), learning_rate=5e-3)
    data = PairData([packed], 32, batch_size=16)
    data.setup("fit")
    batch = next(iter(data.train_dataloader()))
    batch = batch if kind is PairNetTraining else (batch[0], batch[2], batch[4])
    optimizer = torch.optim.AdamW(training.parameters(), 5e-3)
    losses = []
    for _ in range(40):
        torch.manual_seed(len(losses) % 4)
        loss = training.training_step(batch, 0)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-4:]) < 0.8 * np.mean(losses[:4])


@pytest.mark.parametrize("decay", [0.99, 0.997, 0.999])
def test_averaged_weights_still_work(decay):
    """Averages round whole numbers down: a network must keep none that it computes with."""
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16))
    averaged = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=True)
    for _ in range(3):
        averaged.update_parameters(network)
    told = torch.rand(1, network.config.factor_dim), torch.ones(1, len(factors()))
    image = torch.rand(1, 4, 32, 32)
    assert torch.allclose(averaged(image, told, told), network(image, told, told), atol=1e-5)


def test_a_discriminator_warms_up_and_learns_beside_the_network(packed, monkeypatch):
    told: dict[str, torch.Tensor] = {}
    monkeypatch.setattr(PairNetTraining, "log_dict", lambda self, logged, **options: told.update(logged))
    monkeypatch.setattr(PairNetTraining, "log", lambda *args, **options: None)
    data = PairData([packed], 32, batch_size=4)
    data.setup("fit")
    batch = next(iter(data.train_dataloader()))

    def gradient(adversarial_weight: float, step: int) -> torch.Tensor:
        torch.manual_seed(0)
        training = PairNetTraining(size=32, patch=4, widths=(8, 16), adversarial_weight=adversarial_weight, warmup=10)
        monkeypatch.setattr(PairNetTraining, "global_step", step)
        torch.manual_seed(1)
        training.training_step(batch, 0).backward()
        if adversarial_weight:
            assert all(weights.grad is not None for weights in training.projected.parameters())
        weights = training.network.unet.head.bias
        assert weights is not None and weights.grad is not None
        return weights.grad

    alone = gradient(0.0, 0)
    assert torch.allclose(gradient(1.0, 0), alone, rtol=1e-4, atol=1e-6)  # at first it says nothing yet
    assert not torch.allclose(gradient(1.0, 10), alone, rtol=0.1)
    assert told["train/adversarial"] > 0 and told["train/discriminator"] > 0


def test_copying_is_measured_as_copying_and_the_truth_as_no_error(packed):
    pairs = [pair for versions in read_scenes(packed, "test") for pair in pairs_of(versions, 32)]
    copied = errors_by_factor([pair.before for pair in pairs], pairs)["all"]
    assert copied["whole"]["value"] == copied["whole"]["copying"] > 0 and copied["better_than_copying"] == 0

    def darker(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return (first - second).mean((1, 2, 3)).abs()

    assert errors_by_factor([pair.before for pair in pairs], pairs, darker)["all"]["lpips"]["copying"] > 0
    assert errors_by_factor([pair.after for pair in pairs], pairs, darker)["all"]["lpips"]["value"] == 0
    true = errors_by_factor([pair.after for pair in pairs], pairs)["all"]
    assert true["inside"]["value"] == true["whole"]["value"] == 0 and true["better_than_copying"] == 1
    reader = FactorReader().fit([pair.before for pair in pairs], [pair.values for pair in pairs])
    seen = seen_changes(reader, [pair.after for pair in pairs], pairs)
    assert seen["edits"] == seen["truth"]
    assert seen_changes(reader, [pair.before for pair in pairs], pairs)["edits"] == {"asked": 0.0, "others": 0.0}

    def truth(pair: Pair) -> Image.Image:
        return pair.after

    found = measure_edits(truth, pairs, reader, [pair.after for pair in pairs])
    assert found["round_trip"]["value"] == 0 and max(found["nearest_training"].values()) < 0.002
