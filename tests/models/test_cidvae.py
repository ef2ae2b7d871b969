import math
from typing import Any

import pytest
import torch
from torch import Tensor

from cocktailman.losses.adversarial import DiscriminatorLoss, GeneratorLoss, Verdict
from cocktailman.losses.augment import changed, cut_out, recoloured
from cocktailman.losses.energy import EnergyScore
from cocktailman.losses.feature_reconstruction import FeatureReconstruction
from cocktailman.losses.gradient_penalty import GradientPenalty
from cocktailman.losses.mode_seeking import ModeSeeking
from cocktailman.losses.moments import FeatureMoments
from cocktailman.losses.projected import ProjectedVerdict
from cocktailman.models.blocks import grow
from cocktailman.models.cidvae.network import CIDVAE, CIDVAEConfig, without_batch_norm
from cocktailman.models.cvae.network import CVAE
from tests.helpers.networks import recipes
from training.cidvae.trainer import CIDVAETraining, strangers


@pytest.fixture(scope="module")
def cidvae(network: CVAE) -> CIDVAE:
    """A C-IDVAE that starts from the CVAE of 64 px."""
    torch.manual_seed(0)
    grown = CIDVAE(CIDVAEConfig(size=64))
    assert {name.split(".")[1] for name in grow(grown, without_batch_norm(network.state_dict()))} == {
        "join",
        "verdict",
        "agreement",
    }
    return grown.eval()


@pytest.mark.parametrize("style_dim", [4, 6])
@pytest.mark.parametrize("size", [64, 256])
@torch.no_grad()
def test_shapes_and_ranges(size: int, style_dim: int) -> None:
    network = CIDVAE(CIDVAEConfig(style_dim=style_dim, size=size)).eval()
    image = torch.rand(2, 3, size, size)
    output, judged = network(image, recipes(2)), network.encoder(image, recipes(2))
    assert output.image.shape == image.shape and output.image.min() >= 0 and output.image.max() <= 1
    assert {part.shape for part in (output.mean, output.log_variance, output.style)} == {(2, style_dim)}
    assert judged.real.shape == (2,) and judged.features.shape[2:] == (8, 8)


@torch.no_grad()
def test_it_starts_as_the_cvae_it_was_grown_from(network: CVAE, cidvae: CIDVAE) -> None:
    image = torch.rand(3, 3, 64, 64)
    for ours, theirs in zip(cidvae.encode(image, recipes(3)), network.encode(image, recipes(3)), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
    style = torch.randn(3, 6)
    torch.testing.assert_close(cidvae.decoder(style, recipes(3)), network.decoder(style, recipes(3)))


@torch.no_grad()
def test_a_verdict_is_on_one_image_and_its_recipe(cidvae: CIDVAE) -> None:
    image = torch.rand(4, 3, 64, 64)
    together = cidvae.encoder(image, recipes(4)).real
    torch.testing.assert_close(cidvae.encoder(image[:1], recipes(1)).real, together[:1], atol=1e-5, rtol=1e-4)
    assert not torch.allclose(cidvae.encoder(image, recipes(4).roll(1, 0)).real, together, atol=1e-4)


def test_verdicts() -> None:
    sure = torch.tensor([30.0, 30.0])
    assert Verdict()(sure, 1) == pytest.approx(0, abs=1e-6) and Verdict()(sure, 0) == pytest.approx(30)
    assert Verdict("mse")(torch.tensor([0.5, 1.5]), 1) == 0.25
    undecided = torch.zeros(3)
    assert DiscriminatorLoss()(undecided, [undecided, undecided]) == pytest.approx(2 * math.log(2))
    assert DiscriminatorLoss()(sure, [-sure]) == pytest.approx(0, abs=1e-6)
    assert GeneratorLoss()(sure) < GeneratorLoss()(undecided) < GeneratorLoss()(-sure)


def test_gradient_penalty_of_a_plane_is_its_squared_slope() -> None:
    photos, slope = torch.rand(5, 3, 4, 4, requires_grad=True), torch.randn(3, 4, 4)
    torch.testing.assert_close(GradientPenalty()((photos * slope).sum((1, 2, 3)), photos), slope.square().sum())


def test_features_are_compared_whatever_their_scale() -> None:
    target, noise = torch.randn(2, 3, 4, 4), torch.randn(2, 3, 4, 4)
    error = FeatureReconstruction()
    assert error(target, target) == 0
    torch.testing.assert_close(error(10 * target + noise, 10 * target), error(target + noise / 10, target))


def test_only_a_recipe_with_something_else_in_it_is_wrong() -> None:
    drink = torch.tensor([1.0, 1.0, 0.0])
    recipe = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [1.0, 0.0, 1.0]])
    assert strangers(recipe, drink.expand(4, 3)).tolist() == [False, False, False, True]


