"""The C-IDVAE's trainer: whom losses move, how they are balanced, and what happens over time."""

import math
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.losses.relativistic import RelativisticLoss
from training.cidvae.trainer import CIDVAETraining


@pytest.fixture(scope="module")
def training() -> CIDVAETraining:
    torch.manual_seed(0)
    return CIDVAETraining(size=64, warmup=0, penalty=3.0, penalty_interval=8)


def test_the_relativistic_loss_is_the_log_sigmoid_of_the_relativistic_logit() -> None:
    better, worse = torch.randn(5, 3), torch.randn(5, 3)
    loss = RelativisticLoss()
    torch.testing.assert_close(loss(better, worse), -F.logsigmoid(better - worse).mean())
    assert loss(better + 100, worse) < 1e-6 < loss(worse, better + 100)


def test_penalties_stand_for_all_steps_of_their_interval(training: CIDVAETraining) -> None:
    image, sampled, recipe = torch.rand(2, 4, 64, 64), torch.rand(2, 4, 64, 64), torch.zeros(2, 63)
    squares = []
    for part in (image.clone().requires_grad_(), sampled.clone().requires_grad_()):
        (gradient,) = torch.autograd.grad(training.network.encoder(part, recipe).logit.sum(), part)
        squares.append(gradient.square().flatten(1).sum(1).mean())
    torch.testing.assert_close(training._penalties(image, sampled, recipe), 3.0 / 2 * 8 * sum(squares))


