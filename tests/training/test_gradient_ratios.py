"""Losses weighed by their gradients: each has its ratio to the first, whatever its scale."""

import torch

from training.shared.gradient_ratios import MEMORY, WEIGHED_EVERY, GradientRatios


def losses_of(pixels: torch.Tensor, scale: float) -> dict[str, torch.Tensor]:
    return {"first": pixels[0].square(), "second": scale * pixels[1]}


def test_a_loss_pulls_as_hard_as_its_ratio_says_whatever_its_scale():
    pixels = torch.tensor([1.0, 5.0], requires_grad=True)
    for scale in (0.01, 700.0):
        gradient = GradientRatios({"second": 0.5}).gradient(losses_of(pixels, scale), pixels, step=0)
        assert torch.allclose(gradient, torch.tensor([2.0, 0.5 * 2.0]))


def test_all_but_the_first_warm_up_and_the_last_may_be_missing():
    pixels = torch.tensor([1.0, 5.0], requires_grad=True)
    ratios = GradientRatios({"second": 1.0, "third": 1.0})
    assert torch.equal(ratios.gradient(losses_of(pixels, 3.0), pixels, 0, warm=0.0), torch.tensor([2.0, 0.0]))
    assert torch.allclose(ratios.gradient(losses_of(pixels, 3.0), pixels, 1, warm=0.25), torch.tensor([2.0, 0.5]))


def test_norms_are_measured_now_and_then_and_remembered_in_part():
    pixels = torch.tensor([1.0, 5.0], requires_grad=True)
    ratios = GradientRatios({"second": 1.0})
    ratios.gradient(losses_of(pixels, 1.0), pixels, 0)
    ratios.gradient(losses_of(pixels, 9.0), pixels, 1)
    assert ratios.norms.tolist() == [2.0, 1.0]
    ratios.gradient(losses_of(pixels, 9.0), pixels, WEIGHED_EVERY)
    assert ratios.norms[1] == MEMORY * 1.0 + (1 - MEMORY) * 9.0