def test_two_drinks_of_a_recipe_are_to_be_as_different_as_their_styles() -> None:
    one, other, style = torch.rand(2, 3, 4, 4), torch.rand(2, 3, 4, 4), torch.randn(4, 6)
    error = ModeSeeking()
    near = error([torch.cat([one, one + 0.1 * other])], style)
    assert error([torch.cat([one, other])], style) < near < error([torch.cat([one, one])], style)
    torch.testing.assert_close(error([torch.cat([one, other])], 2 * style), 2 * error([torch.cat([one, other])], style))


def test_drinks_score_best_where_they_are_as_alike_and_as_different_as_photos() -> None:
    torch.manual_seed(0)
    score = EnergyScore()

    def drawn(spread: float, count: int = 512) -> Tensor:
        return torch.tensor([1.0, 2.0, 3.0])[:, None, None] + spread * torch.randn(count, 3, 2, 2)

    scores = {spread: float(score([drawn(spread)], [drawn(0.5, 256)])) for spread in (0.0, 0.25, 0.5, 1.0, 2.0)}
    assert min(scores, key=lambda spread: scores[spread]) == 0.5
    elsewhere = drawn(0.5).flip(1)  # as different from each other, and something else
    assert score([elsewhere], [drawn(0.5, 256)]) > scores[0.5] + 0.1


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


