"""Losses weighed by their gradients: each has its ratio to the first, whatever its scale."""

import pytest
import torch

from training.shared.gradient_ratios import GradientRatios


def test_the_gradient_of_each_loss_has_its_ratio_to_that_of_the_reconstruction() -> None:
    pixels = torch.zeros(2, 4, 8, 8, requires_grad=True)
    first, second = torch.randn(2, 2, 4, 8, 8)
    losses = {"reconstruction": (pixels * first).sum(), "adversarial": 100 * (pixels * second).sum()}
    gradient = GradientRatios({"adversarial": 3.0}).gradient(losses, pixels, step=0)
    torch.testing.assert_close(gradient, first + 3 * first.norm() / second.norm() * second)


def test_adaptive_weights_follow_slowly() -> None:
    ratios = GradientRatios({})
    pixels = torch.zeros(1, 4, 2, 2, requires_grad=True)
    for step, scale in enumerate([1.0, *[5.0] * 31, 2.0]):  # measured at steps 0 and 32 alone
        ratios.gradient({"reconstruction": scale * pixels.sum()}, pixels, step)
    assert float(ratios.norms[0]) == pytest.approx(4 * (0.5 + 0.5 * 2))


@pytest.mark.parametrize("warm", [0.0, 0.25, 1.0])
def test_all_but_the_first_warm_up_and_the_last_may_be_missing(warm: float) -> None:
    ratios = GradientRatios({"adversarial": 2.0, "contrast": 1.0})
    pixels = torch.zeros(1, 4, 2, 2, requires_grad=True)
    losses = {"reconstruction": pixels.sum(), "adversarial": 7 * pixels.sum()}
    gradient = ratios.gradient(losses, pixels, 0, warm)
    torch.testing.assert_close(gradient, torch.full_like(gradient, 1 + 2 * warm))
