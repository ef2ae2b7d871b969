"""The C-IDVAE's trainer: whom losses move, how they are balanced, and what happens over time."""

from typing import Any

import pytest
import torch
from torch.nn import functional as F

from cocktailman.losses.relativistic import RelativisticLoss
from training.cidvae.trainer import CIDVAETraining


@pytest.fixture(scope="module")
def training() -> CIDVAETraining:
    torch.manual_seed(0)
    return CIDVAETraining(size=64, warmup=0, perceptual_weight=0, penalty=3.0, penalty_interval=8)


def test_the_relativistic_loss_is_the_log_sigmoid_of_the_lead() -> None:
    better, worse = torch.randn(5, 3), torch.randn(5, 3)
    loss = RelativisticLoss()
    torch.testing.assert_close(loss(better, worse), -F.logsigmoid(better - worse).mean())
    assert loss(better + 100, worse) < 1e-6 < loss(worse, better + 100)


def test_each_loss_pulls_at_pixels_so_many_times_as_hard_as_the_reconstruction(training: CIDVAETraining) -> None:
    training.norms.zero_()
    pixels = torch.zeros(2, 4, 8, 8, requires_grad=True)
    first, second = torch.randn(2, 2, 4, 8, 8)
    training.ratio = {"adversarial": 3.0}
    pull = training._pixel_gradient(
        {"reconstruction": (pixels * first).sum(), "adversarial": 100 * (pixels * second).sum()}, pixels
    )
    torch.testing.assert_close(pull, first + 3 * first.norm() / second.norm() * second)


def test_adaptive_weights_follow_slowly(training: CIDVAETraining, monkeypatch: pytest.MonkeyPatch) -> None:
    training.norms.zero_()
    pixels = torch.zeros(1, 4, 2, 2, requires_grad=True)
    for step, scale in enumerate([1.0, *[5.0] * 7, 2.0]):  # measured at steps 0 and 8 alone
        monkeypatch.setattr(CIDVAETraining, "steps", step)
        training._pixel_gradient({"reconstruction": scale * pixels.sum()}, pixels)
    assert float(training.norms[0]) == pytest.approx(4 * (0.7 + 0.3 * 2))


@pytest.mark.parametrize(("step", "share"), [(0, 0.0), (50, 0.25), (200, 1.0), (500, 1.0)])
def test_the_generators_losses_warm_up(step: int, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    training: Any = CIDVAETraining(size=64, warmup=200, perceptual_weight=0)
    monkeypatch.setattr(CIDVAETraining, "steps", step)
    training.norms[:2] = 4  # as measured before
    training.ratio = {"adversarial": 2.0}
    pixels = torch.zeros(1, 4, 2, 2, requires_grad=True)
    pull = training._pixel_gradient({"reconstruction": pixels.sum(), "adversarial": pixels.sum()}, pixels)
    torch.testing.assert_close(pull, torch.full_like(pull, 1 + 2 * share))


def test_penalties_stand_for_all_steps_of_their_interval(training: CIDVAETraining) -> None:
    image, sampled, recipe = torch.rand(2, 4, 64, 64), torch.rand(2, 4, 64, 64), torch.zeros(2, 63)
    squares = []
    for part in (image.clone().requires_grad_(), sampled.clone().requires_grad_()):
        (gradient,) = torch.autograd.grad(training.network.encoder(part, recipe).logit.sum(), part)
        squares.append(gradient.square().flatten(1).sum(1).mean())
    torch.testing.assert_close(training._penalties(image, sampled, recipe), 3.0 / 2 * 8 * sum(squares))


def test_one_step_moves_both_halves_and_nothing_that_is_frozen() -> None:
    torch.manual_seed(0)
    training: Any = CIDVAETraining(size=64, warmup=0)
    frozen = {name: value.clone() for name, value in training._frozen["features"].state_dict().items()}
    before = {name: value.clone() for name, value in training.network.named_parameters()}
    parts = list(training.network.encoder.parameters()), list(training.network.decoder.parameters())
    optimizers = [torch.optim.SGD(part, 1.0) for part in parts]
    training.optimizers = lambda: optimizers
    training.lr_schedulers = lambda: [torch.optim.lr_scheduler.ConstantLR(part) for part in optimizers]
    training.manual_backward, training.clip_gradients = (lambda loss: loss.backward()), (lambda *_, **__: None)
    training.log_dict = lambda *_, **__: None
    training.training_step((torch.rand(2, 4, 64, 64), (torch.rand(2, 63) < 0.1).float()), 0)
    moved = {
        name.split(".")[0]
        for name, value in training.network.named_parameters()
        if not torch.equal(value, before[name])
    }
    assert moved == {"encoder", "decoder"}
    assert all(torch.equal(value, frozen[name]) for name, value in training._frozen["features"].state_dict().items())
    assert all(value.isfinite().all() for value in training.network.state_dict().values())
