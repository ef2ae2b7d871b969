"""CycleGAN: networks of both kinds, the pool, the falling rate, and a run that ends as a checkpoint."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from cocktailman.cutouts import over
from cocktailman.errors import InputError
from cocktailman.inference.segmenter import cut_by_alpha
from cocktailman.inference.translator import Translator
from cocktailman.losses.least_squares import LeastSquaresGAN
from cocktailman.models.checkpoints import save_network
from cocktailman.models.cyclegan.network import CycleGAN, CycleGANConfig, PatchGAN, generator_of
from tests.helpers.pictures import picture
from training.cyclegan.data import UnpairedPictures
from training.cyclegan.pool import Pool
from training.cyclegan.trainer import CycleGANTraining, falling
from training.shared.export import export_generator
from training.shared.fit import fit


@pytest.mark.parametrize("generator", ["resnet", "unet"])
@pytest.mark.parametrize("norm", ["instance", "batch"])
def test_generators_keep_the_size_and_stay_between_black_and_white(generator, norm) -> None:
    made = generator_of(CycleGANConfig(32, generator, 4, 1, norm))(torch.rand(2, 3, 32, 48))
    assert made.shape == (2, 3, 32, 48) and float(made.min()) >= 0 and float(made.max()) <= 1


def test_a_score_sees_a_patch() -> None:
    discriminator, image = PatchGAN(4), torch.rand(1, 3, 128, 128, requires_grad=True)
    for layer in discriminator.modules():
        if isinstance(layer, torch.nn.InstanceNorm2d):
            layer.forward = lambda x: x  # type: ignore[method-assign]  # its statistics are the whole picture's
    scores = discriminator(image)
    scores[0, 0, 7, 7].backward()
    assert image.grad is not None
    rows = image.grad.abs().sum((0, 1, 3)).nonzero()
    assert int(rows.max() - rows.min()) + 1 == 70


def test_the_pool_gives_back_what_was_made_before() -> None:
    torch.manual_seed(0)
    pool = Pool(50)
    first = torch.arange(50.0).view(50, 1, 1, 1)
    assert torch.equal(pool.exchanged(first), first)
    later = pool.exchanged(torch.arange(50.0, 150.0).view(100, 1, 1, 1)).flatten()
    old = int((later < 50).sum())
    assert len(pool.kept) == 50 and 20 < int((later != torch.arange(50.0, 150.0)).sum()) < 80 and old > 10
    assert sorted([*later.tolist(), *(float(kept) for kept in pool.kept)]) == list(map(float, range(150)))


def test_a_way_there_and_back_weighs_ten_and_identity_half_as_much() -> None:
    training: Any = CycleGANTraining(8, width=4, blocks=1, cycle_weight=10, identity_weight=0.5)
    training.network.to_photos.forward = lambda image: image + 0.1
    training.network.to_renders.forward = lambda image: image + 0.2
    losses, made = training.generator_losses(torch.zeros(1, 3, 32, 32), torch.ones(1, 3, 32, 32))
    assert float(losses["cycle"]) == pytest.approx(10 * (0.3 + 0.3), rel=1e-5)
    assert float(losses["identity"]) == pytest.approx(10 * 0.5 * (0.1 + 0.2), rel=1e-5)
    assert float(made["photos"].mean()) == pytest.approx(1.1) and float(made["renders"].mean()) == pytest.approx(0.2)


def test_where_identity_weighs_nothing_nothing_is_spent_on_it() -> None:
    training: Any = CycleGANTraining(8, width=4, blocks=1, identity_weight=0)
    passes: list[torch.Tensor] = []
    training.network.to_photos.register_forward_hook(lambda *given: passes.append(given[-1]))
    losses, _ = training.generator_losses(torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32))
    assert losses.keys() == {"adversarial", "cycle"} and len(passes) == 2


@pytest.mark.parametrize("generator", ["resnet", "unet"])
def test_residual_generators_begin_as_copies_and_change(generator) -> None:
    training = CycleGANTraining(32, generator, width=4, blocks=1, residual=True)
    images = torch.linspace(0, 1, 3 * 32 * 32).view(1, 3, 32, 32)
    copies = training.network.to_photos(images)
    assert float((copies - images).abs().max()) <= 0.51 / 255
    losses, _ = training.generator_losses(images, images.flip(3))
    torch.stack(list(losses.values())).sum().backward()
    last = training.network.to_photos.painted.convolution.weight
    assert last.grad is not None and float(last.grad.abs().max()) > 0


def test_photos_of_some_sources_alone(packed: Path) -> None:
    data = UnpairedPictures(packed, packed, 32, photo_sources=["web"])
    assert len(data.train) == 2 and len(data.train.renders) == 20
    assert len(next(iter(data.val_dataloader()))[0]) == 4  # more than one at a time, to be looked at
    with pytest.raises(InputError, match="holds no picture to train on"):
        UnpairedPictures(packed, packed, 32, photo_sources=["films"])


def test_losses_and_the_falling_rate() -> None:
    loss = LeastSquaresGAN()
    assert float(loss.generator(torch.ones(3))) == 0 and float(loss.generator(torch.zeros(3))) == 1
    assert float(loss.discriminator(torch.ones(2), torch.zeros(2))) == 0
    assert float(loss.discriminator(torch.zeros(2), torch.ones(2))) == 1
    assert [falling(step, 100) for step in (0, 50, 75, 100)] == [1, 1, 0.5, 0]


def test_a_run_ends_as_a_pair_that_translates(packed: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    options = {
        "data.photos": packed, "data.renders": packed, "data.size": 32, "data.batch_size": 4, "model.width": 4,
        "model.blocks": 1, "model.pool": 5, "trainer.max_epochs": 1, "trainer.logger": "CSVLogger",
        "trainer.logger.save_dir": tmp_path, "trainer.logger.name": "run", "trainer.logger.version": "",
        "trainer.callbacks+": "ModelCheckpoint", "trainer.callbacks.save_last": "true",
        "trainer.enable_progress_bar": "false", "trainer.num_sanity_val_steps": 0, "trainer.log_every_n_steps": 1,
    }  # fmt: skip
    trainer = fit(CycleGANTraining, [f"--{name}={value}" for name, value in options.items()], UnpairedPictures)
    rates = [part.param_groups[0]["lr"] for part in trainer.optimizers]
    assert rates[0] == rates[1] < 1e-5  # fallen to nothing with the last of 5 batches
    checkpoint = export_generator(tmp_path / "run", "cyclegan", "photos", tmp_path / "checkpoints")
    translator = Translator.load(tmp_path / "checkpoints")
    assert translator.checkpoint == checkpoint
    there, back = (translator.translate(picture(0), to) for to in ("renders", "photos"))
    assert there.size == back.size == (32, 32) and there.tobytes() != back.tobytes()
    with pytest.raises(InputError, match="there is no way to 'films': choose photos or renders"):
        translator.translate(picture(0), "films")  # type: ignore[arg-type]


def test_of_drinks_without_backgrounds_the_drink_alone_is_translated(tmp_path: Path) -> None:
    network = CycleGAN(CycleGANConfig(64, width=4, blocks=1, residual=True, cutouts=True))
    for way in (network.to_photos, network.to_renders):
        torch.nn.init.zeros_(way.painted.convolution.weight)
        torch.nn.init.zeros_(way.painted.convolution.bias)  # type: ignore[arg-type]
    save_network(network, "cyclegan", "cyclegan", "photos", tmp_path)
    drink = Image.new("RGBA", (100, 90))
    drink.paste((180, 60, 20, 255), (30, 20, 60, 80))
    found = Translator.load(tmp_path).translate(drink, "renders")
    assert found.size == (64, 64) and found.mode == "RGBA"
    seen = cut_by_alpha(drink).centred(64)  # as generators see it; what begins as a copy leaves it as it is
    assert found.getchannel("A").tobytes() == seen.getchannel("A").tobytes()
    assert np.abs(np.asarray(over(found), float) - np.asarray(over(seen))).max() <= 1
    nothing = picture(0, 64).convert("RGBA")
    nothing.putalpha(0)
    with pytest.raises(InputError, match="no drink was found"):
        Translator.load(tmp_path).translate(nothing, "photos")
