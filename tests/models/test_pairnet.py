"""The pair network by itself: experts, liquids, what hardly changes."""

from dataclasses import replace

import pytest
import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from cocktailman.factors import LOOK, factors
from cocktailman.models.pairnet.network import PairNet, PairNetConfig, _with_liquid

MIXED = {"clear": ("gin", "tonic"), "red": ("gin", "red_bitter", "grenadine"), "milky": ("milk", "irish_cream")}


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


def test_changes_that_nobody_would_see_are_left_out():
    network = PairNet(PairNetConfig(size=32, patch=4, widths=[8, 16], steer_dim=16, least_change=4 / 255)).eval()
    assert network.unet.head.bias is not None
    image = torch.full((1, 4, 32, 32), 0.4)
    told = torch.rand(1, network.config.factor_dim), torch.ones(1, len(factors()))
    for added, same in ((3 / 255, True), (5 / 255, False)):
        with torch.no_grad():
            network.unet.head.bias[4 * 16 :] = added  # everywhere
        assert torch.equal(network.edited(image, told, told), image) == same


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
