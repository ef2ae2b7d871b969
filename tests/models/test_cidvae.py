import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from cocktailman.losses.augment import augment, color_jitter, cutout
from cocktailman.losses.gradient_penalty import GradientPenalty
from cocktailman.losses.moments import FeatureMoments
from cocktailman.losses.projected import ProjectedDiscriminator
from cocktailman.losses.relativistic import RelativisticLoss
from cocktailman.models.blocks import grow
from cocktailman.models.cidvae.network import CIDVAE, CIDVAEConfig, without_batch_norm
from cocktailman.models.cvae.network import CVAE, CVAEConfig
from tests.helpers.networks import recipes


@pytest.fixture(scope="module")
def cidvae(network: CVAE) -> CIDVAE:
    """A C-IDVAE that starts from the CVAE of 64 px."""
    torch.manual_seed(0)
    grown = CIDVAE(CIDVAEConfig(size=64))
    assert {name.split(".")[1] for name in grow(grown, without_batch_norm(network.state_dict()))} == {
        "join",
        "discriminator",
        "projection",
    }
    return grown.eval()


@pytest.mark.parametrize("style_dim", [4, 6])
@pytest.mark.parametrize("size", [64, 256])
@torch.no_grad()
def test_shapes_and_ranges(size: int, style_dim: int) -> None:
    network = CIDVAE(CIDVAEConfig(style_dim=style_dim, size=size)).eval()
    image = torch.rand(2, 3, size, size)
    output, seen = network(image, recipes(2)), network.encoder(image, recipes(2))
    assert output.image.shape == image.shape and output.image.min() >= 0 and output.image.max() <= 1
    assert {part.shape for part in (output.mean, output.log_variance, output.style)} == {(2, style_dim)}
    assert seen.logit.shape == (2,)