@pytest.fixture
def stepping(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A training whose steps are plain ones of gradient descent, and whose log is kept in `logged`."""
    torch.manual_seed(0)
    training: Any = CIDVAETraining(size=64, warmup=0)
    parts = list(training.network.encoder.parameters()), list(training.network.decoder.parameters())
    optimizers = [torch.optim.SGD(part, 1.0) for part in parts]
    training.optimizers = lambda: optimizers
    training.lr_schedulers = lambda: [torch.optim.lr_scheduler.ConstantLR(part) for part in optimizers]
    training.manual_backward, training.clip_gradients = (lambda loss: loss.backward()), (lambda *_, **__: None)
    training.logged = {}
    training.log_dict = lambda values, **_: training.logged.update(values)
    return training


_DRAWN = torch.Generator().manual_seed(0)  # whatever ran before
BATCH = torch.rand(4, 4, 64, 64, generator=_DRAWN), (torch.rand(4, 63, generator=_DRAWN) < 0.1).float()


def test_one_step_moves_both_halves_and_nothing_that_is_frozen(stepping: Any) -> None:
    frozen = {name: value.clone() for name, value in stepping._frozen["features"].state_dict().items()}
    before = {name: value.clone() for name, value in stepping.network.named_parameters()}
    stepping.training_step(BATCH, 0)
    moved = {
        name.split(".")[0]
        for name, value in stepping.network.named_parameters()
        if not torch.equal(value, before[name])
    }
    assert moved == {"encoder", "decoder"}
    assert all(torch.equal(value, frozen[name]) for name, value in stepping._frozen["features"].state_dict().items())
    assert all(value.isfinite().all() for value in stepping.network.state_dict().values())


@pytest.mark.parametrize(("step", "share"), [(0, 0.0), (50, 0.25), (200, 1.0), (500, 1.0)])
def test_the_generators_losses_warm_up(stepping: Any, step: int, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    stepping.warmup = 200
    monkeypatch.setattr(CIDVAETraining, "steps", step)
    told = []

    def gradient(losses: dict[str, Tensor], pixels: Tensor, step: int, warm: float) -> Tensor:
        told.append((step, warm))
        return torch.zeros_like(pixels)

    monkeypatch.setattr(stepping.ratios, "gradient", gradient)
    stepping.training_step(BATCH, 0)
    assert told == [(step, share)]


@pytest.mark.parametrize("contrast", [0.0, 1.0])
def test_rebuilt_and_sampled_drinks_are_both_judged_by_both_discriminators(
    stepping: Any, monkeypatch: pytest.MonkeyPatch, contrast: float
) -> None:
    reached, stepping.ratios.ratio["contrast"] = {}, contrast

    def pixel_gradient(losses: dict[str, Tensor], pixels: Tensor, step: int, warm: float) -> Tensor:
        for name, loss in losses.items():
            (gradient,) = torch.autograd.grad(loss, pixels, retain_graph=True)
            reached[name] = gradient.flatten(1).any(1).tolist()
        return torch.zeros_like(pixels)

    monkeypatch.setattr(stepping.ratios, "gradient", pixel_gradient)
    stepping.training_step(BATCH, 0)
    rebuilt, sampled = [True] * 4 + [False] * 4, [False] * 4 + [True] * 4
    some = [True, True, False, False, False, False, True, True]
    assert reached == {
        "reconstruction": rebuilt,
        "perceptual": rebuilt,
        "adversarial": some,
        "projected": [True] * 8,
        "moments": sampled,
        "regression": some,
        **({"contrast": [True] * 8} if contrast else {}),
    }
    learnt = [weights.grad is not None and bool(weights.grad.any()) for weights in stepping.contrast.parameters()]
    assert any(learnt) == bool(contrast)


@pytest.mark.parametrize("told", [True, False])
def test_factors_that_a_batch_tells_are_read_into_the_first_numbers(stepping: Any, told: bool) -> None:
    image, recipe = BATCH
    scores, stepping.factor_weight = torch.full((4, 2), 3.0), 0.1

    def error() -> float:
        return F.mse_loss(stepping.network.encoder(image, recipe).mean[:, :2], scores).item()

    before = error()
    stepping.training_step((image, recipe, scores) if told else BATCH, 0)
    assert ("train/factors" in stepping.logged) == told
    change = error() / before
    assert change < 0.9 if told else change >= 0.99


def test_recipes_are_read_from_what_is_painted_as_they_are_read_from_photos() -> None:
    torch.manual_seed(0)
    training = CIDVAETraining(size=64)
    recipe = torch.eye(63)[[0, 1, 2, 2]]  # two drinks of one recipe
    maps = [torch.randn(4, width, 3, 3) for width in training._frozen["features"].widths[1:]]
    optimizer = torch.optim.Adam(training.contrast.parameters(), 1e-2)
    for _ in range(100):
        optimizer.zero_grad()
        training.contrast(maps, recipe).backward()
        optimizer.step()
    least = math.log(2) / 2  # of two that share a recipe each stands for half
    assert least < training.contrast(maps, recipe) < least + 0.1
    assert training.contrast(maps, recipe.roll(1, 0)) > 1


def test_the_discriminator_learns_which_recipe_a_photo_has() -> None:
    torch.manual_seed(0)
    training = CIDVAETraining(size=64)
    recipe = torch.eye(63)[:4]
    maps = [torch.randn(4, width, 3, 3) for width in training._frozen["features"].widths[1:]]
    optimizer = torch.optim.Adam(training.projected.parameters(), 1e-2)
    for _ in range(30):
        optimizer.zero_grad()
        training._discriminate(maps, [part.repeat(2, 1, 1, 1) for part in maps], recipe).backward()
        optimizer.step()
    assert (training.projected(maps, recipe) > training.projected(maps, recipe.roll(1, 0))).all()


def test_the_projected_discriminator_has_a_learning_rate_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    training = CIDVAETraining(size=64, learning_rate=3e-4, projected_learning_rate=1e-4)
    training._trainer = Mock(estimated_stepping_batches=40)
    (encoder, decoder), schedules = training.configure_optimizers()
    assert [group["lr"] for group in encoder.param_groups + decoder.param_groups] == [3e-4, 1e-4, 3e-4]
    for _ in range(20):
        encoder.step()
        schedules[0].step()
    assert [group["lr"] for group in encoder.param_groups] == pytest.approx([1.5e-4, 0.5e-4])  # half a cosine
