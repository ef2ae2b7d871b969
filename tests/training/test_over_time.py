"""What changes while a training goes on: rates, weights, and what is drawn anew at each step."""

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
import yaml
from torch import Tensor
from torch.nn import functional as F

from cocktailman.drinks import DRINKS
from cocktailman.models.classifier.network import ClassifierOutput
from cocktailman.models.cvae.network import CVAE, CVAEConfig
from cocktailman.models.embedder.towers import SENTENCE
from training.adain.trainer import AdaINTraining
from training.classifier.data import NAMELESS
from training.classifier.trainer import ClassifierTraining
from training.cvae.trainer import CVAETraining
from training.embedder.data import Batch
from training.embedder.trainer import EmbedderTraining
from training.segmenter.trainer import SegmenterTraining, dice_loss
from training.shared.callbacks import SeedEachEpoch
from training.shared.runs import start_with

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


def segmenter(**options: Any) -> Any:
    return SegmenterTraining("tf_efficientnet_lite0", 32, width=8, learning_rate=0.01, **options)


@pytest.mark.parametrize("kind", [classifier, segmenter])
def test_a_backbone_learns_at_its_own_rate_and_what_is_frozen_not_at_all(kind: Any) -> None:
    training = kind(frozen_stages=2, backbone_rate=0.2)
    training.on_train_epoch_start()
    assert not any(layer.training for layer in training.frozen) and len(training.frozen) == 4
    own, frozen = dict(training.network.named_parameters()), ("conv_stem", "bn1", "blocks.0", "blocks.1")
    expected = {name: 0.002 if name.startswith("backbone.") else 0.01 for name in own}
    learning = {name for name in own if not name.removeprefix("backbone.").startswith(frozen)}
    assert rates_by_name(training) == pytest.approx({name: expected[name] for name in learning})


def test_sentences_learn_at_a_share_of_the_rate() -> None:
    rates = rates_by_name(EmbedderTraining(reduced=8, width=16, dim=16, learning_rate=0.01, sentence_rate=0.3))
    assert any(name.startswith("sentence.") for name in rates)
    assert rates == pytest.approx({name: 0.003 if name.startswith("sentence.") else 0.01 for name in rates})


def test_captions_are_read_with_noise_of_a_share_of_their_numbers() -> None:
    torch.manual_seed(0)
    training: Any = in_a_run(EmbedderTraining(reduced=8, width=16, dim=16, noise=0.3))
    read, captions = [], torch.nn.functional.normalize(torch.randn(50, SENTENCE), dim=1)
    training.log, training.loss = (lambda *_, **__: None), (lambda *_: torch.zeros(()))
    training.network.looked_at = lambda *_: torch.ones(50, 16)
    training.network.sentence.forward = lambda features: read.append(features) or torch.ones(50, 16)
    training.training_step(Batch(torch.empty(0), torch.empty(0), captions, torch.empty(0), torch.empty(0)), 0)
    assert float((read[0] - captions).std()) == pytest.approx(0.3 / SENTENCE**0.5, rel=0.05)


def test_a_segmenter_learns_by_cross_entropy_and_dice() -> None:
    training = in_a_run(segmenter(dice_weight=0.5))
    logits, matte = torch.randn(2, 1, 8, 8), (torch.rand(2, 1, 8, 8) < 0.5).float()
    training.network.forward = lambda _: logits
    wanted = F.binary_cross_entropy_with_logits(logits, matte) + 0.5 * dice_loss(logits, matte)
    torch.testing.assert_close(training.training_step((torch.rand(2, 3, 8, 8), matte), 0), wanted)


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


@pytest.mark.parametrize(("identity", "losses"), [(0.5, [2, 2, 9, 9]), (0, [4, 4, 7, 7])])
def test_adain_first_rebuilds_pictures_and_then_minds_styles(identity: float, losses: list[float]) -> None:
    options = {"style_weight": 3.0, "identity_weight": identity, "autoencoder_steps": 10}
    training: Any = AdaINTraining(32, coded="relu3_1", **options)
    training.losses = lambda *_: {"content": torch.tensor(1.0), "style": torch.tensor(2.0)}
    training.rebuilding = lambda _: {"pixels": torch.tensor(4.0)}
    batch = (torch.zeros(1, 3, 8, 8),) * 2
    assert [float(in_a_run(training, step).training_step(batch, 0)) for step in (0, 9, 10, 80)] == losses


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


def test_a_start_from_layers_of_other_names_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    weights = {name.replace("film", "refine"): value for name, value in CVAE(CVAEConfig(size=64)).state_dict().items()}
    network = CVAE(CVAEConfig(size=64))
    start_with(network, weights)
    anew, aside = capsys.readouterr().out.splitlines()
    assert "decoder.film.64.conv" in anew and "begin anew" in anew
    assert "decoder.refine.64.conv" in aside and "decoder.up" not in aside and "left aside" in aside
    torch.testing.assert_close(network.decoder.seed.weight, weights["decoder.seed.weight"])
    start_with(network, network.state_dict())
    assert capsys.readouterr().out == ""
