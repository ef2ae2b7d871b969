"""What changes while a training goes on: rates, weights, and what is drawn anew at each step."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor

from cocktailman.drinks import DRINKS
from cocktailman.models.classifier.network import ClassifierOutput
from training.classifier.data import NAMELESS
from training.classifier.trainer import ClassifierTraining
from training.cvae.trainer import CVAETraining
from training.shared.callbacks import SeedEachEpoch

STEPS = 100


def in_a_run(training: Any, step: int = 0) -> Any:
    """A training that believes to be at a step of a run of `STEPS`, and logs nothing."""
    training._trainer = SimpleNamespace(estimated_stepping_batches=STEPS, global_step=step)
    training.log_dict = lambda *_, **__: None
    return training


def classifier(**options: Any) -> Any:
    return ClassifierTraining("tf_efficientnet_lite0", 32, scratch=True, learning_rate=0.01, **options)


def optimized(training: Any) -> tuple[torch.optim.Optimizer, Any]:
    found = in_a_run(training).configure_optimizers()
    assert found["lr_scheduler"]["interval"] == "step"
    return found["optimizer"], found["lr_scheduler"]["scheduler"]


@pytest.mark.parametrize("kind", [lambda: CVAETraining(size=64, learning_rate=0.01), classifier])
def test_rates_fall_to_nothing_along_a_cosine(kind: Any) -> None:
    optimizer, schedule = optimized(kind())
    first, rates = [group["lr"] for group in optimizer.param_groups], []
    for _ in range(STEPS + 1):
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        schedule.step()
    assert first[0] == 0.01
    for step in (0, 25, 50, 75, 100):
        assert rates[step] == pytest.approx([rate * (1 + math.cos(math.pi * step / STEPS)) / 2 for rate in first])


def rates_by_name(training: Any) -> dict[str, float]:
    """The rate of each parameter of the network that learns."""
    names = {id(weights): name for name, weights in training.network.named_parameters()}
    groups = optimized(training)[0].param_groups
    pairs = [(names[id(weights)], group["lr"]) for group in groups for weights in group["params"]]
    assert len(dict(pairs)) == len(pairs), "each in one group"
    return dict(pairs)


def test_a_backbone_learns_at_its_own_rate_and_what_is_frozen_not_at_all() -> None:
    training = classifier(frozen_stages=2, backbone_rate=0.2)
    own, frozen = dict(training.network.named_parameters()), ("conv_stem", "bn1", "blocks.0", "blocks.1")
    expected = {name: 0.002 if name.startswith("backbone.") else 0.01 for name in own}
    learning = {name for name in own if not name.removeprefix("backbone.").startswith(frozen)}
    assert rates_by_name(training) == pytest.approx({name: expected[name] for name in learning})


@pytest.mark.parametrize("file", sorted(Path("training/configs").glob("cvae/*.yaml")), ids=lambda file: file.stem)
def test_gradients_of_a_cvae_are_clipped(file: Path) -> None:
    assert yaml.safe_load(file.read_text("utf-8"))["trainer"]["gradient_clip_val"] == 1


@pytest.mark.parametrize(("warmup", "shares"), [(40, [0, 0.25, 0.5, 1, 1]), (0, [1] * 5)])
def test_the_kl_of_a_cvae_warms_up(warmup: int, shares: list[float]) -> None:
    training: Any = CVAETraining(size=64, kl_weight=0.2, kl_warmup=warmup)
    training.network.forward = lambda *_: None
    training.losses = lambda *_: {"reconstruction": torch.tensor(3.0), "kl": torch.ones(())}
    batch = torch.rand(2, 3, 64, 64), torch.zeros(2, 63)
    losses = [float(in_a_run(training, step).training_step(batch, 0)) for step in (0, 10, 20, 40, 80)]
    assert losses == pytest.approx([3 + 0.2 * share for share in shares])


def test_a_cvae_paints_from_thinned_recipes() -> None:
    torch.manual_seed(0)
    training, given = in_a_run(CVAETraining(size=64, recipe_dropout=0.2)), []
    training.network.forward = lambda image, recipe: given.append(recipe)
    training.losses = lambda *_: {"reconstruction": torch.zeros(()), "kl": torch.zeros(())}
    training.training_step((torch.rand(100, 4, 1, 1), torch.ones(100, 63)), 0)
    [thinned] = given
    assert set(thinned.unique().tolist()) == {0, 1} and thinned.mean() == pytest.approx(0.8, abs=0.02)


def test_mixup_mixes_pictures_recipes_and_names_alike() -> None:
    torch.manual_seed(0)
    training, seen = in_a_run(classifier(mixup=1.0, smoothing=0.0)), {}

    def network(images: Tensor) -> ClassifierOutput:
        seen["image"] = images[:, 0, 0, 0]
        return ClassifierOutput(torch.zeros(4, 63), torch.zeros(4, len(DRINKS)))

    def errors(_: Any, recipe: Tensor, names: Tensor) -> dict[str, Tensor]:
        seen.update(recipe=recipe[:, 0], name=names[:, 0])
        return {"ingredients": torch.zeros(()), "drinks": torch.zeros(())}

    training.network.forward, training.errors = network, errors
    level = torch.tensor([0.0, 0, 1, 1])
    batch = level[:, None, None, None].expand(4, 3, 8, 8), level[:, None].expand(4, 63), (1 - level).long()
    shares = []
    for _ in range(50):
        training.training_step(batch, 0)
        share = float(seen["image"][2])
        torch.testing.assert_close(seen["image"], share * level + (1 - share) * level.flip(0))
        torch.testing.assert_close(seen["recipe"], seen["image"])
        torch.testing.assert_close(seen["name"], seen["image"])
        shares.append(share)
    assert min(shares) < 0.1 and max(shares) > 0.9 and 0.4 < sum(shares) / 50 < 0.6  # alpha 1: evenly between 0 and 1


def test_names_are_smoothed_over_all_drinks_and_none_is_made_up() -> None:
    training = classifier(smoothing=0.14)
    rows = training._smoothed(torch.tensor([2, NAMELESS]))
    assert rows[0].tolist() == pytest.approx([0.87 if place == 2 else 0.01 for place in range(14)])
    assert not rows[1].any()


def test_each_epoch_has_a_seed_of_its_own_and_the_same_again() -> None:
    def drawn(seed: int, epoch: int) -> float:
        SeedEachEpoch(seed).on_train_epoch_start(SimpleNamespace(current_epoch=epoch), None)  # type: ignore[arg-type]
        return float(torch.rand(()))

    assert drawn(0, 1) == drawn(0, 1)
    assert len({drawn(seed, epoch) for seed in (0, 1) for epoch in (0, 1, 2)}) == 6
