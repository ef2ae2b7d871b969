from dataclasses import replace

import pytest
import torch
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from cocktailman.losses.kl import KLDivergence
from cocktailman.losses.warmup import linear_warmup
from cocktailman.models.blocks import UpsamplingConv, doubled, grow, without_grid
from cocktailman.models.cvae.network import CVAE, CVAEConfig
from tests.helpers.networks import recipes


@pytest.mark.parametrize("style_dim", [4, 6, 8])
@pytest.mark.parametrize("size", [64, 128, 256, 512])
@torch.no_grad()
def test_shapes_and_ranges(size: int, style_dim: int) -> None:
    network = CVAE(CVAEConfig(style_dim=style_dim, size=size)).eval()
    output = network(torch.rand(2, 3, size, size), recipes(2))
    assert output.image.shape == (2, 3, size, size)
    assert {part.shape for part in (output.mean, output.log_variance, output.style)} == {(2, style_dim)}
    extreme = network.decoder(1e4 * torch.randn(2, style_dim), recipes(2))
    for image in (output.image, extreme):
        assert image.min() >= 0 and image.max() <= 1


@torch.no_grad()
def test_residuals_and_mapping_are_silent_at_first() -> None:
    torch.manual_seed(0)
    decoder = CVAE(CVAEConfig(size=64)).eval().decoder
    style, before = torch.randn(3, 6), decoder(torch.zeros(3, 6), recipes(3))
    painted = decoder(style, recipes(3))
    for name, weights in decoder.named_parameters():
        if name.startswith(("mapping.layers", "film")) and "gain" not in name:
            weights.add_(1.0)
    torch.testing.assert_close(decoder(style, recipes(3)), painted)
    assert not torch.allclose(before, painted, atol=1e-4)


def test_doubling_keeps_means_and_slopes() -> None:
    maps = torch.randn(2, 4, 5, 7)
    torch.testing.assert_close(F.avg_pool2d(doubled(maps), 2), maps)
    down, across = torch.meshgrid(torch.arange(6.0), torch.arange(8.0), indexing="ij")
    slopes = (3 * down - across)[None, None]
    inside = slice(2, -2)  # at the rim, where a neighbour is missing, a slope is half as steep
    linear = F.interpolate(slopes, scale_factor=2, mode="bilinear")
    torch.testing.assert_close(doubled(slopes)[..., inside, inside], linear[..., inside, inside])


@pytest.mark.parametrize("waves", [1, 4, 8, 16])  # along 32 pixels: from slow to a change at each pixel
def test_a_low_pass_leaves_of_a_wave_what_it_says(waves: int) -> None:
    angle = torch.tensor(2 * torch.pi * waves / 32)
    wave = torch.cos(angle * torch.arange(32.0)).expand(1, 3, 5, 32)
    inside = slice(2, -2)  # at the rim pixels are repeated
    left = wave * (1 - torch.sin(angle / 2) ** 4)
    torch.testing.assert_close(without_grid(wave)[..., inside], left[..., inside], atol=1e-5, rtol=0)
    down = wave.transpose(2, 3)
    torch.testing.assert_close(without_grid(down)[:, :, inside], left.transpose(2, 3)[:, :, inside], atol=1e-5, rtol=0)


@torch.no_grad()
def test_a_decoder_with_a_low_pass_paints_smoother_maps() -> None:
    torch.manual_seed(0)
    plain = CVAE(CVAEConfig(size=128, base_size=64)).eval().decoder
    smooth = CVAE(CVAEConfig(size=128, base_size=64, low_pass=[64])).eval().decoder
    smooth.load_state_dict(plain.state_dict())  # no weights of its own
    maps: list[torch.Tensor] = []
    smooth.up["128"].register_forward_pre_hook(lambda _, given: maps.append(given[0]))
    plain.up["128"].register_forward_pre_hook(lambda _, given: maps.append(given[0]))
    for decoder in (plain, smooth):
        decoder(torch.randn(2, 6, generator=torch.Generator().manual_seed(1)), recipes(2))
    torch.testing.assert_close(maps[1], without_grid(maps[0]))  # the residual there adds nothing at first
    both = CVAE(CVAEConfig(size=128, base_size=64, low_pass=[32, 64])).eval().decoder
    both.load_state_dict(plain.state_dict())
    seen: list[torch.Tensor] = []
    both.up["32"].register_forward_hook(lambda *call: seen.append(call[2]))
    both.up["64"].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    both(torch.randn(1, 6), recipes(1))
    torch.testing.assert_close(seen[1], without_grid(seen[0]))
    assert CVAEConfig(size=128, low_pass=64).low_pass == [64]  # type: ignore[arg-type]  # as an older checkpoint says it
    with pytest.raises(ValueError, match="low_pass"):
        CVAEConfig(size=64, low_pass=[128])