@pytest.mark.parametrize("pull", ["diversity_pull", "energy_pull"])
def test_where_drinks_are_kept_apart_two_of_each_recipe_are_sampled(pull: str) -> None:
    training = CIDVAETraining(size=64, **{pull: 1.0})  # type: ignore[arg-type]
    for count in (2, 5):
        poured = training.look(torch.rand(count, 3, 64, 64), recipes(count)).poured
        assert len(poured) == count and torch.equal(poured[: count // 2], poured[count // 2 : count // 2 * 2])
    assert torch.equal(CIDVAETraining(size=64).look(torch.rand(4, 3, 64, 64), recipes(4)).poured, recipes(4))


def gradients(
    pull: float = 0.0, augmented: float = 0.0, moment_pull: float = 0.0, **weights: float
) -> tuple[Tensor, Tensor]:
    """What moves encoder and decoder in one step where only the losses given have a weight, each as one long vector."""
    torch.manual_seed(0)
    training = CIDVAETraining(size=64, pull=pull, pull_from=0, augmented=augmented, moment_pull=moment_pull)
    training.weight = dict.fromkeys(training.weight, 0.0) | weights
    image, recipe = torch.rand(4, 3, 64, 64), recipes(4)
    turn = training.look(image, recipe)
    training.total(turn, training.terms(turn, image, recipe, recipe)).backward()
    halves = training.network.encoder, training.network.decoder
    vectors = [
        torch.cat([torch.zeros_like(w).flatten() if w.grad is None else w.grad.flatten() for w in half.parameters()])
        for half in halves
    ]
    return vectors[0], vectors[1]


@pytest.mark.parametrize(
    ("loss", "moves_decoder"),
    [
        ("discriminator", False),
        ("penalty", False),
        ("kl", False),
        ("aggregate", False),
        ("reconstruction", True),
        ("feature", True),
    ],
)
@pytest.mark.parametrize("augmented", [0.0, 0.6])
def test_whom_a_loss_moves(augmented: float, loss: str, moves_decoder: bool) -> None:
    encoder, decoder = gradients(augmented=augmented, **{loss: 1.0})
    assert encoder.any(), "each of them moves the encoder"
    assert bool(decoder.any()) == moves_decoder


def test_the_generators_loss_moves_the_decoder_alone() -> None:
    encoder, decoder = gradients(reconstruction=1.0)
    pulled_encoder, pulled_decoder = gradients(reconstruction=1.0, pull=1.0)
    torch.testing.assert_close(pulled_encoder, encoder)
    assert (pulled_decoder - decoder).norm() > 0.01 * decoder.norm()


@pytest.mark.parametrize(
    "pulled",
    [
        {"pull": 0.5, "pull_from": 0},
        *({pull: 0.5, "pull_from": 1} for pull in ("reader_pull", "diversity_pull", "energy_pull", "moment_pull")),
    ],
)
def test_a_generator_is_pulled_as_hard_as_asked(pulled: dict[str, Any]) -> None:
    """Half the gradient that its reconstruction error has at the pixels is what a pull of 0.5 means."""
    torch.manual_seed(0)
    training, image, recipe = CIDVAETraining(size=64, **pulled), torch.rand(4, 3, 64, 64), recipes(4)
    turn = training.look(image, recipe)
    turn.rebuilt.retain_grad()
    turn.sampled.retain_grad()
    training.total(turn, training.terms(turn, image, recipe, recipe)).backward()
    assert turn.rebuilt.grad is not None and turn.sampled.grad is not None
    assert turn.sampled.grad.norm() == pytest.approx(float(turn.rebuilt.grad.norm()) / 2, rel=1e-3)
    kept = {name.split(".")[0] for name in training.state_dict()} - {"moments"}
    assert kept == {"network", "pull"}, "no frozen weights"


def test_what_a_photo_looks_like_pulls_at_it_rebuilt_as_hard_as_asked_and_at_its_style() -> None:
    first, image, recipe, found = CIDVAETraining(size=64), torch.rand(4, 3, 64, 64), recipes(4), {}
    for pull in (0.0, 8.0):
        training = CIDVAETraining(size=64, perceptual_pull=pull)
        training.load_state_dict(first.state_dict())
        torch.manual_seed(0)
        turn = training.look(image, recipe)
        turn.rebuilt.retain_grad()
        turn.photos.mean.retain_grad()
        terms = training.terms(turn, image, recipe, recipe)
        training._decoder_loss(turn, terms).backward()
        assert turn.rebuilt.grad is not None and turn.photos.mean.grad is not None
        found[pull] = turn.rebuilt.grad, turn.photos.mean.grad
    (pixels, style), (both, moved) = found[0.0], found[8.0]
    assert (both - pixels).norm() == pytest.approx(8 * float(pixels.norm()), rel=1e-3)
    assert (moved - style).norm() > 0.01 * style.norm()


@pytest.mark.parametrize("augmented", [False, True])
def test_a_second_opinion_moves_itself_and_what_it_looks_at(augmented: bool) -> None:
    torch.manual_seed(0)
    training = CIDVAETraining(size=64, pull=1.0, pull_from=0, projected_weight=1.0, augmented=0.5 * augmented)
    training.weight |= dict.fromkeys(("discriminator", "kl", "penalty"), 0.0)
    image, recipe = torch.rand(2, 3, 64, 64), recipes(2)
    turn = training.look(image, recipe)
    terms = training.terms(turn, image, recipe, recipe)
    training.total(turn, terms | {"reconstruction": 0 * terms["reconstruction"]}).backward()
    assert all(weights.grad is not None and weights.grad.any() for weights in training.projected.parameters())
    judging = training.network.encoder
    assert not any(weights.grad is not None and weights.grad.any() for weights in judging.parameters())
    assert {name.split(".")[0] for name in training.state_dict()} == {"network", "projected", "pull"}, (
        "no frozen weights"
    )


@pytest.mark.parametrize("mismatch", [False, True])
def test_both_discriminators_see_photos_beside_wrong_recipes(mismatch: bool) -> None:
    training, judged = CIDVAETraining(size=64, projected_weight=1.0, mismatch=mismatch), {"encoder": 0, "projected": 0}
    image, recipe = torch.rand(2, 3, 64, 64), recipes(2)
    turn = training.look(image, recipe)
    for name, judge in {"encoder": training.network.encoder, "projected": training.projected}.items():
        judge.register_forward_hook(lambda _, shown, __, name=name: judged.update({name: judged[name] + len(shown[1])}))
    training.terms(turn, image, recipe, recipe)
    wrong = 2 * mismatch
    assert judged == {"encoder": wrong + 2, "projected": 2 + 2 + wrong}  # 2 for the penalty; photos and samples


def test_about_as_many_pictures_are_changed_as_asked() -> None:
    torch.manual_seed(0)
    images = torch.rand(400, 3, 8, 8)
    same = {share: (changed(images, share) == images).all(3).all(2).all(1).float().mean() for share in (0.0, 0.5, 1.0)}
    assert same[0.0] == 1 and same[1.0] == 0
    assert same[0.5] == pytest.approx(1 / 8, abs=0.06)  # by none of the three


def test_what_is_cut_out_is_a_quarter_or_what_the_rim_leaves_of_it() -> None:
    torch.manual_seed(0)
    cut = 1 - cut_out(torch.ones(64, 3, 32, 32)).mean((1, 2, 3))  # (64,)
    assert 1 / 20 < cut.min() < cut.max() <= 1 / 4 and len(cut.unique()) > 8


def test_recoloured_pictures_differ_from_each_other_and_keep_their_shapes() -> None:
    torch.manual_seed(0)
    image = torch.rand(1, 3, 16, 16).expand(4, -1, -1, -1)
    grey = recoloured(image).mean(1).flatten(1)  # (4, 256)
    assert len(grey.mean(1).unique()) == 4
    assert torch.corrcoef(grey).min() > 0.999  # brightness, saturation and contrast leave a picture's greys in order


def test_a_second_opinion_tells_noise_from_planes() -> None:
    torch.manual_seed(0)
    verdict = ProjectedVerdict([4, 6], 63)
    optimizer, loss = torch.optim.Adam(verdict.parameters(), 1e-2), DiscriminatorLoss()

    def opinion(maps: list[Tensor]) -> Tensor:
        return verdict(maps, recipes(8))

    def draw(noise: float) -> list[Tensor]:
        shapes = (8, 4, 8, 8), (8, 6, 4, 4)
        return [torch.ones(shape) + noise * torch.randn(shape) for shape in shapes]

    for _ in range(60):
        optimizer.zero_grad()
        loss(opinion(draw(1.0)), [opinion(draw(0.0))]).backward()
        optimizer.step()
    assert opinion(draw(1.0)).min() > opinion(draw(0.0)).max()
