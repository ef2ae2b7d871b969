"""A stylizer of random weights, for who tests what surrounds it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from cocktailman.inference import stylise
from cocktailman.inference.stylizer import AdaINStylizer
from cocktailman.models.adain.network import AdaIN, AdaINConfig
from cocktailman.models.checkpoints import save_network
from cocktailman.models.vgg import normalise


@pytest.fixture(scope="session")
def stylizers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one checkpoint, `adain`."""
    root = tmp_path_factory.mktemp("stylizers")
    torch.manual_seed(0)
    network = AdaIN(AdaINConfig(coded="relu3_1", size=32))
    normalise(network.encoder, torch.rand(4, 3, 32, 32))
    last: Any = network.decoder.convolutions[-1]
    last.weight.data.mul_(0.02)
    last.bias.data.fill_(0.5)  # most pixels lie between black and white
    save_network(network, "adain", "adain", "photos", root)
    return root


@pytest.fixture
def stylizer(stylizers: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AdaINStylizer]:
    """The one that is loaded wherever the shipped one would be."""
    monkeypatch.setattr(AdaINStylizer.load.__func__, "__defaults__", ("adain", stylizers))
    stylise.adain.cache_clear()
    yield stylise.adain()
    stylise.adain.cache_clear()
