"""What learns from pairs of one scene: where it begins, what it is told, what it is judged by while it learns."""

from copy import deepcopy

import lightning as L
import numpy as np
import pytest
import torch
from torch.utils.data import default_collate

from cocktailman.factors import DIRECTION, TELLABLE, encoded_width, factors, known_at, places
from cocktailman.models.checkpoints import save_network
from cocktailman.models.pairnet.network import PairNet, PairNetConfig
from cocktailman.models.pairnet.pieces import laid_on
from cocktailman.sheets import SHEETS
from training.datasets.pairs import read_scenes
from training.flow.trainer import FlowTraining
from training.pairnet import trainer
from training.pairnet.data import PairData, PairSet
from training.pairnet.trainer import PairNetTraining, UsualChange
from training.pairnet.widened import widened
from training.renders.changes import CHANGES
from training.shared.augment_cutouts import affine_alike


def test_experts_begin_as_the_network_of_all_factors_and_it_stays_while_they_learn(packed_scenes, tmp_path):
    save_network(PairNet(PairNetConfig(size=32, patch=4, widths=[16, 16])), "pairnet", "start", "renders", tmp_path)
    training = PairNetTraining(32, 4, (16, 16), experts=["fill"], start_from=tmp_path / "start")
    before = {name: value.clone() for name, value in training.network.state_dict().items()}
    assert all(
        torch.equal(value, before[f"experts.fill.{name}"]) for name, value in before.items() if "exp" not in name
    )
    weights = {name: 0.0 for name in CHANGES if name != "fill"}
    data = PairData([packed_scenes], 32, batch_size=4, draw_weights=weights, both_changed=0.0)
    L.Trainer(max_steps=3, logger=False, enable_checkpointing=False, enable_progress_bar=False).fit(training, data)
    moved = {name for name, value in training.network.state_dict().items() if not torch.equal(value, before[name])}
    assert moved and all(name.startswith("experts.fill.") for name in moved)


def test_a_network_that_is_told_more_begins_as_the_one_before():
    """One as it was before there were places for what is new: two columns of numbers, one of what is known."""
    torch.manual_seed(0)
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16)).eval()
    for weights in network.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    told_of, new = places()[DIRECTION], known_at(DIRECTION)
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


def test_errors_are_shares_of_what_the_same_factor_usually_changes():
    usual, differ = UsualChange(), torch.eye(len(factors()))[[0, 0, 1]]
    assert usual(torch.tensor([1.0, 3.0, 8.0]), differ).tolist() == [2.0, 2.0, 8.0]
    assert usual(torch.tensor([5.0]), differ[:1]).tolist() == [3.0]
    both = usual(torch.tensor([2.0]), differ[1:2] + differ[2:])
    assert both.tolist() == [pytest.approx((11 / 4 + 10 / 2) / 2)]  # of two factors the mean


def test_a_network_learns_where_pieces_go(packed_scenes, monkeypatch):
    torch.manual_seed(0)
    logged: dict[str, list[float]] = {}
    monkeypatch.setattr(
        PairNetTraining,
        "log",
        lambda self, name, value, **options: logged.setdefault(name, []).append(float(value.detach())),
    )
    training = PairNetTraining(32, 4, (16, 16), pieces=["garnish", "glass"], learning_rate=5e-3)
    listed = PairSet(read_scenes(packed_scenes, "train"), 32, drawn=False)
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
def test_pieces_lie_where_they_are_in_truth_only_where_that_is_asked_for(packed_scenes, monkeypatch, true_places):
    torch.manual_seed(0)
    monkeypatch.setattr(PairNetTraining, "log", lambda *args, **options: None)
    training = PairNetTraining(
        32, 4, (16, 16), pieces=["garnish", "glass"], true_places=true_places, factor_dropout=0, all_dropout=0
    )
    batch = default_collate([pair for pair in PairSet(read_scenes(packed_scenes, "train"), 32, False) if pair[5].any()])  # type: ignore[attr-defined]
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


def test_pictures_on_which_a_glass_is_put_are_not_turned_round(packed_scenes, monkeypatch):
    """A mug has its handle to the right."""
    monkeypatch.setattr(PairNetTraining, "log", lambda *args, **options: None)
    torch.manual_seed(0)
    training = PairNetTraining(32, 4, (16, 16), pieces=["glass"])
    turned = []

    def moved(pictures, mirrored, smallest):
        turned.append(mirrored)
        return affine_alike(pictures, mirrored, smallest)

    monkeypatch.setattr(trainer, "affine_alike", moved)
    batch = default_collate([*PairSet(read_scenes(packed_scenes, "train"), 32, False)])  # type: ignore[misc]
    for _ in range(4):
        training.training_step(batch, 0)
    put_on = (batch[5][:, list(SHEETS).index("glass")] > 0).flatten(1).any(1)
    mirrored = torch.stack(turned) < 0
    assert put_on.any() and not mirrored[:, put_on].any() and mirrored[:, ~put_on].any()


@pytest.mark.parametrize("kind", [PairNetTraining, FlowTraining])
def test_a_training_learns_one_batch(kind, packed_scenes, monkeypatch):
    monkeypatch.setattr(kind, "log", lambda *args, **options: None)
    torch.manual_seed(0)
    training = kind(size=32, patch=4, widths=(16, 16), learning_rate=5e-3)
    data = PairData([packed_scenes], 32, batch_size=16)
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


def test_a_discriminator_warms_up_and_learns_beside_the_network(packed_scenes, monkeypatch):
    told: dict[str, torch.Tensor] = {}
    monkeypatch.setattr(PairNetTraining, "log_dict", lambda self, logged, **options: told.update(logged))
    monkeypatch.setattr(PairNetTraining, "log", lambda *args, **options: None)
    data = PairData([packed_scenes], 32, batch_size=4)
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