@torch.no_grad()
def test_it_starts_as_the_cvae_it_was_grown_from(network: CVAE, cidvae: CIDVAE) -> None:
    image = torch.rand(3, 3, 64, 64)
    for ours, theirs in zip(cidvae.encode(image, recipes(3)), network.encode(image, recipes(3)), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    style = torch.randn(3, 6)
    torch.testing.assert_close(cidvae.decoder(style, recipes(3)), network.decoder(style, recipes(3)))


@torch.no_grad()
def test_a_logit_is_of_one_image_and_its_recipe(cidvae: CIDVAE) -> None:
    image = torch.rand(4, 3, 64, 64)
    together = cidvae.encoder(image, recipes(4)).logit
    torch.testing.assert_close(cidvae.encoder(image[:1], recipes(1)).logit, together[:1], atol=1e-5, rtol=1e-4)
    assert not torch.allclose(cidvae.encoder(image, recipes(4).roll(1, 0)).logit, together, atol=1e-4)


@pytest.mark.parametrize(("kind", "config"), [(CVAE, CVAEConfig), (CIDVAE, CIDVAEConfig)])
@torch.no_grad()
def test_styles_told_from_what_is_typical_rebuild_every_picture_with_its_recipe(
    kind: type[CVAE], config: type[CVAEConfig]
) -> None:
    torch.manual_seed(0)
    network = kind(config(size=64, channels=4, conditional_prior=True)).eval()
    image, recipe, nobody = torch.rand(3, 4, 64, 64), recipes(3), torch.zeros(3, 63)
    mean, log_variance = network.encode(image, recipe)
    rebuilt, unknown = network.decoder(mean, recipe), network.encode(image, nobody)[0]
    typical, shift, matrix = torch.randn(6, 63), torch.randn(6), torch.eye(6) + torch.rand(6, 6) / 4
    network.centre_style(typical)
    network.transform_style(shift, matrix, variance=log_variance.exp().mean(0))
    moved, spread = network.encode(image, recipe)
    torch.testing.assert_close(moved, (mean - recipe @ typical.T - shift) @ matrix.T, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(spread.exp(), log_variance.exp() @ matrix.T.square(), atol=0.0, rtol=0.02)
    torch.testing.assert_close(network.decoder(moved, recipe), rebuilt, atol=1e-4, rtol=1e-4)
    # With a recipe that nobody knows nothing is taken off.
    torch.testing.assert_close(network.encode(image, nobody)[0], (unknown - shift) @ matrix.T, atol=1e-4, rtol=1e-4)
    network.transform_style(torch.zeros(6), torch.eye(6) / 2)
    torch.testing.assert_close(network.encode(image, recipe)[1], spread - 2 * torch.tensor(2).log())


def test_gradient_penalty_of_a_plane_is_its_squared_slope() -> None:
    photos, slope = torch.rand(5, 3, 4, 4, requires_grad=True), torch.randn(3, 4, 4)
    torch.testing.assert_close(GradientPenalty()((photos * slope).sum((1, 2, 3)), photos), slope.square().sum())


@pytest.mark.parametrize(("mean", "spread"), [(1.5, 0.5), (1.0, 0.2), (1.0, 1.0)])
def test_all_drinks_together_are_to_have_the_moments_of_photos(mean: float, spread: float) -> None:
    torch.manual_seed(0)
    alike, apart = FeatureMoments(3), FeatureMoments(3)

    def photos() -> Tensor:
        return 1 + 0.5 * torch.randn(4, 3)

    for _ in range(200):  # four at a time say little, many batches all
        same, other = alike(photos(), photos()), apart(mean + spread * torch.randn(4, 3), photos())
    assert other > 4 * same
    moved = torch.randn(4, 3, requires_grad=True)
    alike(moved, photos()).backward()
    assert moved.grad is not None and moved.grad.any()


def test_all_pictures_are_moved_and_about_as_many_recoloured_as_asked() -> None:
    torch.manual_seed(0)
    ones = torch.ones(400, 3, 8, 8)  # of one colour: moved, they are as before
    changed = {share: (augment(ones, share) - 1).abs().amax((1, 2, 3)) for share in (0.0, 0.5, 1.0)}  # (400,) each
    same = {share: (change < 1e-4).float().mean() for share, change in changed.items()}
    assert same[0.0] == 1 and same[1.0] == 0
    assert same[0.5] == pytest.approx(1 / 4, abs=0.06)  # by neither of the two
    images = torch.rand(40, 3, 8, 8)
    assert not (augment(images, 0.0) == images).all(3).all(2).all(1).any()


def test_pictures_are_resized_as_they_are_moved() -> None:
    ramp = torch.linspace(0, 1, 32).expand(64, 3, 32, 32)
    moved = augment(ramp, 0.0, seed=3, size=48)
    assert moved.shape == (64, 3, 48, 48)
    torch.testing.assert_close(moved, F.interpolate(augment(ramp, 0.0, seed=3), 48, mode="bilinear"), atol=0.03, rtol=0)


def test_batches_augmented_with_one_seed_are_changed_alike() -> None:
    torch.manual_seed(0)
    images = torch.rand(8, 3, 16, 16)
    one, other = augment(images, 0.7, seed=1), augment(images, 0.7, seed=2)
    torch.testing.assert_close(augment(images, 0.7, seed=1), one)
    assert not torch.equal(one, images) and not torch.equal(one, other)


def test_a_cutout_is_a_quarter_or_what_the_rim_leaves_of_it() -> None:
    torch.manual_seed(0)
    cut = 1 - cutout(torch.ones(64, 3, 32, 32)).mean((1, 2, 3))  # (64,)
    assert 1 / 20 < cut.min() < cut.max() <= 1 / 4 and len(cut.unique()) > 8


def test_jittered_pictures_differ_from_each_other_and_keep_their_shapes() -> None:
    torch.manual_seed(0)
    image = torch.rand(1, 3, 16, 16).expand(4, -1, -1, -1)
    grey = color_jitter(image).mean(1).flatten(1)  # (4, 256)
    assert len(grey.mean(1).unique()) == 4
    assert torch.corrcoef(grey).min() > 0.999  # brightness, saturation and contrast leave a picture's greys in order


def test_a_projected_discriminator_tells_noise_from_planes() -> None:
    torch.manual_seed(0)
    discriminator = ProjectedDiscriminator([4, 6], 63)
    optimizer, loss = torch.optim.Adam(discriminator.parameters(), 1e-2), RelativisticLoss()

    def logits(maps: list[Tensor]) -> Tensor:
        return discriminator(maps, recipes(8))

    def draw(noise: float) -> list[Tensor]:
        shapes = (8, 4, 8, 8), (8, 6, 4, 4)
        return [torch.ones(shape) + noise * torch.randn(shape) for shape in shapes]

    for _ in range(60):
        optimizer.zero_grad()
        loss(logits(draw(1.0)), logits(draw(0.0))).backward()
        optimizer.step()
    assert logits(draw(1.0)).min() > logits(draw(0.0)).max()