@torch.no_grad()
def test_a_network_grown_to_twice_the_size_starts_as_the_one_before(network: CVAE) -> None:
    grown = CVAE(replace(network.config, size=128, base_size=64)).eval()
    left = grow(grown, network.state_dict())
    assert {".".join(name.split(".")[:3]) for name in left} == {"decoder.up.128", "decoder.to_rgb.128"}
    style, image, recipe = torch.randn(3, 6), torch.rand(2, 3, 128, 128), recipes(2)
    logits, twice = (torch.logit(part.decoder(style, recipes(3))) for part in (network, grown))
    torch.testing.assert_close(twice, doubled(logits), atol=1e-3, rtol=1e-3)
    read = grown.encode(image, recipe), network.encode(F.avg_pool2d(image, 2), recipe)
    for ours, theirs in zip(*read, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@torch.no_grad()
def test_styles_are_drawn_from_the_posterior(network: CVAE) -> None:
    image = torch.rand(1, 3, 64, 64)
    mean, log_variance = network.encode(image, recipes(1))
    torch.manual_seed(0)
    style = network(image.expand(128, -1, -1, -1), recipes(1).expand(128, -1)).style
    scaled = (style - mean) / torch.exp(log_variance / 2)
    torch.testing.assert_close(scaled.mean(0), torch.zeros(6), atol=0.3, rtol=0)
    torch.testing.assert_close(scaled.std(0), torch.ones(6), atol=0.2, rtol=0)


def test_every_weight_learns_once_none_is_silent() -> None:
    network = CVAE(CVAEConfig(size=128, base_size=64))
    optimizer = torch.optim.SGD(network.parameters(), 1e-2)
    image = torch.rand(2, 3, 128, 128)
    for _ in range(2):
        optimizer.zero_grad()
        output = network(image, torch.ones(2, 63))
        (F.mse_loss(output.image, image) + KLDivergence()(output.mean, output.log_variance)).backward()
        optimizer.step()
    still = [name for name, weights in network.named_parameters() if weights.grad is None or not weights.grad.any()]
    assert still == []


def test_a_larger_network_grows_from_a_smaller_one(network: CVAE) -> None:
    larger = CVAE(replace(network.config, size=128))
    before = {name: weights.clone() for name, weights in larger.state_dict().items()}
    left = grow(larger, network.state_dict())
    assert {name.rsplit(".", 1)[0] for name in left} == {
        "encoder.from_rgb.128",
        *(f"encoder.down.128.{number}.{layer}" for number in (0, 1) for layer in (0, 1)),
        "decoder.up.128.0",
        "decoder.up.128.1",
        "decoder.to_rgb.128",
    }
    for name, weights in larger.state_dict().items():
        assert torch.equal(weights, before[name] if name in left else network.state_dict()[name]), name
    assert grow(CVAE(network.config), network.state_dict()) == []


def test_kl_of_the_prior_is_zero_and_else_the_closed_form() -> None:
    torch.manual_seed(0)
    assert KLDivergence()(torch.zeros(5, 6), torch.zeros(5, 6)) == 0
    mean, log_variance = torch.randn(5, 6), torch.randn(5, 6)
    expected = kl_divergence(Normal(mean, torch.exp(log_variance / 2)), Normal(0.0, 1.0))  # (5, 6)
    torch.testing.assert_close(KLDivergence.per_dimension(mean, log_variance), expected.mean(0))
    torch.testing.assert_close(KLDivergence()(mean, log_variance), expected.sum(1).mean())


def test_kl_tells_the_collapsed_dimensions() -> None:
    torch.manual_seed(0)
    mean, log_variance = torch.randn(64, 6), torch.full((64, 6), -3.0)
    mean[:, 2], log_variance[:, 2] = 0.01, 0.02
    collapsed = KLDivergence.per_dimension(mean, log_variance) < 0.01
    assert collapsed.nonzero().flatten().tolist() == [2]


def test_warmup() -> None:
    assert [linear_warmup(step, 4) for step in (0, 1, 4, 100)] == [0, 0.25, 1, 1]
    assert linear_warmup(0, 0) == 1


def test_impossible_networks_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^size is 100 px: choose one of 64, 128, 256, 512$"):
        CVAEConfig(size=100)
    with pytest.raises(ValueError, match=r"^style_dim is 0: a style needs at least one number$"):
        CVAEConfig(style_dim=0)


def test_a_doubling_is_pixels_repeated_and_convolved():
    torch.manual_seed(0)
    layer, maps = UpsamplingConv(5, 3), torch.rand(2, 5, 6, 4)
    expected = F.conv2d(F.interpolate(maps, scale_factor=2, mode="nearest"), layer.weight, padding=1)
    torch.testing.assert_close(layer(maps), expected)


@torch.no_grad()
def test_noise_is_of_training_alone() -> None:
    torch.manual_seed(0)
    plain, noisy = (CVAE(CVAEConfig(noise=noise)).decoder for noise in ([], [32, 64]))
    assert sorted(grow(noisy, plain.state_dict())) == [f"film.{side}.noise.strength" for side in (32, 64)]
    styles, asked = torch.randn(1, 6).expand(2, -1), recipes(1).expand(2, -1)
    for decoder in (plain, noisy):
        for block in decoder.film.values():
            block.gain.fill_(1)  # type: ignore[operator]  # as a residual has it that has learnt
        decoder.eval()
    noise = noisy.film["32"].noise
    noise.train()  # type: ignore[union-attr]
    torch.testing.assert_close(noisy(styles, asked), plain(styles, asked))  # at first it has no strength
    noise.strength.fill_(1)  # type: ignore[union-attr]
    one, other = noisy(styles, asked)
    assert (one - other).abs().mean() > 1e-3  # each picture has a draw of its own
    noisy.eval()
    assert torch.equal(noisy(styles, asked), plain(styles, asked))
    with pytest.raises(ValueError, match="noise is at 128 px: choose among 8, 16, 32, 64"):
        CVAEConfig(size=128, noise=[128])
